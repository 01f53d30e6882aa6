/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Command lines of ucarp(8).  Each becomes a group, and its scripts hooks.
 */
#include "user/core/election.h"
#include "user/import_parts.h"

#include <stdlib.h>
#include <string.h>

struct option {
	const char *name;
	char letter;
	bool takes; /* a value */
};

static const struct option options[] = {
	{ "interface", 'i', true },  { "srcip", 's', true },
	{ "mcast", 'm', true },	     { "vhid", 'v', true },
	{ "pass", 'p', true },	     { "passfile", 'o', true },
	{ "preempt", 'P', false },   { "neutral", 'n', false },
	{ "addr", 'a', true },	     { "advbase", 'b', true },
	{ "advskew", 'k', true },    { "upscript", 'u', true },
	{ "downscript", 'd', true }, { "deadratio", 'r', true },
	{ "debug", 'D', false },     { "shutdown", 'z', false },
	{ "daemonize", 'B', false }, { "facility", 'f', true },
	{ "xparam", 'x', true },     { "ignoreifstate", 'S', false },
	{ "nomcast", 'M', false },
};

enum {
	OPTIONS = sizeof(options) / sizeof(*options)
};

static const struct option *find_letter(char letter)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

static const struct option *find_name(const char *name, size_t length)
{
	for (size_t i = 0; i < OPTIONS; i++)
		if (strlen(options[i].name) == length &&
		    !strncmp(options[i].name, name, length))
			return &options[i];
	return NULL;
}

/* Of a command line. */
struct scripts {
	const char *up, *down, *extra; /* in its words; NULL: not said */
};

static void keep_script(struct scripts *scripts, char letter, const char *value)
{
	if (letter == 'u')
		scripts->up = value;
	else if (letter == 'd')
		scripts->down = value;
	else if (letter == 'x')
		scripts->extra = value;
}

static void apply(struct import *import, struct config_group *group,
		  char letter, const char *value)
{
	switch (letter) {
	case 'i':
		import_word(import, group, "interface", value);
		break;
	case 'v':
		import_number(import, group, "vhid", value);
		break;
	case 'a':
		import_add(import, group, "vips", value);
		break;
	case 'b':
		import_number(import, group, "advbase", value);
		break;
	case 'k':
		import_number(import, group, "advskew", value);
		break;
	case 'r':
		import_number(import, group, "dead_ratio", value);
		break;
	case 'P':
		import_yes(import, group, "preempt");
		break;
	case 'o':
		import_word(import, group, "pass_file", value);
		break;
	case 'p':
		import_secret(import, group);
		break;
	case 'm':
	case 'M':
		import_note(import, "-%c %s: not carried over", letter, value);
		break;
	default:
		break; /* -s, -n, -z, -B, ...: nothing to carry over */
	}
}

/* -p SECRET, -pSECRET, --pass=SECRET, --pass SECRET, -Pz.  The index behind. */
static size_t take_short(struct import *import, struct config_group *group,
			 struct scripts *scripts, const struct words *w,
			 size_t at)
{
	for (const char *c = w->word[at] + 1; *c; c++) {
		const struct option *o = find_letter(*c);
		const char *value;

		if (!o) {
			import_note(import, "-%c: not an option of ucarp", *c);
			return at + 1;
		}
		if (!o->takes) {
			apply(import, group, o->letter, "");
			continue;
		}
		if (!c[1] && ++at == w->count)
			return at;
		value = c[1] ? c + 1 : w->word[at];
		apply(import, group, o->letter, value);
		keep_script(scripts, o->letter, value);
		return at + 1;
	}
	return at + 1;
}

static size_t take_long(struct import *import, struct config_group *group,
			struct scripts *scripts, const struct words *w,
			size_t at)
{
	const char *name = w->word[at] + 2, *equals = strchr(name, '=');
	const struct option *o = find_name(name, strcspn(name, "="));
	const char *value = equals ? equals + 1 : "";

	if (!o) {
		import_note(import, "--%.*s: not an option of ucarp",
			    (int)strcspn(name, "="), name);
		return at + 1;
	}
	if (o->takes && !equals && at + 1 < w->count)
		value = w->word[++at];
	apply(import, group, o->letter, value);
	keep_script(scripts, o->letter, value);
	return at + 1;
}

static const char *first_address(const struct config_group *group)
{
	struct json_object *list = NULL;

	json_object_object_get_ex(group->attach, "vips", &list);
	return json_object_get_string(list ? json_object_array_get_idx(list, 0)
					   : NULL);
}

/* The examples that come with ucarp, wherever they have been put. */
static bool only_adds_address(const char *path)
{
	static const char *const names[] = { "vip-up", "vip-up.sh", "vip-down",
					     "vip-down.sh" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(slash ? slash + 1 : path, names[i]))
			return true;
	return false;
}

/* It is started with the interface, the address and -x as its arguments. */
static void take_script(struct import *import, const struct config_group *group,
			const char *what, const char *path, const char *extra,
			unsigned int on)
{
	const char *const words[] = {
		json_object_get_string(
			json_object_object_get(group->attach, "interface")),
		first_address(group), extra
	};
	struct runner_job job = { .kind = RUNNER_COMMAND };
	bool fits = *path == '/' && runner_add_word(&job, path);

	if (only_adds_address(path)) {
		import_note(import,
			    "%s %s: not carried over: addresses need no script",
			    what, path);
		return;
	}
	for (size_t i = 0; fits && i < 3 && words[i]; i++)
		fits = runner_add_word(&job, words[i]);
	if (fits)
		import_hook(import, group, what, &job, on);
	else
		import_note(import, "%s %s: not carried over: %s", what, path,
			    "not an absolute path");
}

static void take_command(struct import *import, const struct words *w)
{
	char name[CONFIG_NAME_SIZE];
	struct scripts scripts = { 0 };
	struct config_group *group;

	snprintf(name, sizeof(name), "ucarp-%zu", import->config->count + 1);
	group = import_group(import, name);
	if (!group)
		return;
	import_word(import, group, "compat", "ucarp");
	for (size_t i = 0; i < w->count;) {
		const char *word = w->word[i];

		if (!strncmp(word, "--", 2) && word[2])
			i = take_long(import, group, &scripts, w, i);
		else if (*word == '-' && word[1])
			i = take_short(import, group, &scripts, w, i);
		else
			i++; /* the program, "&" */
	}
	if (scripts.up)
		take_script(import, group, "--upscript", scripts.up,
			    scripts.extra, 1 << ELECTION_MASTER);
	if (scripts.down)
		take_script(import, group, "--downscript", scripts.down,
			    scripts.extra,
			    1 << ELECTION_INIT | 1 << ELECTION_BACKUP);
}

static bool is_command(const struct words *w)
{
	for (size_t i = 0; i < w->count; i++) {
		const char *word = w->word[i], *slash = strrchr(word, '/');

		if (!strcmp(slash ? slash + 1 : word, "ucarp"))
			return true;
	}
	return false;
}

/* Lines that end with "\" go on. */
static char *join_lines(const char *text)
{
	char *joined = strdup(text);

	for (char *c = joined; c && *c; c++)
		if (c[0] == '\\' && c[1] == '\n')
			c[1] = '\v', c[0] = ' ';
	return joined;
}

void import_ucarp(struct import *import, const char *text)
{
	char *joined = join_lines(text);
	struct words *line = calloc(1, sizeof(*line));
	const char *at = joined;

	if (!joined || !line)
		import->failed = true;
	else
		while (import_line(import, &at, "#", "", line))
			if (is_command(line))
				take_command(import, line);
	free(line);
	free(joined);
}
