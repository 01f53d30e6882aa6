/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The metrics listener: addresses as operators write them, and bytes of a
 * client over loopback.  Whoever asks for something else than the metrics does
 * not get them, nor the page; a stream ends with its reader, and the listener
 * lives on.
 */
#include <string.h>

#include "choices.h"
#include "fake_loop.h"
#include "fuzz.h"

/* The parser of addresses is inside. */
#include "user/sys/http_listen.c"

enum {
	FIRST_PORT = 20000,
	PORTS = 20000
};

static struct loop *loop;
static struct http *http;
static struct sockaddr_in address = { .sin_family = AF_INET };

static char *render(void *context, bool open_metrics)
{
	(void)context;
	return strdup(open_metrics ? "secret 1\n# EOF\n" : "secret 1\n");
}

static int streams;

static void *stream_open(void *context)
{
	(void)context;
	streams++;
	return calloc(1, 1);
}

/* A word, and then nothing until it is woken. */
static ssize_t stream_read(void *context, void *stream, char *out, size_t size)
{
	char *said = stream;

	(void)context;
	*said = !*said;
	if (!*said || size < 6)
		return 0;
	memcpy(out, "stream", 6);
	return 6;
}

static void stream_close(void *context, void *stream)
{
	(void)context;
	free(stream);
	streams--;
}

static void tick(void *context)
{
	(void)context;
}

static const struct http_service service = {
	.metrics = render,
	.page = "the page",
	.page_size = 8,
	.policy = "default-src 'none'",
	.host_name = "host",
	.open = stream_open,
	.read = stream_read,
	.close = stream_close,
	.tick = tick,
};

static void leave(void)
{
	http_close(http);
	loop_close(loop);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char text[32];
	int err = -1;

	(void)argc;
	(void)argv;
	MUST(!http_load(text, sizeof(text)));
	MUST(!loop_open(&loop));
	for (int i = 0; err && i < 100; i++) {
		int port = FIRST_PORT + (getpid() + i * 7) % PORTS;

		snprintf(text, sizeof(text), "127.0.0.1:%d", port);
		address.sin_port = htons((uint16_t)port);
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		err = http_open(loop, text, -1, &service, &http);
	}
	MUST(!err);
	atexit(leave);
	return 0;
}

static void check_address(const uint8_t *data, size_t size)
{
	struct sockaddr_storage out = { 0 };
	char *text = strndup((const char *)data, size);

	MUST(text);
	if (!parse_address(text, &out)) {
		MUST(strchr(text, ':'));
		MUST(out.ss_family == AF_INET || out.ss_family == AF_INET6);
	}
	free(text);
}

/* Up to so many bytes of the answer, as far as it comes by itself. */
static size_t converse(const uint8_t *data, size_t size, char *answer,
		       size_t room)
{
	const struct linger reset = { .l_onoff = 1 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size_t got = 0;

	MUST(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	(void)connect(fd, (void *)&address, sizeof(address));
	send(fd, data, size / 2, MSG_NOSIGNAL);
	fake_loop_round(loop);
	send(fd, data + size / 2, size - size / 2, MSG_NOSIGNAL);
	for (int i = 0; i < 4; i++) {
		ssize_t n;

		fake_loop_round(loop);
		n = recv(fd, answer + got, room - 1 - got, MSG_DONTWAIT);
		got += n > 0 ? (size_t)n : 0;
	}
	answer[got] = '\0';
	close(fd);
	http_wake(http);
	fake_loop_round(loop);
	return got;
}

static bool asks_for_metrics(const char *text)
{
	return strstr(text, "GET") && strstr(text, "/metrics");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] = "GET /metrics HTTP/1.0\r\n\r\n";
	char answer[4096], *text;

	if (size && data[0] < ' ') {
		check_address(data + 1, size - 1);
		return 0;
	}
	text = calloc(1, size + 1);
	MUST(text);
	for (size_t i = 0; i < size; i++)
		text[i] = data[i] ? (char)data[i] : ' ';
	if (converse(data, size, answer, sizeof(answer))) {
		MUST(!strncmp(answer, "HTTP/1.", 7));
		/* Percent signs may spell it as well. */
		if (strstr(answer, "secret 1") && !strchr(text, '%'))
			MUST(asks_for_metrics(text));
	}
	free(text);
	MUST(converse((const uint8_t *)good, sizeof(good) - 1, answer,
		      sizeof(answer)));
	MUST(strstr(answer, "200 OK") && strstr(answer, "secret 1"));
	MUST(streams >= 0 && streams <= HTTP_STREAMS_MAX);
	return 0;
}
