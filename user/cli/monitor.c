/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Prints state changes as they come.  Holds no line back: what has been read
 * has been written before the next one is waited for.
 */
#include "user/cli/monitor.h"
#include "user/cli/cli.h"
#include "user/cli/field.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Every line is flushed, so there is nothing to be lost. */
static void leave(int signal)
{
	(void)signal;
	_exit(EXIT_CODE_OK);
}

static void change_print(struct json_object *change)
{
	char from[16], to[16];

	printf("%s  %s vhid %lld  %s -> %s  %s\n", field_text(change, "time"),
	       field_text(change, "interface"), field_number(change, "vhid"),
	       field_upper(change, "from", from, sizeof(from)),
	       field_upper(change, "to", to, sizeof(to)),
	       field_text(change, "reason"));
}

static void warning_print(struct json_object *warning)
{
	printf("%s  %s vhid %lld  WARNING %s (%s): %s\n",
	       field_text(warning, "time"), field_text(warning, "interface"),
	       field_number(warning, "vhid"), field_text(warning, "address"),
	       field_text(warning, "mac"), field_text(warning, "text"));
}

int monitor_run(struct client *client, bool json)
{
	struct sigaction action = { .sa_handler = leave };
	int code = 0;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (code == 0) {
		struct json_object *change = NULL;

		code = client_next(client, &change);
		if (code)
			break;
		if (json)
			fputs(client->line, stdout);
		else if (!strcmp(field_text(change, "event"), "warning"))
			warning_print(change);
		else
			change_print(change);
		json_object_put(change);
		if (fflush(stdout))
			code = cli_fail(EXIT_CODE_FAILED, "standard output: %s",
					strerror(errno));
	}
	if (code == CLIENT_GONE)
		code = cli_fail(EXIT_CODE_NO_CONTROLLER,
				"%s: the controller has gone away",
				client->path);
	return code;
}
