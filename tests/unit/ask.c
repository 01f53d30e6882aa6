/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Asks the parser of requests.
 */
#include "ask.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct ask ask;

void ask_drop(void)
{
	request_free(&ask.request);
	json_object_put(ask.object);
	ask.object = NULL;
}

void ask_line(const char *line)
{
	ask_drop();
	memset(ask.error, 0, sizeof(ask.error));
	ask.object = json_tokener_parse(line);
	cr_assert(ask.object, "not JSON: %s", line);
	ask.code = request_parse(ask.object, &ask.request, ask.error,
				 sizeof(ask.error));
}

void ask_attach(const char *members)
{
	char line[ASK_LINE_SIZE];

	snprintf(line, sizeof(line),
		 "{\"version\":1,\"program\":\"0.1.0\",\"verb\":\"attach\","
		 "\"interface\":\"eth0\",\"vhid\":3%s%s}",
		 *members ? "," : "", members);
	ask_line(line);
}

void ask_verb(const char *verb, const char *members)
{
	char line[ASK_LINE_SIZE];

	snprintf(line, sizeof(line), "{\"version\":1,\"verb\":\"%s\"%s%s}",
		 verb, *members ? "," : "", members);
	ask_line(line);
}

void ask_taken(void)
{
	cr_assert_eq(ask.code, 0, "%s", ask.error);
}

void ask_refused(const char *text)
{
	cr_assert_eq(ask.code, EXIT_CODE_INVALID, "%s: code %d", text,
		     ask.code);
	cr_assert_str_eq(ask.error, text);
}
