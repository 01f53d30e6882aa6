/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hooks in configuration files: what is taken, in which words the rest is
 * refused, and that what is printed is read as the same.
 */
#include "user/config.h"
#include "user/core/election.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUPS \
	"group web { interface = eth0 vhid = 3 }\n" \
	"group mail { interface = eth0 vhid = 4 }\n"

static char error[CONFIG_ERROR_SIZE];

static struct config *read_one(const char *text)
{
	const struct config_text file = { "x.conf", text };
	struct config *config;

	config_parse(&file, 1, &config, error, sizeof(error));
	return config;
}

static void refused(const char *options, const char *why)
{
	char text[512];

	snprintf(text, sizeof(text), "hook h {\n%s\n}\n" GROUPS, options);
	cr_assert_null(read_one(text), "%s", options);
	cr_expect_str_eq(error, why);
}

Test(hooks, of_all_by_default)
{
	struct config *config = read_one("hook h { command = { /x } }\n");
	const struct config_hook *hook;

	cr_assert(config, "%s", error);
	cr_assert_eq(config->hooks_count, 1);
	hook = &config->hooks[0];
	cr_expect_str_eq(hook->name, "h");
	cr_expect_eq(hook->on, 1U << ELECTION_INIT | 1U << ELECTION_BACKUP |
				       1U << ELECTION_MASTER);
	cr_expect_eq(hook->groups_count, 0);
	cr_expect_eq(hook->job.timeout_ms, 10000);
	cr_expect_str_eq(hook->place, "x.conf:1");
	config_free(config);
}

Test(hooks, what_is_printed_is_read_as_the_same)
{
	struct config *config =
		read_one("hook h.1 {\n"
			 "command = { /x, 'a b', '${HOME}' }\n"
			 "on = { master }\non += { init }\n"
			 "groups = { web, mail }\n"
			 "timeout = 0.25\n}\n"
			 "hook other { command = { /y } }\n" GROUPS);
	struct config *again;
	char *text;

	cr_assert(config, "%s", error);
	cr_assert_eq(config->hooks[0].on,
		     1U << ELECTION_INIT | 1U << ELECTION_MASTER);
	cr_assert_eq(config->hooks[0].job.words, 3);
	text = config_print(config);
	again = read_one(text);
	cr_assert(again, "%s", error);
	cr_assert_eq(again->hooks_count, 2);
	for (int i = 0; i < 2; i++)
		cr_expect(
			config_hook_same(&config->hooks[i], &again->hooks[i]));
	cr_expect_not(config_hook_same(&config->hooks[0], &config->hooks[1]));
	config_free(config);
	config_free(again);
	free(text);
}

Test(hooks, refused)
{
	refused("timeout = 1", "x.conf:3: hook h: command is missing");
	refused("command = { x }",
		"x.conf:2: command x: wanted is an absolute path");
	refused("command = { /x }\non = { slave }",
		"x.conf:3: on slave: allowed are init, backup, master");
	refused("command = { /x }\ntimeout = 0.05",
		"x.conf:3: timeout 0.05: allowed are 0.1 to 600 s");
	refused("command = { /x }\ntimeout = 601",
		"x.conf:3: timeout 601: allowed are 0.1 to 600 s");
	refused("command = { /x }\ntimeout = 1\ntimeout = 2",
		"x.conf:4: timeout: given twice");
	refused("command = { /x }\ngroups = { mial }",
		"x.conf:1: hook h: group mial: there is none of that name");
	refused("command = { /x }\nuser = root",
		"x.conf:3: no such option 'user'");
}

Test(hooks, names)
{
	cr_assert_null(read_one("hook abcdefghijklmnop { command = { /x } }"));
	cr_expect_str_eq(error,
			 "x.conf:1: hook abcdefghijklmnop: a name is 1 to 15 "
			 "letters, digits and . _ : -");
	cr_assert_null(read_one("hook h { command = { /x } }\n"
				"hook h { command = { /y } }\n"));
	cr_expect_str_eq(error, "x.conf:2: hook h: given twice, first at "
				"x.conf:1");
	cr_assert_null(read_one("group g {\ninterface = eth0 vhid = 3 }\n"
				"hook h {\ncommand = { /x }\n"));
	cr_expect_str_eq(error,
			 "x.conf:3: this hook has no end: a } is missing");
}

Test(hooks, sixteen_at_most)
{
	char text[1024];
	size_t used = 0;
	struct config *config;

	for (int i = 0; i < 17; i++) {
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "hook h%d { command = { /x } }\n", i);
		config = read_one(text);
		cr_assert_eq(config != NULL, i < 16, "%d: %s", i, error);
		config_free(config);
	}
	cr_expect_str_eq(error, "x.conf:17: hook h16: 16 are the most");
}
