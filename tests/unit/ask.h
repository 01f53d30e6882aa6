/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks the parser of requests, and keeps what came of it.
 */
#pragma once

#include "user/request.h"

enum ask_numbers {
	ASK_LINE_SIZE = 4096
};

/* Of the last request parsed. */
struct ask {
	int code;
	char error[REQUEST_TEXT_MAX];
	struct request request;
	struct json_object *object;
};

extern struct ask ask;

/* One line of JSON. */
void ask_line(const char *line);
/* members behind a good attach up to vhid. */
void ask_attach(const char *members);
void ask_verb(const char *verb, const char *members);
/* Forgets it; for .fini of a test suite. */
void ask_drop(void);

/* Asserts that it was taken; that it was refused in these words. */
void ask_taken(void);
void ask_refused(const char *text);
