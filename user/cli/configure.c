/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The verbs around configuration files.  check asks no controller: it reads as
 * one would.
 */
#include "user/cli/configure.h"
#include "user/cli/field.h"
#include "user/cli/verbs.h"
#include "user/config.h"
#include "user/core/group.h"
#include "user/sys/secret.h"
#include "user/sys/textfiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- check ----------------------------------------------------------------
 */

/* Of an election with these settings: interval, and until a silent master is
 * given up. */
static void timing_print(const struct settings *s)
{
	const struct carp_recipe none = { 0 };
	struct group *group = malloc(sizeof(*group));

	if (!group)
		return;
	group_init(group, NULL, NULL, 0, s, &none);
	printf("  vhid %-3u  advertises every %.3f s, gives a silent master up "
	       "after %.3f s\n",
	       s->vhid, (double)election_interval(&group->election).ns / 1e9,
	       (double)election_master_down(&group->election).ns / 1e9);
	free(group);
}

static int group_print(const struct config_group *group)
{
	char error[CONFIG_ERROR_SIZE];
	struct request r;
	int code = config_request(group, &r, error, sizeof(error));

	if (code)
		return cli_fail(code, "%s", error);
	printf("%s: %s, %zu address%s%s\n", group->name, group->interface,
	       r.settings.vips_count, r.settings.vips_count == 1 ? "" : "es",
	       r.pass_file ? "" : ", no passphrase");
	if (!r.cluster.count)
		timing_print(&r.settings);
	for (size_t i = 0; i < r.cluster.count; i++) {
		struct settings node =
			cluster_settings(&r.cluster, i, &r.settings);

		timing_print(&node);
	}
	request_free(&r);
	return 0;
}

static void track_print(const struct config_track *track)
{
	const struct runner_job *job = &track->job;
	const struct track_rules *rules = &track->rules;
	char words[RUNNER_WORDS_SIZE];
	/* It breaks just after a run, and each run takes its timeout. */
	const unsigned int run = job->interval_ms > job->timeout_ms
					 ? job->interval_ms
					 : job->timeout_ms;
	const double worst = job->interval_ms + job->timeout_ms +
			     (rules->fall - 1) * (double)run;

	config_track_words(job, words, sizeof(words));
	printf("track %s: %s\n  every %g s, a failure counts after %.3f s at "
	       "most, %s\n",
	       rules->name, words, job->interval_ms / 1000.0, worst / 1000,
	       rules->all ? "for all groups" : "for groups that name it");
}

/* Root alone can say what a controller would find. */
static int passphrase_check(const struct config_group *group)
{
	__u8 key[SETTINGS_KEY_SIZE];
	char error[REQUEST_TEXT_MAX];
	int err;

	if (!group->pass_file || geteuid() != 0)
		return 0;
	err = secret_read(group->pass_file, key, error, sizeof(error));
	explicit_bzero(key, sizeof(key));
	if (!err)
		return 0;
	return cli_fail(EXIT_CODE_INVALID, "%s: group %s: %s", group->place,
			group->name, error);
}

static void hook_print(const struct config_hook *hook)
{
	char words[RUNNER_WORDS_SIZE];

	config_track_words(&hook->job, words, sizeof(words));
	printf("hook %s: %s\n  %g s at most, for %s\n", hook->name, words,
	       hook->job.timeout_ms / 1000.0,
	       hook->groups_count ? "groups that it names" : "all groups");
}

static int config_check(const struct textfile *files, size_t count)
{
	char error[CONFIG_ERROR_SIZE];
	struct config *config;
	int code = config_read(files, count, &config, error, sizeof(error));

	if (code)
		return cli_fail(code, "%s", error);
	for (size_t i = 0; i < config->tracks_count; i++)
		track_print(&config->tracks[i]);
	for (size_t i = 0; i < config->hooks_count; i++)
		hook_print(&config->hooks[i]);
	for (size_t i = 0; i < config->count && !code; i++)
		code = passphrase_check(&config->groups[i]);
	for (size_t i = 0; i < config->count && !code; i++)
		code = group_print(&config->groups[i]);
	if (!code)
		printf("%zu group%s, no error\n", config->count,
		       config->count == 1 ? "" : "s");
	config_free(config);
	return code;
}

int configure_check(const char *path)
{
	char error[REQUEST_TEXT_MAX];
	struct textfile *files;
	size_t count;
	int code;

	if (textfiles_read(path, &files, &count, error, sizeof(error)) != 0)
		return cli_fail(EXIT_CODE_INVALID, "%s", error);
	code = config_check(files, count);
	textfiles_free(files, count);
	return code;
}

/* --- reload ---------------------------------------------------------------
 */

static void change_print(struct json_object *change, bool dry)
{
	const size_t changed = field_count(change, "changed");

	printf("%s%s %s", dry ? "would " : "", field_text(change, "action"),
	       field_text(change, "name"));
	if (field(change, "interface", json_type_string))
		printf(" (%s vhid %lld)", field_text(change, "interface"),
		       field_number(change, "vhid"));
	for (size_t i = 0; i < changed; i++)
		printf("%s%s", i ? ", " : ": ",
		       json_object_get_string(
			       field_element(change, "changed", i)));
	if (field(change, "with", json_type_string))
		printf(", in one step with %s", field_text(change, "with"));
	if (field(change, "error", json_type_string))
		printf(": %s", field_text(change, "error"));
	printf("\n");
}

static void reload_print(struct json_object *answer)
{
	const bool dry = field_true(answer, "dry_run");
	const long long failed = field_number(answer, "failed");

	for (size_t i = 0; i < field_count(answer, "changes"); i++)
		change_print(field_element(answer, "changes", i), dry);
	printf("%zu change%s, %lld unchanged", field_count(answer, "changes"),
	       field_count(answer, "changes") == 1 ? "" : "s",
	       field_number(answer, "unchanged"));
	if (failed)
		printf(", %lld failed and tried again", failed);
	printf("\n");
	if (field_number(answer, "confirm") && !dry)
		printf("goes back in %lld s, unless you say carp-xdp reload\n",
		       field_number(answer, "confirm"));
}

int verbs_reload(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	if (cli->flags & CLI_JSON)
		printf("%s\n", json_object_to_json_string_ext(
				       answer, JSON_C_TO_STRING_PLAIN));
	else
		reload_print(answer);
	if (field_number(answer, "failed"))
		code = EXIT_CODE_FAILED;
	json_object_put(answer);
	return code;
}

int verbs_showconf(struct cli *cli)
{
	struct json_object *answer = NULL;
	int code = verbs_ask(cli, &answer);

	if (code)
		return code;
	printf("%s", field_text(answer, "configuration"));
	json_object_put(answer);
	return 0;
}
