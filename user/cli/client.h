/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The control socket from the asking side: a line out, lines in.
 */
#pragma once

#include "user/request.h"

#include <stdio.h>

struct client {
	const char *path;
	FILE *stream; /* NULL: not connected */
	char *line;   /* the last one read, with its newline */
	size_t line_size;
};

enum client_numbers {
	CLIENT_PATIENCE = 20, /* seconds without an answer */
	CLIENT_GONE = -1,     /* closed before an answer came; not said */
};

/* 0 or -errno. */
int client_open(const char *path, struct client *out);
/* True if the error of client_open() means that nobody listens there. */
bool client_nobody(int error);
/* Says why client_open() failed; an enum exit_code. */
int client_explain(const char *path, int error);
/* Takes a client that was never opened. */
void client_close(struct client *client);
/* The controller lives in another network namespace than we do. */
bool client_elsewhere(const struct client *client);

/* Sends the request and reads the answer: 0 with an object to be put, an enum
 * exit_code, said, or CLIENT_GONE. */
int client_ask(struct client *client, struct json_object *request,
	       struct json_object **out_answer);
/* One more line of a stream, for which it waits forever. */
int client_next(struct client *client, struct json_object **out_line);
