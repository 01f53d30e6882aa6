/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Streams of server-sent events.  One with nothing to say is suspended, and
 * costs nothing; a reader that does not read for the listener's time-out is
 * dropped.  Nothing is kept for it here, and libmicrohttpd's buffer for a
 * connection does not grow.
 */
#include "user/sys/http_parts.h"

#include <sys/socket.h>

enum stream_sizes {
	STREAM_BLOCK = 16 * 1024,
	/* What waits in the kernel: by itself it would let megabytes wait. */
	STREAM_BACKLOG = 64 * 1024,
};

static ssize_t on_read(void *context, uint64_t position, char *out, size_t size)
{
	struct http_stream *stream = context;
	const struct http_service *service = &stream->http->service;
	ssize_t got = service->read(service->context, stream->state, out, size);

	(void)position;
	if (got < 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (got == 0) {
		stream->suspended = true;
		mhd.suspend_connection(stream->connection);
	}
	return got;
}

static void on_end(void *context)
{
	struct http_stream *stream = context;
	struct http *http = stream->http;

	http->service.close(http->service.context, stream->state);
	*stream = (struct http_stream){ 0 };
	http->streaming--;
}

static void limit_backlog(struct MHD_Connection *connection)
{
	const int size = STREAM_BACKLOG;
	const union MHD_ConnectionInfo *info = mhd.get_connection_info(
		connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info)
		(void)setsockopt(info->connect_fd, SOL_SOCKET, SO_SNDBUF, &size,
				 sizeof(size));
}

static struct http_stream *stream_open(struct http *http,
				       struct MHD_Connection *connection)
{
	struct http_stream *stream = http->streams;

	while (stream->state)
		stream++;
	stream->state = http->service.open(http->service.context);
	if (!stream->state)
		return NULL;
	stream->http = http;
	stream->connection = connection;
	limit_backlog(connection);
	if (!http->streaming++)
		http->tick_due = instant_add(loop_now(), span_ms(HTTP_TICK_MS));
	return stream;
}

static enum MHD_Result stream_begin(struct http *http,
				    struct MHD_Connection *connection)
{
	struct http_stream *stream = stream_open(http, connection);
	struct MHD_Response *response;

	if (!stream)
		return MHD_NO;
	response = mhd.create_response_from_callback(
		MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read, stream, on_end);
	if (!response) {
		on_end(stream);
		return MHD_NO;
	}
	(void)mhd.add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				      "no-store");
	return http_send(connection, MHD_HTTP_OK, MHD_HTTP_HEADER_CONTENT_TYPE,
			 "text/event-stream", response);
}

enum MHD_Result http_events(struct http *http,
			    struct MHD_Connection *connection, bool head)
{
	const char *wrong = http_stranger(http, connection);

	if (wrong)
		return http_say(connection, MHD_HTTP_MISDIRECTED_REQUEST,
				wrong);
	if (head)
		return http_send(connection, MHD_HTTP_OK,
				 MHD_HTTP_HEADER_CONTENT_TYPE,
				 "text/event-stream",
				 mhd.create_response_from_buffer(
					 0, NULL, MHD_RESPMEM_PERSISTENT));
	if (http->streaming == HTTP_STREAMS_MAX)
		return http_send(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				 MHD_HTTP_HEADER_RETRY_AFTER, "5",
				 mhd.create_response_from_buffer(
					 0, NULL, MHD_RESPMEM_PERSISTENT));
	return stream_begin(http, connection);
}

void http_streams_resume(struct http *http)
{
	http->woken = false;
	for (size_t i = 0; i < HTTP_STREAMS_MAX; i++) {
		struct http_stream *stream = &http->streams[i];

		if (!stream->suspended)
			continue;
		stream->suspended = false;
		mhd.resume_connection(stream->connection);
	}
}

void http_streams_serve(struct http *http)
{
	if (!http->streaming)
		return;
	if (instant_due(http->tick_due, loop_now())) {
		http->service.tick(http->service.context);
		http->tick_due = instant_add(loop_now(), span_ms(HTTP_TICK_MS));
		http->woken = true;
	}
	if (http->woken)
		http_streams_resume(http);
}

struct span http_streams_wait(const struct http *http)
{
	if (!http->streaming)
		return (struct span){ UINT64_MAX };
	if (http->woken)
		return (struct span){ 0 };
	return instant_since(loop_now(), http->tick_due);
}
