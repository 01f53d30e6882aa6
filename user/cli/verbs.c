/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The verbs: who is asked, and the line that says what came of it.  Only
 * attach ever starts a controller, and none but daemon and attach
 * --foreground become one.
 */
#include "user/cli/verbs.h"
#include "user/cli/client.h"
#include "user/cli/field.h"
#include "user/cli/monitor.h"
#include "user/cli/start.h"
#include "user/cli/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum verbs_numbers {
	ATTACH_TRIES = 3
};

/* --- asking -----------------------------------------------------------------
 */

/* A controller that answers, or one that we start. */
static int attach_open(const struct cli *cli, struct client *client)
{
	char reason[REQUEST_TEXT_MAX * 2];
	int error = client_open(cli->socket_path, client);
	int code;

	if (!client_nobody(error))
		return error ? client_explain(cli->socket_path, error) : 0;
	code = start_daemon(cli, reason, sizeof(reason));
	error = client_open(cli->socket_path, client);
	/* Whoever listens now: ours, or one that was faster than ours. */
	if (!error)
		return 0;
	if (code)
		return cli_fail(code, "%s", reason);
	return client_explain(cli->socket_path, error);
}

static int broken_off(const struct cli *cli)
{
	return cli_fail(EXIT_CODE_FAILED,
			"%s: the controller closed the connection without an "
			"answer",
			cli->socket_path);
}

int verbs_ask(struct cli *cli, struct json_object **out_answer)
{
	struct client client = { 0 };
	int code = client_open(cli->socket_path, &client);

	if (code)
		return client_explain(cli->socket_path, code);
	code = client_ask(&client, cli->request, out_answer);
	client_close(&client);
	return code == CLIENT_GONE ? broken_off(cli) : code;
}

/* A controller that was just ending closes without an answer; the next try
 * starts another one. */
static int attach_ask(struct cli *cli, struct json_object **out_answer)
{
	int code = CLIENT_GONE;

	for (int i = 0; i < ATTACH_TRIES && code == CLIENT_GONE; i++) {
		struct client client = { 0 };

		code = attach_open(cli, &client);
		if (code == 0 && client_elsewhere(&client))
			code = cli_fail(EXIT_CODE_FAILED,
					"%s: the controller there serves "
					"another network namespace; one for "
					"this one needs its own --socket and "
					"--pin-dir",
					cli->socket_path);
		if (code == 0)
			code = client_ask(&client, cli->request, out_answer);
		client_close(&client);
	}
	return code == CLIENT_GONE ? broken_off(cli) : code;
}

/* --- becoming the controller ------------------------------------------------
 */

static int daemon_run(const struct cli *cli, struct json_object *first)
{
	struct daemon_options options = {
		.socket_path = cli->socket_path,
		.pin_dir = cli->pin_dir,
		.state_dir = cli->state_dir,
		.first_request = first,
		.unguarded = cli->flags & CLI_UNGUARDED,
		.coexist = cli->flags & CLI_COEXIST,
		.ready_fd = -1,
		.takeover = cli->flags & CLI_TAKEOVER,
		.hand = cli->hand,
		.config = cli->config,
	};
	struct json_object *metrics =
		field(cli->request, "metrics", json_type_string);

	if (metrics)
		options.metrics = json_object_get_string(metrics);
	if (!first)
		start_inherit(&options);
	/* Through /proc/self/exe the kernel would call it "exe". */
	prctl(PR_SET_NAME, "carp-xdp");
	return daemon_main(&options);
}

static int attach_foreground(const struct cli *cli)
{
	struct client client = { 0 };
	int error = client_open(cli->socket_path, &client);

	client_close(&client);
	if (!error)
		return cli_fail(EXIT_CODE_FAILED,
				"a controller answers on %s already; without "
				"--foreground, attach joins it",
				cli->socket_path);
	if (!client_nobody(error))
		return client_explain(cli->socket_path, error);
	return daemon_run(cli, cli->request);
}

int verbs_daemon(struct cli *cli)
{
	struct json_object *metrics =
		field(cli->request, "metrics", json_type_string);

	if (metrics && !endpoint_valid(json_object_get_string(metrics)))
		return cli_fail(EXIT_CODE_INVALID,
				"metrics %s: wanted is ADDRESS:PORT, as in "
				"127.0.0.1:9112 or [::1]:9112",
				json_object_get_string(metrics));
	return daemon_run(cli, NULL);
}

int verbs_hand(struct cli *cli)
{
	const struct daemon_options options = {
		.socket_path = cli->socket_path,
		.pin_dir = cli->pin_dir,
		.state_dir = cli->state_dir,
		.config = cli->config,
		.runner = cli->runner,
		.coexist = cli->flags & CLI_COEXIST,
	};

	return daemon_hand(&options, cli->unit);
}

int verbs_runner(struct cli *cli)
{
	(void)cli;
	return daemon_runner();
}

/* --- the line for people ----------------------------------------------------
 */

static void subject_print(const struct cli *cli)
{
	long long vhid = field_number(cli->request, "vhid");
	size_t nodes = field_count(cli->request, "nodes");

	if (field(cli->request, "interface", json_type_string))
		printf("%s", field_text(cli->request, "interface"));
	else if (field(cli->request, "group", json_type_string))
		printf("group %s", field_text(cli->request, "group"));
	else
		printf("every interface");
	if (vhid)
		printf(" vhid %lld", vhid);
	for (size_t i = 0; i < nodes; i++)
		printf("%s%s", i ? "," : " nodes ",
		       json_object_get_string(
			       field_element(cli->request, "nodes", i)));
}

static void addresses_print(struct json_object *group)
{
	size_t count = field_count(group, "vips");

	if (count)
		printf("%zu address%s%s", count, count == 1 ? "" : "es",
		       field_true(group, "observing") ? ", observing" : "");
	else
		printf("no address, observing");
}

int verbs_attach(struct cli *cli)
{
	struct json_object *answer = NULL, *group;
	int code;

	if (cli->flags & CLI_FOREGROUND)
		return attach_foreground(cli);
	code = attach_ask(cli, &answer);
	if (code)
		return code;
	group = field(answer, "group", json_type_object);
	subject_print(cli);
	printf(": attached, %s mode", field_text(group, "xdp_mode"));
	if (field(group, "xdp_mode_reason", json_type_string))
		printf(" (%s)", field_text(group, "xdp_mode_reason"));
	printf(", ");
	addresses_print(group);
	printf("\n");
	json_object_put(answer);
	return 0;
}

int verbs_detach(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	subject_print(cli);
	printf(": %s\n", field(answer, "detached", json_type_int) &&
					 !field_number(answer, "detached")
				 ? "nothing to detach"
				 : "detached");
	json_object_put(answer);
	return 0;
}

int verbs_set(struct cli *cli)
{
	struct json_object *answer = NULL, *group;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	group = field(answer, "group", json_type_object);
	subject_print(cli);
	printf(": set, advbase %lld, advskew %lld, ",
	       field_number(group, "advbase"), field_number(group, "advskew"));
	addresses_print(group);
	printf("\n");
	json_object_put(answer);
	return 0;
}

int verbs_demote(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	subject_print(cli);
	printf(": demotion %+lld (%s)\n", field_number(cli->request, "amount"),
	       field_text(cli->request, "reason"));
	json_object_put(answer);
	return 0;
}

int verbs_state(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	subject_print(cli);
	printf(": asked to be %s\n", field_text(cli->request, "state"));
	json_object_put(answer);
	return 0;
}

int verbs_maintenance(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	printf("maintenance: %s\n", field_text(cli->request, "switch"));
	json_object_put(answer);
	return 0;
}

int verbs_status(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	if (cli->flags & CLI_QUIET)
		code = status_all_master(answer) ? 0 : EXIT_CODE_NOT_MASTER;
	else if (cli->flags & CLI_JSON)
		status_print_json(answer, isatty(STDOUT_FILENO));
	else
		status_print(answer, cli->flags & CLI_VERBOSE);
	json_object_put(answer);
	return code;
}

int verbs_monitor(struct cli *cli)
{
	struct client client = { 0 };
	struct json_object *answer = NULL;
	int code = client_open(cli->socket_path, &client);

	if (code)
		return client_explain(cli->socket_path, code);
	code = client_ask(&client, cli->request, &answer);
	json_object_put(answer);
	if (code == 0)
		code = monitor_run(&client, cli->request,
				   cli->flags & CLI_JSON);
	client_close(&client);
	return code == CLIENT_GONE ? broken_off(cli) : code;
}
