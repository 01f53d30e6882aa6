/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One run of the command line: what every verb shares.
 */
#pragma once

#include "user/request.h"

#include <stdbool.h>

/* Which verbs an option belongs to. */
enum cli_verb {
	CLI_NO_VERB = 1 << 0, /* before the verb */
	CLI_ATTACH = 1 << 1,
	CLI_DETACH = 1 << 2,
	CLI_SET = 1 << 3,
	CLI_STATUS = 1 << 4,
	CLI_MONITOR = 1 << 5,
	CLI_DEMOTE = 1 << 6,
	CLI_STATE = 1 << 7,
	CLI_DAEMON = 1 << 8,
	CLI_MAINTENANCE = 1 << 9,
	CLI_HAND = 1 << 10,
	CLI_RELOAD = 1 << 11,
	CLI_SHOWCONF = 1 << 12,
	CLI_CHECK = 1 << 13,
	CLI_IMPORT = 1 << 14,
	CLI_EXPLAIN = 1 << 15,
	CLI_TOP = 1 << 16,
	CLI_RUNNER = 1 << 17,
	CLI_EVERY = (1 << 18) - 1,
};

enum cli_flag {
	CLI_HELP = 1 << 0,
	CLI_VERSION = 1 << 1,
	CLI_JSON = 1 << 2,
	CLI_QUIET = 1 << 3,
	CLI_VERBOSE = 1 << 4,
	CLI_FOREGROUND = 1 << 5,
	CLI_UNGUARDED = 1 << 6,
	CLI_TAKEOVER = 1 << 7,
	CLI_FRESH = 1 << 8,
	CLI_COEXIST = 1 << 9,
};

enum cli_limits {
	CLI_WORDS_MAX = 2
};

struct cli {
	const struct verb *verb;
	const char *socket_path;
	const char *pin_dir;
	const char *state_dir;
	const char *hand;	     /* of daemon */
	const char *unit;	     /* of hand */
	const char *runner;	     /* of hand */
	const char *config;	     /* of both */
	unsigned int flags;	     /* enum cli_flag */
	struct json_object *request; /* grows while options are read */
};

struct verb {
	const char *name;
	const char *usage;   /* behind the name */
	const char *summary; /* what --help says it does */
	enum cli_verb bit;
	int words_min;
	/* Request members the words fill, in order. */
	const char *words[CLI_WORDS_MAX];
	const char *required; /* an option that must be there */
	int (*run)(struct cli *cli);
};

/* "carp-xdp: TEXT" on standard error; returns code. */
int cli_fail(int code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same with the verb and where its help is; EXIT_CODE_USAGE. */
int cli_misused(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
