/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Tracks in configuration files, and back again.
 */
#include "user/config.h"
#include "user/config_options.h"
#include "user/probe/probe.h"

#include <confuse.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum track_defaults {
	INTERVAL_MS = 2000,
	TIMEOUT_MS = 2000,
	TIMEOUT_MAX_S = 60,
	INTERVAL_MAX_S = 3600,
	COUNT = 2, /* rise and fall */
};

/* As they are in the file; each is a bit of what has been seen. */
enum track_option {
	OPTION_COMMAND,
	OPTION_INTERFACE,
	OPTION_ROUTE,
	OPTION_ADDRESS,
	OPTION_PROCESS,
	OPTION_PIDFILE,
	OPTION_FILE,
	OPTION_INTERVAL,
	OPTION_TIMEOUT,
	OPTION_RISE,
	OPTION_FALL,
	OPTION_DEMOTION,
	OPTION_UNTIL_KNOWN,
	OPTION_ALL,
	OPTIONS,
	KINDS = OPTION_INTERVAL, /* those before say what is looked at */
};

static cfg_opt_t options[] = {
	CFG_STR_LIST("command", NULL, CFGF_NODEFAULT),
	CFG_STR("interface", NULL, CFGF_NODEFAULT),
	CFG_STR("route", NULL, CFGF_NODEFAULT),
	CFG_STR("address", NULL, CFGF_NODEFAULT),
	CFG_STR("process", NULL, CFGF_NODEFAULT),
	CFG_STR("pidfile", NULL, CFGF_NODEFAULT),
	CFG_STR("file", NULL, CFGF_NODEFAULT),
	CFG_FLOAT("interval", 0, CFGF_NODEFAULT),
	CFG_FLOAT("timeout", 0, CFGF_NODEFAULT),
	CFG_INT("rise", 0, CFGF_NODEFAULT),
	CFG_INT("fall", 0, CFGF_NODEFAULT),
	CFG_INT("demotion", 0, CFGF_NODEFAULT),
	CFG_STR("until-known", NULL, CFGF_NODEFAULT),
	CFG_BOOL("all", cfg_false, CFGF_NODEFAULT),
	CFG_END(),
};

cfg_opt_t *config_track_options(int (*each)(cfg_t *, cfg_opt_t *))
{
	for (cfg_opt_t *o = options; o->name; o++)
		o->validcb = each;
	return options;
}

struct config_track *config_track_add(struct config *config)
{
	if (!config->tracks)
		config->tracks =
			calloc(CONFIG_TRACKS_MAX, sizeof(*config->tracks));
	if (!config->tracks || config->tracks_count == CONFIG_TRACKS_MAX)
		return NULL;
	return &config->tracks[config->tracks_count++];
}

bool config_track_same_rules(const struct track_rules *a,
			     const struct track_rules *b)
{
	return !strcmp(a->name, b->name) && a->all == b->all &&
	       a->valued == b->valued && a->guilty == b->guilty &&
	       a->rise == b->rise && a->fall == b->fall &&
	       a->demotion == b->demotion && a->interval_ms == b->interval_ms;
}

bool config_track_same_job(const struct runner_job *a,
			   const struct runner_job *b)
{
	return a->kind == b->kind && a->interval_ms == b->interval_ms &&
	       a->timeout_ms == b->timeout_ms && a->words == b->words &&
	       a->size == b->size && !memcmp(a->text, b->text, a->size);
}

void config_track_words(const struct runner_job *job, char *out, size_t size)
{
	const char *word = NULL, *between = "";
	size_t used = 0;

	if (job->kind == RUNNER_COMMAND)
		used = (size_t)snprintf(out, size, "command ");
	while ((word = runner_word(job, word)) && used < size) {
		used += (size_t)snprintf(out + used, size - used, "%s%s",
					 between, word);
		between = " ";
	}
}

/* --- what it looks at ----------------------------------------------------- */

static void clear_words(struct runner_job *job)
{
	job->words = job->size = 0;
	memset(job->text, 0, sizeof(job->text));
}

static bool no_room(char *why, size_t size, const char *name)
{
	snprintf(why, size, "%s: %d words and %d bytes are the most", name,
		 RUNNER_WORDS_MAX, RUNNER_WORDS_SIZE);
	return false;
}

/* Called for each element; so far they are all there. */
bool config_command(struct runner_job *job, cfg_opt_t *option, char *why,
		    size_t size)
{
	const unsigned int count = cfg_opt_size(option);

	clear_words(job);
	job->kind = RUNNER_COMMAND;
	for (unsigned int i = 0; i < count; i++) {
		const char *word = cfg_opt_getnstr(option, i);

		if (!i && word[0] != '/') {
			snprintf(why, size,
				 "command %.64s: wanted is an absolute path",
				 word);
			return false;
		}
		if (!runner_add_word(job, word))
			return no_room(why, size, "command");
	}
	return true;
}

/* "default dev eth0": words, as ip(8) has them, behind their kind. */
static bool split(struct runner_job *job, const char *text)
{
	char word[RUNNER_WORDS_SIZE];

	for (;;) {
		text += strspn(text, " \t");
		if (!*text)
			return true;
		snprintf(word, sizeof(word), "%.*s", (int)strcspn(text, " \t"),
			 text);
		if (!runner_add_word(job, word))
			return false;
		text += strcspn(text, " \t");
	}
}

static bool read_probe(struct config_track *track, cfg_opt_t *option, char *why,
		       size_t size)
{
	struct runner_job *job = &track->job;
	const char *words[RUNNER_WORDS_MAX], *word = NULL;
	struct carp_probe probe;
	size_t count = 0;

	clear_words(job);
	job->kind = RUNNER_PROBE;
	if (!runner_add_word(job, option->name) ||
	    !split(job, cfg_opt_getnstr(option, 0)))
		return no_room(why, size, option->name);
	while ((word = runner_word(job, word)))
		words[count++] = word;
	if (!carp_probe_parse(words, count, &probe, why, size))
		return false;
	track->rules.valued = probe.kind == PROBE_FILE;
	return true;
}

/* --- the rest ------------------------------------------------------------- */

static bool read_time(cfg_opt_t *option, int most_s, uint32_t *out, char *why,
		      size_t size)
{
	const double s = cfg_opt_getnfloat(option, 0);

	if (isfinite(s) && s >= RUNNER_TIME_MIN_MS / 1000.0 && s <= most_s) {
		*out = (uint32_t)(s * 1000 + 0.5);
		return true;
	}
	snprintf(why, size, "%s %g: allowed are %g to %d s", option->name, s,
		 RUNNER_TIME_MIN_MS / 1000.0, most_s);
	return false;
}

static bool read_count(cfg_opt_t *option, int most, uint8_t *out, char *why,
		       size_t size)
{
	const long n = cfg_opt_getnint(option, 0);

	if (n >= 1 && n <= most) {
		*out = (uint8_t)n;
		return true;
	}
	snprintf(why, size, "%s %ld: allowed are 1 to %d", option->name, n,
		 most);
	return false;
}

static bool read_until_known(cfg_opt_t *option, bool *guilty, char *why,
			     size_t size)
{
	const char *text = cfg_opt_getnstr(option, 0);

	*guilty = !strcmp(text, "down");
	if (*guilty || !strcmp(text, "up"))
		return true;
	snprintf(why, size, "until-known %.64s: allowed are up, down", text);
	return false;
}

static bool read_rest(struct config_track *track, enum track_option which,
		      cfg_opt_t *option, char *why, size_t size)
{
	struct track_rules *rules = &track->rules;

	switch (which) {
	case OPTION_INTERVAL:
		return read_time(option, INTERVAL_MAX_S,
				 &track->job.interval_ms, why, size);
	case OPTION_TIMEOUT:
		return read_time(option, TIMEOUT_MAX_S, &track->job.timeout_ms,
				 why, size);
	case OPTION_RISE:
		return read_count(option, TRACK_COUNT_MAX, &rules->rise, why,
				  size);
	case OPTION_FALL:
		return read_count(option, TRACK_COUNT_MAX, &rules->fall, why,
				  size);
	case OPTION_DEMOTION:
		return read_count(option, TRACK_DEMOTION_MAX, &rules->demotion,
				  why, size);
	case OPTION_UNTIL_KNOWN:
		return read_until_known(option, &rules->guilty, why, size);
	case OPTION_ALL:
	default:
		rules->all = cfg_opt_getnbool(option, 0);
		return true;
	}
}

static enum track_option which_option(const cfg_opt_t *option)
{
	int i = 0;

	while (i < OPTIONS && strcmp(options[i].name, option->name))
		i++;
	return (enum track_option)i;
}

static bool check_seen(enum track_option which, unsigned int seen, char *why,
		       size_t size)
{
	const unsigned int kinds = (1U << KINDS) - 1;
	const char *name = options[which].name;

	/* A list is told element by element. */
	if (seen & 1U << which && which != OPTION_COMMAND) {
		snprintf(why, size, "%s: given twice", name);
		return false;
	}
	if (which < KINDS && seen & kinds & ~(1U << which)) {
		snprintf(why, size, "%s: a track looks at one thing", name);
		return false;
	}
	return true;
}

bool config_track_option(struct config_track *track, unsigned int *seen,
			 cfg_opt_t *option, char *why, size_t size)
{
	const enum track_option which = which_option(option);

	if (which == OPTIONS || !check_seen(which, *seen, why, size))
		return false;
	*seen |= 1U << which;
	if (which == OPTION_COMMAND)
		return config_command(&track->job, option, why, size);
	if (which < KINDS)
		return read_probe(track, option, why, size);
	return read_rest(track, which, option, why, size);
}

bool config_track_end(struct config_track *track, const char *name, char *why,
		      size_t size)
{
	struct track_rules *rules = &track->rules;
	struct runner_job *job = &track->job;

	if (request_check_item(REQUEST_ATTACH, "track", name, why, size))
		return false;
	if (!job->words) {
		snprintf(why, size,
			 "track %s: wanted is one of command, interface, "
			 "route, address, process, pidfile, file",
			 name);
		return false;
	}
	snprintf(rules->name, sizeof(rules->name), "%s", name);
	job->interval_ms = job->interval_ms ? job->interval_ms : INTERVAL_MS;
	job->timeout_ms = job->timeout_ms ? job->timeout_ms : TIMEOUT_MS;
	rules->interval_ms = job->interval_ms;
	rules->rise = rules->rise ? rules->rise : COUNT;
	rules->fall = rules->fall ? rules->fall : COUNT;
	return true;
}

/* --- all together --------------------------------------------------------- */

static bool is_there(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->tracks_count; i++)
		if (!strcmp(config->tracks[i].rules.name, name))
			return true;
	return false;
}

int config_judge_tracks(const struct config *config, char *error, size_t size)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct config_group *group = &config->groups[i];
		struct json_object *list = NULL;

		if (!json_object_object_get_ex(group->attach, "track", &list))
			continue;
		for (size_t k = 0; k < json_object_array_length(list); k++) {
			const char *name = json_object_get_string(
				json_object_array_get_idx(list, k));

			if (is_there(config, name))
				continue;
			snprintf(error, size,
				 "%s: group %s: track %s: there is none of "
				 "that name",
				 group->place, group->name, name);
			return EXIT_CODE_INVALID;
		}
	}
	return 0;
}

/* --- back again ----------------------------------------------------------- */

void config_print_command(FILE *out, const struct runner_job *job)
{
	const char *word = NULL, *between = "";

	fputs("\tcommand = { ", out);
	while ((word = runner_word(job, word))) {
		fputs(between, out);
		config_print_text(out, word);
		between = ", ";
	}
	fputs(" }\n", out);
}

static void print_words(FILE *out, const struct runner_job *job)
{
	char text[RUNNER_WORDS_SIZE];

	if (job->kind == RUNNER_COMMAND) {
		config_print_command(out, job);
		return;
	}
	config_track_words(job, text, sizeof(text));
	fprintf(out, "\t%s = ", job->text);
	config_print_text(out, text + strcspn(text, " ") + 1);
	fputc('\n', out);
}

void config_print_track(FILE *out, const struct config_track *track)
{
	const struct track_rules *rules = &track->rules;
	const struct runner_job *job = &track->job;

	fprintf(out, "track %s {\n", rules->name);
	print_words(out, job);
	if (job->interval_ms != INTERVAL_MS)
		fprintf(out, "\tinterval = %.9g\n", job->interval_ms / 1000.0);
	if (job->timeout_ms != TIMEOUT_MS)
		fprintf(out, "\ttimeout = %.9g\n", job->timeout_ms / 1000.0);
	if (rules->rise != COUNT)
		fprintf(out, "\trise = %u\n", rules->rise);
	if (rules->fall != COUNT)
		fprintf(out, "\tfall = %u\n", rules->fall);
	if (rules->demotion != TRACK_WEIGHED)
		fprintf(out, "\tdemotion = %u\n", rules->demotion);
	if (rules->guilty)
		fputs("\tuntil-known = down\n", out);
	if (rules->all)
		fputs("\tall = true\n", out);
	fputs("}\n", out);
}
