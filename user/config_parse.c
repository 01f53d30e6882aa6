/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Files to groups, by libconfuse, which knows lines; what a value may be the
 * request's own parser says, as soon as it has been read.
 */
#include "user/config.h"
#include "user/config_options.h"
#include "user/request_rules.h"

#include <confuse.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libconfuse's functions are told nothing of ours. */
static struct {
	struct config *config;
	const char *file;
	char *error;
	size_t size;
	int code;
	const cfg_t *section;	   /* the group being read */
	struct json_object *group; /* what it has said so far */
	struct config_track track; /* the same of a track */
	struct config_hook hook;   /* and of a hook */
	unsigned int seen;
	/* Lines counted so far, and the last that begins a section. */
	const char *text;
	unsigned int line, group_line;
	const char *section_word; /* of that */
} now;

/* What stands behind every file: read inside a group, that has no end. */
#define END_OPTION "end-of-file"

/* Its word; NULL for an option, of that name or of another. */
static const char *begins_section(const char *line)
{
	static const char *const words[] = { "group", "track", "hook" };

	for (size_t i = 0; i < 3; i++) {
		const char *rest = line + strlen(words[i]);

		if (strncmp(line, words[i], strlen(words[i])) ||
		    (*rest != ' ' && *rest != '\t'))
			continue;
		rest += strspn(rest, " \t");
		return *rest == '=' || *rest == '+' ? NULL : words[i];
	}
	return NULL;
}

/* Counts on to that line. */
static void count_lines(unsigned int line)
{
	while (now.line <= line && *now.text) {
		const char *word =
			begins_section(now.text + strspn(now.text, " \t"));

		if (word) {
			now.group_line = now.line;
			now.section_word = word;
		}
		now.text += strcspn(now.text, "\n");
		now.text += *now.text == '\n';
		now.line++;
	}
}

/* --- errors --------------------------------------------------------------- */

/* The first one is what matters. */
static void on_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char text[REQUEST_TEXT_MAX];

	if (now.code)
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	if (strstr(text, "'" END_OPTION "'")) {
		count_lines(UINT_MAX);
		snprintf(now.error, now.size,
			 "%s:%u: this %s has no end: a } is missing", now.file,
			 now.group_line, now.section_word);
	} else {
		snprintf(now.error, now.size, "%s:%d: %s", now.file, cfg->line,
			 text);
	}
	now.code = EXIT_CODE_INVALID;
}

static int refuse(cfg_t *cfg, const char *text)
{
	cfg_error(cfg, "%s", text);
	return -1;
}

static int no_memory(void)
{
	if (!now.code)
		snprintf(now.error, now.size, "%s: out of memory", now.file);
	now.code = EXIT_CODE_FAILED;
	return -1;
}

/* --- options -------------------------------------------------------------- */

static struct json_object *value_of(cfg_opt_t *option)
{
	switch (option->type) {
	case CFGT_INT:
		return json_object_new_int64(cfg_opt_getnint(option, 0));
	case CFGT_BOOL:
		return json_object_new_boolean(cfg_opt_getnbool(option, 0));
	default:
		return json_object_new_string(cfg_opt_getnstr(option, 0));
	}
}

static void begin_group(const cfg_t *section)
{
	json_object_put(now.group);
	now.group = json_object_new_object();
	now.section = section;
	count_lines((unsigned int)section->line);
}

static int check(cfg_t *section, const char *member, struct json_object *value)
{
	char why[REQUEST_TEXT_MAX];

	if (!now.group || !value)
		return no_memory();
	if (!request_check(REQUEST_ATTACH, member, value, why, sizeof(why)))
		return 0;
	return refuse(section, why);
}

/* "=" begins the list anew, "+=" goes on.  libconfuse calls for each element,
 * and for the end of the list. */
static int on_list(cfg_t *section, cfg_opt_t *option, const char *member)
{
	const size_t size = cfg_opt_size(option);
	struct json_object *list = NULL;
	char why[REQUEST_TEXT_MAX];
	const char *text;

	json_object_object_get_ex(now.group, member, &list);
	if (!list || size < json_object_array_length(list)) {
		list = json_object_new_array();
		json_object_object_add(now.group, member, list);
	}
	if (!list)
		return no_memory();
	if (!size || size == json_object_array_length(list))
		return 0;
	text = cfg_opt_getnstr(option, (unsigned int)size - 1);
	if (request_check_item(REQUEST_ATTACH, member, text, why, sizeof(why)))
		return refuse(section, why);
	json_object_array_add(list, json_object_new_string(text));
	return 0;
}

static int on_single(cfg_t *section, cfg_opt_t *option, const char *member)
{
	struct json_object *value;
	int code;

	if (json_object_object_get_ex(now.group, member, NULL)) {
		cfg_error(section, "%s: given twice", option->name);
		return -1;
	}
	value = value_of(option);
	code = check(section, member, value);
	if (code)
		json_object_put(value);
	else
		json_object_object_add(now.group, member, value);
	return code;
}

/* An option of a group has been read. */
static int on_option(cfg_t *section, cfg_opt_t *option)
{
	char member[CONFIG_MEMBER_SIZE];

	if (now.section != section)
		begin_group(section);
	config_member(option->name, member);
	if (option->flags & CFGF_LIST)
		return on_list(section, option, member);
	return on_single(section, option, member);
}

static int on_metrics(cfg_t *cfg, cfg_opt_t *option)
{
	char why[REQUEST_TEXT_MAX];
	struct json_object *value = value_of(option);
	int code = request_check(REQUEST_ATTACH, "metrics", value, why,
				 sizeof(why));

	json_object_put(value);
	if (code)
		return refuse(cfg, why);
	if (now.config->metrics) {
		cfg_error(cfg, "metrics: given twice, first at %s",
			  now.config->metrics_place);
		return -1;
	}
	now.config->metrics = strdup(cfg_opt_getnstr(option, 0));
	snprintf(now.config->metrics_place, CONFIG_PLACE_SIZE, "%.80s:%d",
		 now.file, cfg->line);
	return now.config->metrics ? 0 : no_memory();
}

/* --- groups --------------------------------------------------------------- */

static const struct config_group *find_name(const char *name)
{
	for (size_t i = 0; i < now.config->count; i++)
		if (!strcmp(now.config->groups[i].name, name))
			return &now.config->groups[i];
	return NULL;
}

static struct json_object *take_group(void)
{
	struct json_object *group = now.group;

	now.group = NULL;
	now.section = NULL;
	json_object_object_add(group, "version",
			       json_object_new_int(REQUEST_VERSION));
	json_object_object_add(group, "verb", json_object_new_string("attach"));
	return group;
}

/* What single values cannot tell. */
static int judge(struct config_group *group, char *why, size_t size)
{
	struct request request;
	int code = config_request(group, &request, why, size);

	if (code)
		return code;
	code = request_rules(&request.settings, request.pass_file != NULL, why,
			     size);
	memcpy(group->interface, request.interface, sizeof(group->interface));
	group->vhid = request.settings.vhid;
	group->pass_file = request.pass_file;
	request_free(&request);
	return code;
}

/* The section has been read to its end. */
static int on_group(cfg_t *cfg, cfg_opt_t *option)
{
	cfg_t *section = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
	const char *name = cfg_title(section);
	const struct config_group *same = find_name(name);
	char why[REQUEST_TEXT_MAX];
	struct config_group *group;

	if (!config_name_valid(name)) {
		cfg_error(cfg,
			  "group %.64s: a name is 1 to %d letters, digits and "
			  ". _ : -",
			  name, CONFIG_NAME_SIZE - 1);
		return -1;
	}
	if (same) {
		cfg_error(cfg, "group %s: given twice, first at %s", name,
			  same->place);
		return -1;
	}
	if (now.section != section)
		begin_group(section);
	group = config_add(now.config, name);
	if (!group || !now.group)
		return no_memory();
	group->attach = take_group();
	snprintf(group->place, sizeof(group->place), "%.80s:%u", now.file,
		 now.group_line);
	if (!judge(group, why, sizeof(why)))
		return 0;
	cfg_error(cfg, "group %s: %s", name, why);
	return -1;
}

/* --- tracks --------------------------------------------------------------- */

/* A track or a hook. */
static void begin_other(const cfg_t *section)
{
	memset(&now.track, 0, sizeof(now.track));
	memset(&now.hook, 0, sizeof(now.hook));
	now.hook.job.kind = RUNNER_COMMAND;
	now.seen = 0;
	now.section = section;
	count_lines((unsigned int)section->line);
}

static int on_track_option(cfg_t *section, cfg_opt_t *option)
{
	char why[REQUEST_TEXT_MAX];

	if (now.section != section)
		begin_other(section);
	if (config_track_option(&now.track, &now.seen, option, why,
				sizeof(why)))
		return 0;
	return refuse(section, why);
}

static const struct config_track *find_track(const char *name)
{
	for (size_t i = 0; i < now.config->tracks_count; i++)
		if (!strcmp(now.config->tracks[i].rules.name, name))
			return &now.config->tracks[i];
	return NULL;
}

static int on_track(cfg_t *cfg, cfg_opt_t *option)
{
	cfg_t *section = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
	const char *name = cfg_title(section);
	const struct config_track *same = find_track(name);
	char why[REQUEST_TEXT_MAX];
	struct config_track *track;

	if (same) {
		cfg_error(cfg, "track %s: given twice, first at %s", name,
			  same->place);
		return -1;
	}
	if (now.section != section)
		begin_other(section);
	if (!config_track_end(&now.track, name, why, sizeof(why)))
		return refuse(cfg, why);
	snprintf(now.track.place, sizeof(now.track.place), "%.80s:%u", now.file,
		 now.group_line);
	now.section = NULL;
	track = config_track_add(now.config);
	if (!track) {
		cfg_error(cfg, "track %s: %d are the most", name,
			  CONFIG_TRACKS_MAX);
		return -1;
	}
	*track = now.track;
	return 0;
}

/* --- hooks ---------------------------------------------------------------- */

static int on_hook_option(cfg_t *section, cfg_opt_t *option)
{
	char why[REQUEST_TEXT_MAX];

	if (now.section != section)
		begin_other(section);
	if (config_hook_option(&now.hook, option, why, sizeof(why)))
		return 0;
	return refuse(section, why);
}

static int on_hook(cfg_t *cfg, cfg_opt_t *option)
{
	cfg_t *section = cfg_opt_getnsec(option, cfg_opt_size(option) - 1);
	char why[REQUEST_TEXT_MAX];

	if (now.section != section)
		begin_other(section);
	snprintf(now.hook.place, sizeof(now.hook.place), "%.80s:%u", now.file,
		 now.group_line);
	now.section = NULL;
	if (config_hook_end(now.config, &now.hook, cfg_title(section), why,
			    sizeof(why)))
		return 0;
	return refuse(cfg, why);
}

/* --- files ---------------------------------------------------------------- */

static cfg_opt_t option_of(const struct config_option *o)
{
	cfg_opt_t text = CFG_STR(o->name, NULL, CFGF_NODEFAULT);
	cfg_opt_t number = CFG_INT(o->name, 0, CFGF_NODEFAULT);
	cfg_opt_t of_bool = CFG_BOOL(o->name, cfg_false, CFGF_NODEFAULT);
	cfg_opt_t list = CFG_STR_LIST(o->name, NULL, CFGF_NODEFAULT);

	switch (o->kind) {
	case CONFIG_NUMBER:
		return number;
	case CONFIG_SWITCH:
		return of_bool;
	case CONFIG_LIST:
		return list;
	case CONFIG_TEXT:
	default:
		return text;
	}
}

static cfg_t *open_parser(void)
{
	cfg_opt_t end = CFG_END();
	cfg_opt_t *options = calloc(config_options_count + 1, sizeof(*options));
	cfg_t *cfg = NULL;

	if (options) {
		cfg_opt_t top[] = {
			CFG_STR("metrics", NULL, CFGF_NODEFAULT),
			CFG_SEC("group", options, CFGF_MULTI | CFGF_TITLE),
			CFG_SEC("track", config_track_options(on_track_option),
				CFGF_MULTI | CFGF_TITLE),
			CFG_SEC("hook", config_hook_options(on_hook_option),
				CFGF_MULTI | CFGF_TITLE),
			CFG_BOOL(END_OPTION, cfg_false, CFGF_NODEFAULT),
			CFG_END(),
		};

		for (size_t i = 0; i < config_options_count; i++) {
			options[i] = option_of(&config_options[i]);
			options[i].validcb = on_option;
		}
		options[config_options_count] = end;
		top[0].validcb = on_metrics;
		top[1].validcb = on_group;
		top[2].validcb = on_track;
		top[3].validcb = on_hook;
		cfg = cfg_init(top, CFGF_NONE);
	}
	free(options);
	if (cfg)
		cfg_set_error_function(cfg, on_error);
	return cfg;
}

static FILE *open_text(const char *text, char **copy)
{
	FILE *in = NULL;

	if (asprintf(copy, "%s\n" END_OPTION " = yes\n", text) < 0)
		*copy = NULL;
	else
		in = fmemopen(*copy, strlen(*copy), "r");
	return in;
}

static int read_text(const struct config_text *text)
{
	char *copy;
	FILE *in = open_text(text->text, &copy);
	cfg_t *cfg = open_parser();

	now.file = text->name;
	now.text = text->text;
	now.line = 1;
	now.section = NULL;
	if (!cfg || !in)
		no_memory();
	/* An empty name it refuses without a word. */
	else if (cfg_parse_fp(cfg, in) != CFG_SUCCESS && !now.code)
		refuse(cfg, "not an option");
	if (in)
		fclose(in);
	free(copy);
	cfg_free(cfg);
	return now.code;
}

int config_parse(const struct config_text *texts, size_t count,
		 struct config **out, char *error, size_t error_size)
{
	snprintf(error, error_size, "out of memory");
	memset(&now, 0, sizeof(now));
	now.error = error;
	now.size = error_size;
	now.config = config_new();
	*out = NULL;
	if (!now.config)
		return EXIT_CODE_FAILED;
	for (size_t i = 0; i < count && !now.code; i++)
		read_text(&texts[i]);
	if (!now.code)
		now.code = config_judge_tracks(now.config, error, error_size);
	if (!now.code)
		now.code = config_judge_hooks(now.config, error, error_size);
	if (!now.code)
		now.code = config_judge(now.config, error, error_size);
	json_object_put(now.group);
	now.group = NULL;
	if (now.code)
		config_free(now.config);
	else
		*out = now.config;
	return now.code;
}
