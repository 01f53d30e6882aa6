/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Programs that others run, as ours: without a shell, by an absolute path.
 */
#include "user/import_parts.h"
#include "user/config_options.h"

#include <ctype.h>
#include <string.h>

/* What a shell would do something with. */
#define SHELL_CHARACTERS "|&;<>()$`\\*?[]{}~#!\n"

static const char *no_program(const struct runner_job *job)
{
	if (!job->words)
		return "no program";
	if (job->text[0] != '/')
		return "not an absolute path";
	return NULL;
}

/* One word from *at, which moves on; NULL, or what it needs. */
static const char *split_word(const char **at, char out[IMPORT_WORD_SIZE])
{
	size_t used = 0;
	char quote = '\0';

	for (; **at && (quote || !isspace((unsigned char)**at)); (*at)++) {
		if (quote ? **at == quote : **at == '"' || **at == '\'')
			quote = quote ? '\0' : **at;
		else if (strchr(quote == '\'' ? ""
				: quote	      ? "$`\\"
					      : SHELL_CHARACTERS,
				**at))
			return "needs a shell";
		else
			out[used++] = **at;
	}
	out[used] = '\0';
	return quote ? "a quote has no end" : NULL;
}

const char *import_split(const char *text, struct runner_job *job)
{
	char word[IMPORT_WORD_SIZE];
	const char *wrong;

	if (strlen(text) >= IMPORT_WORD_SIZE - 1)
		return "too long";
	job->kind = RUNNER_COMMAND;
	for (;;) {
		text += strspn(text, " \t\r\v");
		if (!*text)
			return no_program(job);
		wrong = split_word(&text, word);
		if (wrong)
			return wrong;
		if (!runner_add_word(job, word))
			return "too many words";
	}
}

const char *import_words(const struct words *w, size_t at,
			 struct runner_job *job)
{
	if (at + 1 == w->count)
		return import_split(w->word[at], job);
	job->kind = RUNNER_COMMAND;
	for (; at < w->count; at++) {
		if (strlen(w->word[at]) == IMPORT_WORD_SIZE - 1)
			return "too long";
		if (!runner_add_word(job, w->word[at]))
			return "too many words";
	}
	return no_program(job);
}

void import_unprivileged(struct import *import)
{
	if (!import->told_programs)
		import_note(import, "programs run as the user carp-xdp-runner, "
				    "without any privilege");
	import->told_programs = true;
}

const char *import_unique(const struct import *import, const char *base,
			  import_taken *taken, char out[SETTINGS_NAME_SIZE])
{
	char clean[SETTINGS_NAME_SIZE], end[8] = "";
	int room;

	snprintf(clean, sizeof(clean), "%.*s", SETTINGS_NAME_SIZE - 1, base);
	config_name_clean(clean);
	for (char *c = clean; *c; c++)
		if (*c == ':')
			*c = '_';
	for (unsigned int n = 2;; n++) {
		room = SETTINGS_NAME_SIZE - 1 - (int)strlen(end);
		snprintf(out, SETTINGS_NAME_SIZE, "%.*s%s", room,
			 *clean ? clean : "x", end);
		if (!taken(import->config, out))
			return out;
		snprintf(end, sizeof(end), "-%u", n);
	}
}

/* --- hooks ---------------------------------------------------------------- */

static bool hook_taken(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->hooks_count; i++)
		if (!strcmp(config->hooks[i].name, name))
			return true;
	return false;
}

static bool has_group(const struct config_hook *hook, const char *name)
{
	for (size_t i = 0; i < hook->groups_count; i++)
		if (!strcmp(hook->groups[i], name))
			return true;
	return false;
}

/* The same program at the same changes, for one group more. */
static bool join_hook(struct config *config, const struct config_hook *wanted)
{
	const char *group = wanted->groups[0];

	for (size_t i = 0; i < config->hooks_count; i++) {
		struct config_hook *hook = &config->hooks[i];

		if (hook->on != wanted->on ||
		    hook->job.size != wanted->job.size ||
		    memcmp(hook->job.text, wanted->job.text,
			   wanted->job.size) != 0)
			continue;
		if (has_group(hook, group))
			return true;
		if (hook->groups_count == CONFIG_HOOK_GROUPS_MAX)
			continue;
		strcpy(hook->groups[hook->groups_count++], group);
		return true;
	}
	return false;
}

void import_hook(struct import *import, const struct config_group *group,
		 const char *what, const struct runner_job *job,
		 unsigned int on)
{
	struct config_hook hook = { .job = *job, .on = on, .groups_count = 1 };
	char name[SETTINGS_NAME_SIZE], why[REQUEST_TEXT_MAX];
	const char *program = strrchr(job->text, '/') + 1;

	import_unprivileged(import);
	strcpy(hook.groups[0], group->name);
	if (join_hook(import->config, &hook))
		return;
	import_unique(import, program, hook_taken, name);
	if (!config_hook_end(import->config, &hook, name, why, sizeof(why)))
		import_note(import, "%s: not carried over: %s", what, why);
}
