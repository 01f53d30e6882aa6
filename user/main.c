/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp: the table of verbs.  Builds one request from the arguments, lets
 * the controller's own parser judge it, and only then hands it to the verb:
 * a bad value never starts or reaches a controller.
 */
#include "user/cli/options.h"
#include "user/cli/verbs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SOCKET_VARIABLE	   "CARP_XDP_SOCKET"
#define SOCKET_DEFAULT	   "/run/carp-xdp/control.sock"
#define PIN_DIR_VARIABLE   "CARP_XDP_PIN_DIR"
#define PIN_DIR_DEFAULT	   "/sys/fs/bpf/carp-xdp"
#define STATE_DIR_VARIABLE "CARP_XDP_STATE_DIR"
#define STATE_DIR_DEFAULT  "/var/lib/carp-xdp"

static const struct verb verbs[] = {
	{ "attach",
	  "IFACE (--vhid N | --nodes V:S,...) [OPTION]...",
	  "Attach a group; without --vip it only observes.",
	  CLI_ATTACH,
	  1,
	  { "interface" },
	  NULL,
	  verbs_attach },
	{ "detach",
	  "IFACE [--vhid N]",
	  "Bow out and detach one group, or all of an interface.",
	  CLI_DETACH,
	  1,
	  { "interface" },
	  NULL,
	  verbs_detach },
	{ "status",
	  "[IFACE] [OPTION]...",
	  "Show the groups: who is master, since when and why.",
	  CLI_STATUS,
	  0,
	  { "interface" },
	  NULL,
	  verbs_status },
	{ "monitor",
	  "[-j]",
	  "Print state changes as they happen.",
	  CLI_MONITOR,
	  0,
	  { NULL },
	  NULL,
	  verbs_monitor },
	{ "top",
	  "[--interval SECONDS]",
	  "Watch groups, rates and changes in a terminal.",
	  CLI_TOP,
	  0,
	  { NULL },
	  NULL,
	  verbs_top },
	{ "set",
	  "IFACE --vhid N OPTION...",
	  "Change a running group; what is not named stays.",
	  CLI_SET,
	  1,
	  { "interface" },
	  "vhid",
	  verbs_set },
	{ "demote",
	  "(IFACE | --group NAME | --all) +N|-N --reason TEXT",
	  "Step back behind the other hosts, or take that back.",
	  CLI_DEMOTE,
	  0,
	  { "interface" },
	  "reason",
	  verbs_demote },
	{ "state",
	  "IFACE --vhid N master|backup",
	  "Take over or hand over now.",
	  CLI_STATE,
	  2,
	  { "interface", "state" },
	  "vhid",
	  verbs_state },
	{ "maintenance",
	  "on|off",
	  "Let the other hosts serve, over restarts too, or be one of them.",
	  CLI_MAINTENANCE,
	  1,
	  { "switch" },
	  NULL,
	  verbs_maintenance },
	{ "check",
	  "IFACE [OPTION]... | FILE",
	  "Look for trouble with an interface, or in a configuration.",
	  CLI_CHECK,
	  1,
	  { "interface" },
	  NULL,
	  verbs_check },
	{ "import",
	  "keepalived|ucarp|openbsd|freebsd FILE|-",
	  "Print what another program's configuration is in ours.",
	  CLI_IMPORT,
	  2,
	  { "format", "file" },
	  NULL,
	  verbs_import },
	{ "explain",
	  "IFACE FRAME|FILE|- [OPTION]...",
	  "Say what would become of frames, in hex or a pcap file.",
	  CLI_EXPLAIN,
	  2,
	  { "interface", "frame" },
	  NULL,
	  verbs_explain },
	{ "reload",
	  "[--dry-run] [--confirm SECONDS] [-j]",
	  "Read the configuration again and apply the difference.",
	  CLI_RELOAD,
	  0,
	  { NULL },
	  NULL,
	  verbs_reload },
	{ "showconf",
	  "",
	  "Print the groups as they are as a configuration.",
	  CLI_SHOWCONF,
	  0,
	  { NULL },
	  NULL,
	  verbs_showconf },
	{ "daemon",
	  "[--config PATH] [--metrics ADDR:PORT] [OPTION]...",
	  "Be the controller; attach starts one when none runs.",
	  CLI_DAEMON,
	  0,
	  { NULL },
	  NULL,
	  verbs_daemon },
	{ "hand",
	  "[--config PATH] [--unit NAME] [--runner SOCKET]",
	  "Have the privilege for a controller; systemd starts it.",
	  CLI_HAND,
	  0,
	  { NULL },
	  NULL,
	  verbs_hand },
	{ "runner",
	  "",
	  "Run checks and hooks for a controller; systemd starts it.",
	  CLI_RUNNER,
	  0,
	  { NULL },
	  NULL,
	  verbs_runner },
};

enum verb_count {
	VERBS = sizeof(verbs) / sizeof(verbs[0])
};

static const struct verb no_verb = { .name = "", .bit = CLI_NO_VERB };

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static int help_print(const struct verb *verb)
{
	if (verb != &no_verb) {
		printf("Usage: carp-xdp %s %s\n\n%s\n", verb->name, verb->usage,
		       verb->summary);
		options_print(verb->bit);
		return 0;
	}
	printf("Usage: carp-xdp VERB [ARGUMENT]...\n\n"
	       "Shares virtual IPs between hosts by CARP; XDP does the fast "
	       "part.\n\nVerbs:\n");
	for (size_t i = 0; i < VERBS; i++)
		printf("  %-11s  %s\n", verbs[i].name, verbs[i].summary);
	options_print(CLI_NO_VERB);
	printf("\ncarp-xdp VERB --help tells the rest, carp-xdp(8) all.\n");
	return 0;
}

/* Option, then environment, then default; the controller changes its working
 * directory, so always from the root.  NULL if there is no such directory. */
static const char *path_choose(const char *given, const char *variable,
			       const char *otherwise, char *buffer, size_t size)
{
	const char *path = given ? given : getenv(variable);
	size_t length;

	if (!path || !*path)
		return otherwise;
	if (*path == '/')
		return path;
	if (!getcwd(buffer, size))
		return NULL;
	length = strlen(buffer);
	if (strlen(path) >= size - length - 1) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	snprintf(buffer + length, size - length, "/%s", path);
	return buffer;
}

static int paths_choose(struct cli *cli)
{
	static char socket_path[PATH_MAX], pin_dir[PATH_MAX];
	static char state_dir[PATH_MAX];

	cli->socket_path =
		path_choose(cli->socket_path, SOCKET_VARIABLE, SOCKET_DEFAULT,
			    socket_path, sizeof(socket_path));
	cli->pin_dir = path_choose(cli->pin_dir, PIN_DIR_VARIABLE,
				   PIN_DIR_DEFAULT, pin_dir, sizeof(pin_dir));
	cli->state_dir =
		path_choose(cli->state_dir, STATE_DIR_VARIABLE,
			    STATE_DIR_DEFAULT, state_dir, sizeof(state_dir));
	if (cli->socket_path && cli->pin_dir && cli->state_dir)
		return 0;
	return cli_fail(EXIT_CODE_FAILED, "working directory: %s",
			strerror(errno));
}

/* Members of a request that names a group and says nothing about it: version,
 * program, verb, interface, vhid. */
enum bare_request {
	BARE_MEMBERS = 5
};

/* What JSON cannot say wrong, but words can. */
static int grammar_check(const struct cli *cli)
{
	bool interface =
		json_object_object_get_ex(cli->request, "interface", NULL);
	bool all = json_object_object_get_ex(cli->request, "all", NULL);
	bool group = json_object_object_get_ex(cli->request, "group", NULL);

	if (cli->verb->bit == CLI_SET &&
	    json_object_object_length(cli->request) <= BARE_MEMBERS)
		return cli_misused(cli, "nothing to set");
	if (cli->verb->bit == CLI_ATTACH &&
	    !json_object_object_get_ex(cli->request, "vhid", NULL) &&
	    !json_object_object_get_ex(cli->request, "nodes", NULL))
		return cli_misused(cli, "--vhid is missing");
	if (cli->verb->bit != CLI_DEMOTE)
		return 0;
	if (!json_object_object_get_ex(cli->request, "amount", NULL))
		return cli_misused(cli, "the amount is missing: +N or -N");
	if (all + interface + group != 1)
		return cli_misused(cli,
				   "wanted is an interface, --group or --all");
	return 0;
}

/* The controller's own judgement, before there need be a controller. */
static int values_check(const struct cli *cli)
{
	char error[REQUEST_TEXT_MAX];
	struct request request;
	int code;

	if (cli->verb->bit & (CLI_DAEMON | CLI_HAND | CLI_RUNNER | CLI_CHECK |
			      CLI_IMPORT | CLI_EXPLAIN | CLI_TOP))
		return 0;
	code = request_parse(cli->request, &request, error, sizeof(error));
	if (code)
		return cli_fail(code, "%s", error);
	request_free(&request);
	return 0;
}

static int verb_run(struct cli *cli, int argc, char **argv)
{
	int code = 0, first;

	json_object_object_add(cli->request, "verb",
			       json_object_new_string(cli->verb->name));
	if (cli->verb->bit == CLI_DEMOTE)
		code = options_amount(cli, &argc, argv);
	if (code == 0)
		code = options_parse(cli, argc, argv, &first);
	if (code)
		return code;
	if (cli->flags & CLI_HELP)
		return help_print(cli->verb);
	if (cli->flags & CLI_VERSION)
		return printf("carp-xdp %s\n", CARP_XDP_VERSION) < 0;
	code = options_words(cli, argc - first, argv + first);
	if (code == 0)
		code = grammar_check(cli);
	if (code == 0)
		code = values_check(cli);
	if (code == 0)
		code = paths_choose(cli);
	return code ? code : cli->verb->run(cli);
}

static int arguments_run(struct cli *cli, int argc, char **argv)
{
	int first;
	int code = options_parse(cli, argc, argv, &first);

	if (code)
		return code;
	if (cli->flags & CLI_HELP)
		return help_print(&no_verb);
	if (cli->flags & CLI_VERSION)
		return printf("carp-xdp %s\n", CARP_XDP_VERSION) < 0;
	if (first == argc)
		return cli_misused(
			cli, "no verb; usage: carp-xdp VERB [ARGUMENT]...");
	cli->verb = verb_find(argv[first]);
	if (!cli->verb) {
		cli->verb = &no_verb;
		return cli_misused(cli, "unknown verb %s", argv[first]);
	}
	return verb_run(cli, argc - first, argv + first);
}

int main(int argc, char **argv)
{
	struct cli cli = { .verb = &no_verb };
	int code;

	cli.request = json_object_new_object();
	json_object_object_add(cli.request, "version",
			       json_object_new_int(REQUEST_VERSION));
	json_object_object_add(cli.request, "program",
			       json_object_new_string(CARP_XDP_VERSION));
	code = arguments_run(&cli, argc, argv);
	json_object_put(cli.request);
	if (fflush(stdout) || ferror(stdout))
		return cli_fail(EXIT_CODE_FAILED, "standard output: %s",
				strerror(errno));
	return code;
}
