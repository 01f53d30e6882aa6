/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Prints what happens as it comes.  Holds no line back: what has been read
 * has been written before the next one is waited for.
 */
#include "user/cli/monitor.h"
#include "user/cli/cli.h"
#include "user/cli/field.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum monitor_times {
	PATIENCE_MS = 5000,
	PAUSE_MS = 50,
};

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

static void track_print(struct json_object *track)
{
	char state[16];

	printf("%s  track %s  %s, demotion %lld  %s\n",
	       field_text(track, "time"), field_text(track, "track"),
	       field_upper(track, "state", state, sizeof(state)),
	       field_number(track, "demotion"), field_text(track, "text"));
}

static void line_print(struct json_object *event, bool json, const char *line)
{
	const char *kind = field_text(event, "event");

	if (json)
		fputs(line, stdout);
	else if (!strcmp(kind, "warning"))
		warning_print(event);
	else if (!strcmp(kind, "state"))
		change_print(event);
	else if (!strcmp(kind, "track"))
		track_print(event);
	else
		printf("%s  %s\n", field_text(event, "time"),
		       field_text(event, "text"));
}

/* Whoever answers there now, if it tells changes, too: 0, an enum exit_code,
 * said, or CLIENT_GONE. */
static int connect_again(struct client *client, struct json_object *request)
{
	const char *path = client->path;
	struct json_object *answer = NULL;
	int code;

	client_close(client);
	code = client_open(path, client);
	client->path = path;
	if (code)
		return client_nobody(code) ? CLIENT_GONE
					   : client_explain(path, code);
	code = client_ask(client, request, &answer);
	json_object_put(answer);
	return code;
}

/* A controller that goes away may have given all it had to another one. */
static int find_successor(struct client *client, struct json_object *request)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int code = CLIENT_GONE;

	for (int ms = 0; ms < PATIENCE_MS && code == CLIENT_GONE;
	     ms += PAUSE_MS) {
		nanosleep(&pause, NULL);
		code = connect_again(client, request);
	}
	if (code == CLIENT_GONE)
		return cli_fail(EXIT_CODE_NO_CONTROLLER,
				"%s: the controller has gone away",
				client->path);
	if (code == 0)
		cli_fail(0, "%s: goes on with another controller",
			 client->path);
	return code;
}

static int print_next(struct client *client, bool json)
{
	struct json_object *change = NULL;
	int code = client_next(client, &change);

	if (code)
		return code;
	line_print(change, json, client->line);
	json_object_put(change);
	return fflush(stdout) ? cli_fail(EXIT_CODE_FAILED,
					 "standard output: %s", strerror(errno))
			      : 0;
}

int monitor_run(struct client *client, struct json_object *request, bool json)
{
	struct sigaction action = { .sa_handler = leave };
	int code = 0;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	while (code == 0) {
		code = print_next(client, json);
		if (code == CLIENT_GONE)
			code = find_successor(client, request);
	}
	return code;
}
