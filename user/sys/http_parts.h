/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What http_listen.c, http_answer.c and http_stream.c share; nobody else's.
 */
#pragma once

#include "user/sys/http.h"
#include "user/sys/loop.h"

#include <microhttpd.h>

/* What of the library is called, at the addresses where http_load() has found
 * it. */
#define HTTP_CALLS(X) \
	X(add_response_header) \
	X(create_response_from_buffer) \
	X(create_response_from_callback) \
	X(destroy_response) \
	X(get_connection_info) \
	X(get_daemon_info) \
	X(get_timeout) \
	X(lookup_connection_value) \
	X(queue_response) \
	X(resume_connection) \
	X(run) \
	X(start_daemon) \
	X(stop_daemon) \
	X(suspend_connection)
#define HTTP_SLOT(name) __typeof__(&MHD_##name) name;

struct http_library {
	HTTP_CALLS(HTTP_SLOT)
};

extern struct http_library mhd; /* NULL without http_load() */

struct http_stream {
	struct http *http;
	struct MHD_Connection *connection;
	void *state;	/* the service's; NULL: unused */
	bool suspended; /* has nothing to say */
};

struct http {
	struct MHD_Daemon *daemon;
	int timer;
	struct loop_source *readable;
	struct loop_source *expired;
	struct http_service service;
	struct http_stream streams[HTTP_STREAMS_MAX];
	unsigned int streaming; /* how many are used */
	bool woken;
	struct instant tick_due;
};

/* http_answer.c */
extern const char http_type_plain[];

/* Takes the response, NULL: out of memory. */
enum MHD_Result http_send(struct MHD_Connection *connection,
			  unsigned int status, const char *header,
			  const char *value, struct MHD_Response *response);
/* A line of constant text. */
enum MHD_Result http_say(struct MHD_Connection *connection, unsigned int status,
			 const char *text);
enum MHD_Result http_refuse_method(struct MHD_Connection *connection);
enum MHD_Result http_page(struct http *http, struct MHD_Connection *connection);
/* NULL, or what is wrong with who asks: a page of another site, which reaches
 * us by a name of its own or from there. */
const char *http_stranger(const struct http *http,
			  struct MHD_Connection *connection);

/* http_stream.c */
enum MHD_Result http_events(struct http *http,
			    struct MHD_Connection *connection, bool head);
/* Ticks if that is due, and lets all go on that have something to read. */
void http_streams_serve(struct http *http);
void http_streams_resume(struct http *http);
/* How long until that is to be called; UINT64_MAX: not at all. */
struct span http_streams_wait(const struct http *http);
