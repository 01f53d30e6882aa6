/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One table of options for all verbs; parser and --help both read it.  Checks
 * the grammar only: whether a value is good is for request_parse() to say.
 */
#include "user/cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct row {
	const char *name;
	char letter;
	const char *argument; /* NULL: takes none */
	unsigned int verbs;   /* enum cli_verb */
	unsigned int flag;    /* enum cli_flag */
	const char *member;   /* of the request */
	/* 0 or an enum exit_code; NULL: the flag is all */
	int (*apply)(struct cli *cli, const struct row *row, const char *value);
	const char *help;
};

/* --- what an option does ----------------------------------------------------
 */

/* Takes over value. */
static int member_set(struct cli *cli, const struct row *row,
		      struct json_object *value)
{
	if (!json_object_object_get_ex(cli->request, row->member, NULL)) {
		json_object_object_add(cli->request, row->member, value);
		return 0;
	}
	json_object_put(value);
	return cli_misused(cli, "--%s repeats or contradicts another option",
			   row->name);
}

static int apply_text(struct cli *cli, const struct row *row, const char *value)
{
	return member_set(cli, row, json_object_new_string(value));
}

/* -1 unless text is a sign or none and up to nine digits. */
static int number_parse(const char *text, int64_t *out)
{
	const char *digits = text + (*text == '-' || *text == '+');
	size_t length = strspn(digits, "0123456789");

	if (length == 0 || length > 9 || digits[length])
		return -1;
	*out = strtoll(text, NULL, 10);
	return 0;
}

static int apply_number(struct cli *cli, const struct row *row,
			const char *value)
{
	int64_t number;

	if (*value == '+' || number_parse(value, &number))
		return cli_fail(EXIT_CODE_INVALID,
				"--%s %s: not a whole decimal number of at "
				"most 9 digits",
				row->name, value);
	return member_set(cli, row, json_object_new_int64(number));
}

static int apply_true(struct cli *cli, const struct row *row, const char *value)
{
	(void)value;
	return member_set(cli, row, json_object_new_boolean(true));
}

static int apply_false(struct cli *cli, const struct row *row,
		       const char *value)
{
	(void)value;
	return member_set(cli, row, json_object_new_boolean(false));
}

static int apply_empty(struct cli *cli, const struct row *row,
		       const char *value)
{
	(void)value;
	return member_set(cli, row, json_object_new_array());
}

static int apply_append(struct cli *cli, const struct row *row,
			const char *value)
{
	struct json_object *list;

	if (!json_object_object_get_ex(cli->request, row->member, &list)) {
		list = json_object_new_array();
		json_object_object_add(cli->request, row->member, list);
	} else if (json_object_array_length(list) == 0) {
		return cli_misused(cli, "--%s contradicts another option",
				   row->name);
	}
	json_object_array_add(list, json_object_new_string(value));
	return 0;
}

/* A list in one word. */
static int apply_list(struct cli *cli, const struct row *row, const char *value)
{
	struct json_object *list = json_object_new_array();
	size_t length;

	for (;; value += length + 1) {
		length = strcspn(value, ",");
		json_object_array_add(
			list, json_object_new_string_len(value, (int)length));
		if (!value[length])
			return member_set(cli, row, list);
	}
}

/* The controller, which opens it, lives in another directory. */
static int apply_path(struct cli *cli, const struct row *row, const char *value)
{
	char *directory, *path;
	int code;

	if (*value == '/' || !*value)
		return apply_text(cli, row, value);
	directory = realpath(".", NULL);
	if (!directory)
		return cli_fail(EXIT_CODE_FAILED, "--%s %s: %s", row->name,
				value, strerror(errno));
	if (asprintf(&path, "%s/%s", directory, value) < 0)
		path = NULL;
	free(directory);
	if (!path)
		return cli_fail(EXIT_CODE_FAILED, "out of memory");
	code = apply_text(cli, row, path);
	free(path);
	return code;
}

/* What is no part of a request. */
static int apply_place(struct cli *cli, const struct row *row,
		       const char *value)
{
	const struct {
		const char *name, **place;
	} places[] = {
		{ "socket", &cli->socket_path },  { "pin-dir", &cli->pin_dir },
		{ "state-dir", &cli->state_dir }, { "hand", &cli->hand },
		{ "unit", &cli->unit },		  { "config", &cli->config },
		{ "runner", &cli->runner },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (strcmp(places[i].name, row->name) == 0)
			*places[i].place = value;
	return 0;
}

/* --- the table --------------------------------------------------------------
 */

enum row_sets {
	GROUP = CLI_ATTACH | CLI_SET,
	ONE_VHID = CLI_ATTACH | CLI_SET | CLI_STATE,
	ANY_VHID = CLI_DETACH | CLI_STATUS,
};

static const struct row rows[] = {
	{ "vhid", 0, "N", ONE_VHID, 0, "vhid", apply_number,
	  "the group, 1 to 255" },
	{ "vhid", 0, "N", ANY_VHID, 0, "vhid", apply_number,
	  "only this group, 1 to 255" },
	{ "vhid", 0, "N", CLI_CHECK, 0, "vhid", apply_number,
	  "is this one taken on the wire? 1 to 255" },
	{ "listen", 0, "SECONDS", CLI_CHECK, 0, "listen", apply_number,
	  "to who speaks CARP or VRRP, 0 to 3600; 0: not (3)" },
	{ "vip", 0, "ADDR[/LEN]", GROUP, 0, "vips", apply_append,
	  "a virtual IP, IPv4 or IPv6; repeatable" },
	{ "pass-file", 0, "FILE", GROUP, 0, "pass_file", apply_path,
	  "file with the passphrase, 1 to 19 bytes, mode 0600" },
	{ "advbase", 0, "S", GROUP, 0, "advbase", apply_number,
	  "seconds between advertisements, 0 to 255 (1)" },
	{ "advskew", 0, "N", GROUP, 0, "advskew", apply_number,
	  "and 1/256 seconds, 0 to 254; less wins (0)" },
	{ "nodes", 0, "V:S,...", GROUP, 0, "nodes", apply_list,
	  "2 to 32 vhids with their advskew, which share the load" },
	{ "balancing", 0, "HOW", CLI_ATTACH, 0, "balancing", apply_text,
	  "of nodes: ip, ip-stealth or ip-unicast (ip)" },
	{ "preempt", 0, NULL, GROUP, 0, "preempt", apply_true,
	  "take over from a slower master" },
	{ "no-preempt", 0, NULL, CLI_SET, 0, "preempt", apply_false,
	  "leave a slower master in place" },
	{ "preempt-delay", 0, "S", GROUP, 0, "preempt_delay", apply_number,
	  "but not in the seconds after a start or link up (0)" },
	{ "dead-ratio", 0, "N", GROUP, 0, "dead_ratio", apply_number,
	  "intervals of silence: the master is dead, 2 to 255 (3)" },
	{ "demotion", 0, "WHERE", GROUP, 0, "demotion", apply_text,
	  "sent in byte, advskew or both; auto: as compat (auto)" },
	{ "observe", 0, NULL, GROUP, 0, "observe", apply_true,
	  "verify and watch, never take part" },
	{ "no-observe", 0, NULL, CLI_SET, 0, "observe", apply_false,
	  "take part" },
	{ "peer", 0, "ADDR", GROUP, 0, "peers", apply_append,
	  "send to and hear this host instead of all; repeatable" },
	{ "gateway", 0, "ADDR", GROUP, 0, "gateways", apply_append,
	  "router to tell by asking for it; repeatable" },
	{ "no-gateways", 0, NULL, CLI_SET, 0, "gateways", apply_empty,
	  "tell no router that way" },
	{ "announce-refresh", 0, "S", GROUP, 0, "announce_refresh",
	  apply_number, "announce so often, 0: never, to 3600 (60)" },
	{ "peer-ttl-min", 0, "N", GROUP, 0, "peer_ttl_min", apply_number,
	  "least TTL from a peer behind routers, 1 to 255 (255)" },
	{ "multicast", 0, NULL, CLI_SET, 0, "peers", apply_empty,
	  "send to CARP's multicast group again" },
	{ "group", 0, "NAME", GROUP, 0, "groups", apply_append,
	  "name to demote it by, beside \"carp\"; repeatable" },
	{ "no-group", 0, NULL, CLI_SET, 0, "groups", apply_empty,
	  "bear no name but \"carp\"" },
	{ "track", 0, "NAME", GROUP, 0, "track", apply_append,
	  "this track of the configuration counts for it; repeatable" },
	{ "no-track", 0, NULL, CLI_SET, 0, "track", apply_empty,
	  "none does, beside those that count for all" },
	{ "group", 0, "NAME", CLI_DEMOTE, 0, "group", apply_text,
	  "every group of that name" },
	{ "compat", 0, "WHOM", GROUP, 0, "compat", apply_text,
	  "rules of openbsd, freebsd or ucarp (openbsd)" },
	{ "auth", 0, "MODE", GROUP, 0, "auth", apply_text,
	  "believe sealed senders only: strict; all: compat (auto)" },
	{ "forget-senders", 0, NULL, CLI_SET, 0, "forget_senders", apply_true,
	  "meet every sender anew, as after a loss of its state" },
	{ "grace", 0, "SECONDS", CLI_SET, 0, "grace", apply_number,
	  "send and accept the old VIPs or passphrase so long (600)" },
	{ "mode", 0, "MODE", CLI_ATTACH, 0, "mode", apply_text,
	  "XDP mode: auto, native or skb (auto)" },
	{ "coexist", 0, NULL, CLI_ATTACH, CLI_COEXIST, "coexist", apply_true,
	  "join other XDP programs in libxdp's dispatcher" },
	{ "coexist", 0, NULL, CLI_DAEMON | CLI_HAND, CLI_COEXIST, NULL, NULL,
	  "keep CAP_SYS_ADMIN, which joining other XDP programs takes" },
	{ "metrics", 0, "ADDR:PORT", CLI_ATTACH | CLI_DAEMON, 0, "metrics",
	  apply_text, "serve Prometheus metrics there" },
	{ "foreground", 0, NULL, CLI_ATTACH, CLI_FOREGROUND, NULL, NULL,
	  "be the controller instead of starting one" },
	{ "no-guardian", 0, NULL, CLI_ATTACH | CLI_DAEMON, CLI_UNGUARDED, NULL,
	  NULL, "one process: nobody bows out for it if it is killed" },
	{ "takeover", 0, NULL, CLI_DAEMON, CLI_TAKEOVER, NULL, NULL,
	  "go on with what a running controller does, which ends" },
	{ "hand", 0, "SOCKET", CLI_DAEMON, 0, NULL, apply_place,
	  "need no privilege: carp-xdp hand, which has it, is there" },
	{ "config", 0, "PATH", CLI_DAEMON | CLI_HAND, 0, NULL, apply_place,
	  "groups to begin with: a file, or a directory of *.conf" },
	{ "dry-run", 0, NULL, CLI_RELOAD, 0, "dry_run", apply_true,
	  "say what would be done, do nothing" },
	{ "confirm", 0, "SECONDS", CLI_RELOAD, 0, "confirm", apply_number,
	  "go back by itself, unless reload is said again till then" },
	{ "unit", 0, "NAME", CLI_HAND, 0, NULL, apply_place,
	  "the controller's service, asked about when that ends" },
	{ "runner", 0, "SOCKET", CLI_HAND, 0, NULL, apply_place,
	  "checks and hooks are run by carp-xdp runner, there" },
	{ "all", 0, NULL, CLI_DEMOTE, 0, "all", apply_true, "every interface" },
	{ "reason", 0, "TEXT", CLI_DEMOTE, 0, "reason", apply_text,
	  "shown by status, for whoever finds it" },
	{ "interval", 0, "SECONDS", CLI_TOP, 0, "interval", apply_number,
	  "between two looks, 1 to 3600 (1)" },
	{ "fresh", 0, NULL, CLI_EXPLAIN, CLI_FRESH, NULL, NULL,
	  "as if no sender had been heard yet, for old captures" },
	{ "json", 'j', NULL,
	  CLI_STATUS | CLI_MONITOR | CLI_RELOAD | CLI_CHECK | CLI_EXPLAIN,
	  CLI_JSON, NULL, NULL, "JSON for programs" },
	{ "quiet", 'q', NULL, CLI_STATUS, CLI_QUIET, NULL, NULL,
	  "say nothing; status 0 if all are master, else 5" },
	{ "verbose", 'v', NULL, CLI_STATUS, CLI_VERBOSE, NULL, NULL,
	  "timers, peers and counters too" },
	{ "socket", 0, "PATH", CLI_EVERY, 0, NULL, apply_place,
	  "control socket (/run/carp-xdp/control.sock)" },
	{ "pin-dir", 0, "PATH", CLI_EVERY, 0, NULL, apply_place,
	  "where maps are pinned (/sys/fs/bpf/carp-xdp)" },
	{ "state-dir", 0, "PATH", CLI_EVERY, 0, NULL, apply_place,
	  "what outlives the controller (/var/lib/carp-xdp)" },
	{ "help", 'h', NULL, CLI_EVERY, CLI_HELP, NULL, NULL, "this text" },
	{ "version", 0, NULL, CLI_EVERY, CLI_VERSION, NULL, NULL,
	  "name and version" },
};

enum row_numbers {
	ROWS = sizeof(rows) / sizeof(rows[0]),
	ROW_FIRST = 256, /* what getopt_long() returns for rows[0] */
};

/* --- parsing ----------------------------------------------------------------
 */

/* What getopt_long() wants to know of the rows of one verb. */
static void getopt_tables(enum cli_verb verb, struct option *options,
			  char *letters)
{
	/* '+': before the verb, the first word ends the options. */
	if (verb == CLI_NO_VERB)
		*letters++ = '+';
	*letters++ = ':';
	for (int i = 0; i < ROWS; i++) {
		if (!(rows[i].verbs & verb))
			continue;
		*options++ = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument
						    : no_argument,
			.val = ROW_FIRST + i,
		};
		if (rows[i].letter)
			*letters++ = rows[i].letter;
	}
	*options = (struct option){ 0 };
	*letters = '\0';
}

static const struct row *row_of(enum cli_verb verb, int value)
{
	if (value >= ROW_FIRST)
		return &rows[value - ROW_FIRST];
	for (int i = 0; i < ROWS; i++) {
		if (rows[i].verbs & verb && rows[i].letter == value)
			return &rows[i];
	}
	return NULL;
}

static int option_refuse(const struct cli *cli, int value, char **argv)
{
	const char *text = argv[optind - 1];

	if (value == ':')
		return cli_misused(cli, "%s needs a value", text);
	if (optopt > 0 && optopt < ROW_FIRST)
		return cli_misused(cli, "unknown option -%c", optopt);
	if (optopt >= ROW_FIRST)
		return cli_misused(cli, "%s takes no value", text);
	return cli_misused(cli, "unknown option %s", text);
}

int options_parse(struct cli *cli, int argc, char **argv, int *out_index)
{
	struct option options[ROWS + 1];
	char letters[ROWS + 3];
	int value;

	getopt_tables(cli->verb->bit, options, letters);
	opterr = 0;
	optind = 0; /* makes glibc start anew */
	while ((value = getopt_long(argc, argv, letters, options, NULL)) !=
	       -1) {
		const struct row *row = row_of(cli->verb->bit, value);
		int code = 0;

		if (value == ':' || value == '?' || !row)
			return option_refuse(cli, value, argv);
		cli->flags |= row->flag;
		if (row->apply)
			code = row->apply(cli, row, optarg);
		if (code)
			return code;
	}
	*out_index = optind;
	return 0;
}

/* --- words ------------------------------------------------------------------
 */

int options_words(struct cli *cli, int count, char **words)
{
	const struct verb *verb = cli->verb;
	int most = 0;

	while (most < CLI_WORDS_MAX && verb->words[most])
		most++;
	if (count > most && verb->bit == CLI_DEMOTE)
		return cli_misused(cli, "amount %s has no sign: +N or -N",
				   words[most]);
	if (count > most)
		return cli_misused(cli, "unexpected word %s", words[most]);
	if (count < verb->words_min)
		return cli_misused(cli, "%s is missing", verb->words[count]);
	for (int i = 0; i < count; i++)
		json_object_object_add(cli->request, verb->words[i],
				       json_object_new_string(words[i]));
	if (verb->required &&
	    !json_object_object_get_ex(cli->request, verb->required, NULL))
		return cli_misused(cli, "--%s is missing", verb->required);
	return 0;
}

/* Whether an argument is an option that eats the one behind it. */
static bool wants_value(enum cli_verb verb, const char *argument)
{
	size_t length = strlen(argument);

	if (length < 3 || strncmp(argument, "--", 2) != 0)
		return false;
	for (int i = 0; i < ROWS; i++) {
		if (rows[i].verbs & verb && rows[i].argument &&
		    strncmp(rows[i].name, argument + 2, length - 2) == 0)
			return true;
	}
	return false;
}

int options_amount(struct cli *cli, int *argc, char **argv)
{
	int64_t number = 0;
	int at = 1;

	while (at < *argc && ((argv[at][0] != '+' && argv[at][0] != '-') ||
			      !isdigit((unsigned char)argv[at][1]) ||
			      wants_value(cli->verb->bit, argv[at - 1])))
		at++;
	if (at == *argc)
		return 0;
	if (number_parse(argv[at], &number))
		return cli_fail(EXIT_CODE_INVALID,
				"amount %s: not a whole decimal number of at "
				"most 9 digits",
				argv[at]);
	json_object_object_add(cli->request, "amount",
			       json_object_new_int64(number));
	for ((*argc)--; at < *argc; at++)
		argv[at] = argv[at + 1];
	return 0;
}

void options_print(enum cli_verb verb)
{
	printf("\nOptions:\n");
	for (int i = 0; i < ROWS; i++) {
		char left[40];

		if (!(rows[i].verbs & verb))
			continue;
		snprintf(left, sizeof(left), "%c%c%s--%s %s",
			 rows[i].letter ? '-' : ' ',
			 rows[i].letter ? rows[i].letter : ' ',
			 rows[i].letter ? ", " : "  ", rows[i].name,
			 rows[i].argument ? rows[i].argument : "");
		printf("  %-24s %s\n", left, rows[i].help);
	}
}
