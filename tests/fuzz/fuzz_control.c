/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket under clients that connect, talk, fall silent, send half
 * lines, too long ones and NULs, and leave: each line arrives as it was sent
 * and in order, its answer comes back to whom it belongs to, nobody gets more
 * than the limits allow, and afterwards the next client is served.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "choices.h"
#include "fake_loop.h"
#include "fuzz.h"
#include "user/request.h"
#include "user/sys/listener.h"
#include "user/sys/server.h"

enum {
	CLIENTS = SERVER_CLIENTS_MAX + 2,
	SENT_MAX = 3 * SERVER_REQUEST_MAX,
	STEPS_MAX = 64,
};

/* A connection of ours: what was sent, and how much of that was handed over.
 * What it sent before it left may arrive later. */
struct talker {
	int fd; /* -1: left */
	struct server_client *client;
	char *sent;
	size_t used, taken;
	bool shut;
	bool waits; /* its line has been refused for now */
};

static struct loop *loop;
static struct server *server;
static struct talker talkers[STEPS_MAX + 3];
static int talkers_count;
static int slots[CLIENTS]; /* whose turn it is */
static char directory[] = "/tmp/carp-xdp-fuzz-XXXXXX";
static struct sockaddr_un address = { .sun_family = AF_UNIX };
static int open_clients;

/* The first line of a talker is its number. */
static struct talker *talker_of(struct server_client *client, const char *line)
{
	int number;

	for (int i = 0; i < talkers_count; i++)
		if (talkers[i].client == client)
			return &talkers[i];
	MUST(sscanf(line, "#%d", &number) == 1 && number < talkers_count);
	MUST(!talkers[number].client && !talkers[number].taken);
	talkers[number].client = client;
	open_clients++;
	return &talkers[number];
}

/* "wait" has to, once. */
static bool on_request(void *context, struct server_client *client,
		       const char *line)
{
	struct talker *t = talker_of(client, line);
	size_t length = strlen(line);
	char error[REQUEST_TEXT_MAX] = "";
	struct json_object *object;
	struct request request;

	(void)context;
	MUST(length < SERVER_REQUEST_MAX + 1);
	MUST(t->taken + length + 1 <= t->used);
	MUST(!memcmp(t->sent + t->taken, line, length));
	MUST(t->sent[t->taken + length] == '\n');
	t->waits = !t->waits && !strcmp(line, "wait");
	if (t->waits)
		return false;
	t->taken += length + 1;
	object = json_tokener_parse(line);
	if (object && !request_parse(object, &request, error, sizeof(error)))
		request_free(&request);
	json_object_put(object);
	server_reply(client, line);
	if (!strcmp(line, "end"))
		server_finish(client);
	return true;
}

static void on_gone(void *context, struct server_client *client)
{
	(void)context;
	for (int i = 0; i < talkers_count; i++)
		if (talkers[i].client == client) {
			talkers[i].client = NULL;
			talkers[i].shut = true;
			open_clients--;
		}
}

static void hang_up(struct talker *t)
{
	if (t->fd >= 0)
		close(t->fd);
	t->fd = -1;
}

static void talk(struct talker *t, const char *bytes, size_t size)
{
	ssize_t n;

	if (t->fd < 0 || t->shut || t->used + size > SENT_MAX)
		return;
	n = send(t->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n <= 0)
		return;
	memcpy(t->sent + t->used, bytes, (size_t)n);
	t->used += (size_t)n;
}

static struct talker *greet(int slot)
{
	struct talker *t = &talkers[talkers_count];
	char hello[16];

	hang_up(&talkers[slots[slot]]);
	slots[slot] = talkers_count++;
	*t = (struct talker){ .sent = t->sent };
	if (!t->sent)
		t->sent = malloc(SENT_MAX);
	MUST(t->sent);
	t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	MUST(t->fd >= 0);
	if (connect(t->fd, (void *)&address, sizeof(address))) {
		hang_up(t);
		return t;
	}
	snprintf(hello, sizeof(hello), "#%d\n", slots[slot]);
	talk(t, hello, strlen(hello));
	return t;
}

/* What comes back is what was handed over; the reader may be slow. */
static void read_answers(struct talker *t)
{
	static char buffer[SENT_MAX];
	ssize_t n;

	if (t->fd < 0)
		return;
	n = recv(t->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	MUST(n <= (ssize_t)t->taken);
}

static void say_something(struct talker *t, struct choices *c)
{
	static const char *const lines[] = {
		"end\n",
		"{\"version\":1,\"verb\":\"status\"}\n",
		"\n",
		"{",
		"}\n",
		"x\n\ny\n",
		"{\"version\":1,\"verb\":",
		"wait\n",
		"wait\nx\n"
	};
	static char flood[16384];
	const char *line;
	char bytes[40];
	size_t size = choose(c, sizeof(bytes));

	switch (choose(c, 4)) {
	case 0:
		line = lines[choose(c, 9)];
		talk(t, line, strlen(line));
		return;
	case 1:
		memset(flood, 'x', sizeof(flood));
		talk(t, flood, sizeof(flood) - choose(c, 2));
		return;
	default:
		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)choose(c, 256);
		talk(t, bytes, size);
	}
}

static void step(struct choices *c)
{
	int slot = (int)choose(c, CLIENTS);
	struct talker *t = &talkers[slots[slot]];

	switch (choose(c, 8)) {
	case 0:
		greet(slot);
		break;
	case 1:
		hang_up(t);
		break;
	case 2:
		if (t->fd >= 0)
			shutdown(t->fd, SHUT_WR);
		break;
	case 3:
		read_answers(t);
		break;
	case 4:
		if (choose(c, 2))
			server_resume(server);
		fake_loop_round(loop);
		break;
	default:
		say_something(t, c);
	}
	MUST(open_clients <= SERVER_CLIENTS_MAX);
}

static void settle(void)
{
	int rounds = 0;

	for (int i = 0; i < talkers_count; i++)
		hang_up(&talkers[i]);
	/* Whoever waits, even if nobody else has anything to say. */
	do
		server_resume(server);
	while (fake_loop_round(loop) && ++rounds < SENT_MAX);
	MUST(open_clients == 0);
	/* The first stands for those who have not come yet. */
	memset(slots, 0, sizeof(slots));
	talkers[0] = (struct talker){ .fd = -1, .sent = talkers[0].sent };
	talkers_count = 1;
}

/* Whatever has been: who comes now is answered. */
static void serve_the_next(void)
{
	struct talker *t = greet(0);
	char answer[8] = "";

	MUST(t->fd >= 0);
	for (int i = 0; i < 10; i++)
		fake_loop_round(loop);
	MUST(recv(t->fd, answer, sizeof(answer), MSG_DONTWAIT) == 3);
	MUST(!memcmp(answer, "#1\n", 3));
}

static void leave(void)
{
	server_close(server);
	unlink(address.sun_path);
	for (int i = 0; i < STEPS_MAX + 3; i++)
		free(talkers[i].sent);
	loop_close(loop);
	rmdir(directory);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct server_handler handler = { .request = on_request,
						.gone = on_gone };
	struct listener listener;

	(void)argc;
	(void)argv;
	MUST(mkdtemp(directory));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control",
		 directory);
	MUST(!loop_open(&loop));
	MUST(!listener_open(address.sun_path, &listener));
	MUST(!server_open(loop, &listener, geteuid(), &handler, &server));
	settle();
	atexit(leave);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);

	for (int i = 0; i < STEPS_MAX && c.size; i++)
		step(&c);
	settle();
	serve_the_next();
	settle();
	return 0;
}
