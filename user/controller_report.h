/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a configuration makes of groups, tracks and hooks, step by step.
 */
#pragma once

/* What a configuration asks of a group. */
enum config_action {
	CONFIG_KEEP,
	CONFIG_ATTACH,
	CONFIG_SET,
	CONFIG_AGAIN, /* detached and attached: set cannot change it so */
	CONFIG_DETACH,
	CONFIG_TRACK_ADD, /* of a track: no interface, no vhid */
	CONFIG_TRACK_CHANGE,
	CONFIG_TRACK_REMOVE,
	CONFIG_HOOK_ADD, /* the same of a hook */
	CONFIG_HOOK_CHANGE,
	CONFIG_HOOK_REMOVE,
};

struct config_step {
	enum config_action action;
	const char *name, *interface;
	unsigned int vhid;
	unsigned int changed; /* enum request_has */
	const char *error;    /* NULL: done, or to be done */
	const char *with;     /* in one step with that group; NULL: alone */
};

struct config_report {
	void (*step)(void *context, const struct config_step *step);
	void *context;
};
