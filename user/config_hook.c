/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hooks in configuration files, and back again.
 */
#include "user/config.h"
#include "user/config_options.h"
#include "user/core/election.h"

#include <confuse.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum hook_numbers {
	HOOK_TIMEOUT_MS = 10000,
	HOOK_TIMEOUT_MAX_S = 600,
	HOOK_STATES = ELECTION_MASTER + 1,
	HOOK_EVERY_STATE = (1 << HOOK_STATES) - 1,
};

static cfg_opt_t options[] = {
	CFG_STR_LIST("command", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("on", NULL, CFGF_NODEFAULT),
	CFG_STR_LIST("groups", NULL, CFGF_NODEFAULT),
	CFG_FLOAT("timeout", 0, CFGF_NODEFAULT),
	CFG_END(),
};

cfg_opt_t *config_hook_options(int (*each)(cfg_t *, cfg_opt_t *))
{
	for (cfg_opt_t *o = options; o->name; o++)
		o->validcb = each;
	return options;
}

struct config_hook *config_hook_add(struct config *config)
{
	if (!config->hooks)
		config->hooks =
			calloc(CONFIG_HOOKS_MAX, sizeof(*config->hooks));
	if (!config->hooks || config->hooks_count == CONFIG_HOOKS_MAX)
		return NULL;
	return &config->hooks[config->hooks_count++];
}

bool config_hook_same(const struct config_hook *a, const struct config_hook *b)
{
	return !strcmp(a->name, b->name) && a->on == b->on &&
	       config_track_same_job(&a->job, &b->job) &&
	       a->groups_count == b->groups_count &&
	       !memcmp(a->groups, b->groups, sizeof(a->groups));
}

/* --- what it says --------------------------------------------------------- */

static bool read_on(struct config_hook *hook, cfg_opt_t *option, char *why,
		    size_t size)
{
	hook->on = 0;
	for (unsigned int i = 0; i < cfg_opt_size(option); i++) {
		const char *word = cfg_opt_getnstr(option, i);
		int state = 0;

		while (state < HOOK_STATES &&
		       strcmp(word,
			      election_state_name((enum election_state)state)))
			state++;
		if (state == HOOK_STATES) {
			snprintf(why, size,
				 "on %.64s: allowed are init, backup, master",
				 word);
			return false;
		}
		hook->on |= 1U << state;
	}
	return true;
}

static bool read_groups(struct config_hook *hook, cfg_opt_t *option, char *why,
			size_t size)
{
	const unsigned int count = cfg_opt_size(option);

	memset(hook->groups, 0, sizeof(hook->groups));
	hook->groups_count = 0;
	if (count > CONFIG_HOOK_GROUPS_MAX) {
		snprintf(why, size, "groups: %u given, allowed are at most %d",
			 count, CONFIG_HOOK_GROUPS_MAX);
		return false;
	}
	for (unsigned int i = 0; i < count; i++) {
		const char *name = cfg_opt_getnstr(option, i);

		if (!config_name_valid(name)) {
			snprintf(why, size,
				 "groups %.64s: a name is 1 to %d letters, "
				 "digits and . _ : -",
				 name, CONFIG_NAME_SIZE - 1);
			return false;
		}
		strcpy(hook->groups[hook->groups_count++], name);
	}
	return true;
}

static bool read_timeout(struct config_hook *hook, cfg_opt_t *option, char *why,
			 size_t size)
{
	const double s = cfg_opt_getnfloat(option, 0);

	if (hook->job.timeout_ms) {
		snprintf(why, size, "timeout: given twice");
		return false;
	}
	if (isfinite(s) && s >= RUNNER_TIME_MIN_MS / 1000.0 &&
	    s <= HOOK_TIMEOUT_MAX_S) {
		hook->job.timeout_ms = (uint32_t)(s * 1000 + 0.5);
		return true;
	}
	snprintf(why, size, "timeout %g: allowed are %g to %d s", s,
		 RUNNER_TIME_MIN_MS / 1000.0, HOOK_TIMEOUT_MAX_S);
	return false;
}

bool config_hook_option(struct config_hook *hook, cfg_opt_t *option, char *why,
			size_t size)
{
	if (!strcmp(option->name, "command"))
		return config_command(&hook->job, option, why, size);
	if (!strcmp(option->name, "on"))
		return read_on(hook, option, why, size);
	if (!strcmp(option->name, "groups"))
		return read_groups(hook, option, why, size);
	return read_timeout(hook, option, why, size);
}

static bool complete(struct config_hook *hook, const char *name, char *why,
		     size_t size)
{
	if (strlen(name) >= sizeof(hook->name) || !config_name_valid(name)) {
		snprintf(why, size,
			 "hook %.64s: a name is 1 to %zu letters, digits and "
			 ". _ : -",
			 name, sizeof(hook->name) - 1);
		return false;
	}
	if (!hook->job.words) {
		snprintf(why, size, "hook %s: command is missing", name);
		return false;
	}
	strcpy(hook->name, name);
	if (!hook->job.timeout_ms)
		hook->job.timeout_ms = HOOK_TIMEOUT_MS;
	if (!hook->on)
		hook->on = HOOK_EVERY_STATE;
	return true;
}

bool config_hook_end(struct config *config, struct config_hook *hook,
		     const char *name, char *why, size_t size)
{
	struct config_hook *added;

	for (size_t i = 0; i < config->hooks_count; i++)
		if (!strcmp(config->hooks[i].name, name)) {
			snprintf(why, size, "hook %s: given twice, first at %s",
				 name, config->hooks[i].place);
			return false;
		}
	if (!complete(hook, name, why, size))
		return false;
	added = config_hook_add(config);
	if (added)
		*added = *hook;
	else
		snprintf(why, size, "hook %s: %d are the most", name,
			 CONFIG_HOOKS_MAX);
	return added;
}

/* --- all together --------------------------------------------------------- */

static bool is_there(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->count; i++)
		if (!strcmp(config->groups[i].name, name))
			return true;
	return false;
}

int config_judge_hooks(const struct config *config, char *error, size_t size)
{
	for (size_t i = 0; i < config->hooks_count; i++) {
		const struct config_hook *hook = &config->hooks[i];

		for (size_t k = 0; k < hook->groups_count; k++) {
			if (is_there(config, hook->groups[k]))
				continue;
			snprintf(error, size,
				 "%s: hook %s: group %s: there is none of "
				 "that name",
				 hook->place, hook->name, hook->groups[k]);
			return EXIT_CODE_INVALID;
		}
	}
	return 0;
}

/* --- back again ----------------------------------------------------------- */

void config_print_hook(FILE *out, const struct config_hook *hook)
{
	const char *between = "";

	fprintf(out, "hook %s {\n", hook->name);
	config_print_command(out, &hook->job);
	if (hook->on != HOOK_EVERY_STATE) {
		fputs("\ton = { ", out);
		for (int state = 0; state < HOOK_STATES; state++) {
			if (!(hook->on & 1U << state))
				continue;
			fprintf(out, "%s%s", between,
				election_state_name(
					(enum election_state)state));
			between = ", ";
		}
		fputs(" }\n", out);
	}
	for (size_t i = 0; i < hook->groups_count; i++) {
		fputs(i ? ", " : "\tgroups = { ", out);
		config_print_text(out, hook->groups[i]);
	}
	if (hook->groups_count)
		fputs(" }\n", out);
	if (hook->job.timeout_ms != HOOK_TIMEOUT_MS)
		fprintf(out, "\ttimeout = %g\n", hook->job.timeout_ms / 1000.0);
	fputs("}\n", out);
}
