/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The metrics listener.  libmicrohttpd polls nothing and starts no thread: its
 * epoll descriptor and a timer for its own timeouts hang in our loop.  Never
 * reads a request's body, never knows what metrics, page and streams say.
 */
#include "user/sys/http_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum http_limits {
	/* As many again as may be streams, for all others. */
	HTTP_CONNECTIONS_MAX = 2 * HTTP_STREAMS_MAX,
	HTTP_TIMEOUT_S = 10,
	HTTP_HOST_SIZE = 64,
	HTTP_PAUSE_MS = 100,
};

static const char type_open[] =
	"application/openmetrics-text; version=1.0.0; charset=utf-8";

static int parse_port(const char *text, in_port_t *out)
{
	char *end;
	long port;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	port = strtol(text, &end, 10);
	if (*end || port < 1 || port > UINT16_MAX)
		return -EINVAL;
	*out = htons((uint16_t)port);
	return 0;
}

static int parse_ipv4(const char *host, const char *port,
		      struct sockaddr_in *out)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
	    parse_port(port, &address.sin_port))
		return -EINVAL;
	*out = address;
	return 0;
}

static int parse_ipv6(const char *host, const char *port,
		      struct sockaddr_in6 *out)
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1 ||
	    parse_port(port, &address.sin6_port))
		return -EINVAL;
	*out = address;
	return 0;
}

static int parse_address(const char *text, struct sockaddr_storage *out)
{
	const char *colon = strrchr(text, ':');
	char host[HTTP_HOST_SIZE];
	size_t length;

	if (!colon || colon == text)
		return -EINVAL;
	length = (size_t)(colon - text);
	if (length >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	if (host[0] != '[')
		return parse_ipv4(host, colon + 1, (struct sockaddr_in *)out);
	if (host[length - 1] != ']')
		return -EINVAL;
	host[length - 1] = '\0';
	return parse_ipv6(host + 1, colon + 1, (struct sockaddr_in6 *)out);
}

int http_address(const char *text, struct sockaddr_storage *out)
{
	*out = (struct sockaddr_storage){ 0 };
	return parse_address(text, out);
}

static enum MHD_Result metrics(struct http *http,
			       struct MHD_Connection *connection)
{
	const char *accept = mhd.lookup_connection_value(
		connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	bool open_metrics =
		accept && strcasestr(accept, "application/openmetrics-text");
	const char *type = open_metrics ? type_open : http_type_plain;
	char *body = http->service.metrics(http->service.context, open_metrics);
	struct MHD_Response *response;

	if (!body)
		return http_say(connection, MHD_HTTP_INTERNAL_SERVER_ERROR,
				"no metrics\n");
	response = mhd.create_response_from_buffer(strlen(body), body,
						   MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(body);
	return http_send(connection, MHD_HTTP_OK, MHD_HTTP_HEADER_CONTENT_TYPE,
			 type, response);
}

static enum MHD_Result on_request(void *context,
				  struct MHD_Connection *connection,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **state)
{
	const bool head = !strcmp(method, MHD_HTTP_METHOD_HEAD);

	(void)version;
	(void)upload;
	(void)upload_size;
	/* Answered before any body is read. */
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && !head)
		return http_refuse_method(connection);
	/* The first call only announces the headers: the answer comes with
	 * the second, or the connection could not be kept. */
	if (!*state) {
		*state = context;
		return MHD_YES;
	}
	if (!strcmp(url, "/metrics"))
		return metrics(context, connection);
	if (!strcmp(url, "/"))
		return http_page(context, connection);
	if (!strcmp(url, "/events"))
		return http_events(context, connection, head);
	return http_say(connection, MHD_HTTP_NOT_FOUND,
			"not found: try / or /metrics\n");
}

/* Arms the timer for what libmicrohttpd wants to do without new input, and for
 * streams. */
static void arm_timer(struct http *http)
{
	struct itimerspec at = { 0 };
	MHD_UNSIGNED_LONG_LONG ms;
	uint64_t ns = http_streams_wait(http).ns;

	if (mhd.get_timeout(http->daemon, &ms) == MHD_YES &&
	    span_ms(ms).ns < ns)
		ns = span_ms(ms).ns;
	if (ns != UINT64_MAX) {
		at.it_value.tv_sec = (time_t)(ns / 1000000000);
		/* One nanosecond for "now": zero would disarm. */
		at.it_value.tv_nsec = (long)(ns % 1000000000) + !ns;
	}
	timerfd_settime(http->timer, 0, &at, NULL);
}

static bool has_descriptor(const struct http *http)
{
	int fd = fcntl(http->timer, F_DUPFD_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void run(void *context)
{
	struct http *http = context;

	/* For want of one libmicrohttpd would wait busily. */
	if (!has_descriptor(http))
		loop_source_pause(http->readable, span_ms(HTTP_PAUSE_MS));
	http_streams_serve(http);
	mhd.run(http->daemon);
	/* Setting it also takes back that it has expired. */
	arm_timer(http);
}

static int start(struct http *http, const struct sockaddr_storage *address,
		 int listening)
{
	/* Either way the last one before the end. */
	const enum MHD_OPTION option =
		listening < 0 ? MHD_OPTION_END : MHD_OPTION_LISTEN_SOCKET;
	unsigned int flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;

	if (address->ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	errno = 0;
	http->daemon = mhd.start_daemon(
		flags, 0, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR,
		(const struct sockaddr *)address, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned int)HTTP_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)HTTP_TIMEOUT_S,
		option, listening, MHD_OPTION_END);
	if (!http->daemon)
		return errno ? -errno : -EIO;
	return 0;
}

static int watch(struct http *http, struct loop *loop)
{
	const union MHD_DaemonInfo *info =
		mhd.get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	int err;

	if (!info)
		return -EIO;
	http->timer =
		timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (http->timer < 0)
		return -errno;
	err = loop_add(loop, info->epoll_fd, EPOLLIN, LOOP_REQUESTS, run, http,
		       &http->readable);
	if (err)
		return err;
	return loop_add(loop, http->timer, EPOLLIN, LOOP_REQUESTS, run, http,
			&http->expired);
}

int http_open(struct loop *loop, const char *address, int listening,
	      const struct http_service *service, struct http **out)
{
	struct sockaddr_storage parsed;
	struct http *http;
	int err;

	if (parse_address(address, &parsed))
		return -EINVAL;
	if (!mhd.start_daemon)
		return -ENOSYS;
	http = calloc(1, sizeof(*http));
	if (!http)
		return -ENOMEM;
	http->timer = -1;
	http->service = *service;
	err = start(http, &parsed, listening);
	if (!err)
		err = watch(http, loop);
	if (err) {
		http_close(http);
		return err;
	}
	*out = http;
	return 0;
}

/* Only the timer: whoever calls may be called by libmicrohttpd. */
void http_wake(struct http *http)
{
	const struct itimerspec now = { .it_value.tv_nsec = 1 };

	if (!http || !http->streaming || http->woken)
		return;
	http->woken = true;
	timerfd_settime(http->timer, 0, &now, NULL);
}

int http_fd(const struct http *http)
{
	const union MHD_DaemonInfo *info =
		http ? mhd.get_daemon_info(http->daemon,
					   MHD_DAEMON_INFO_LISTEN_FD)
		     : NULL;

	return info ? info->listen_fd : -1;
}

void http_close(struct http *http)
{
	if (!http)
		return;
	loop_source_remove(http->readable);
	loop_source_remove(http->expired);
	if (http->timer >= 0)
		close(http->timer);
	http_streams_resume(http);
	if (http->daemon)
		mhd.stop_daemon(http->daemon);
	free(http);
}
