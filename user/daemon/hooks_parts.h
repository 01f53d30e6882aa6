/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What hooks.c and hooks_away.c share; nobody else's.
 */
#pragma once

#include "user/controller.h"
#include "user/daemon/alarm.h"

struct job {
	struct job *next;
	char hook[SETTINGS_NAME_SIZE];
	char to[16]; /* the state */
	char *event; /* what it is given */
	bool again;  /* its runner has ended under it once */
};

struct lane {
	struct lane *next;
	char interface[NETLINK_NAME_SIZE];
	unsigned int vhid;
	struct job *jobs;
	uint32_t running; /* the first of them, by the runner's number; 0: no */
	struct instant until;
};

struct hooks {
	struct loop *loop;
	struct controller *controller;
	struct config_hook list[CONFIG_HOOKS_MAX];
	struct news_quota quotas[CONFIG_HOOKS_MAX];
	size_t count;
	struct lane *lanes;
	unsigned int running, starts;
	struct instant minute; /* when quotas began */
	struct alarm alarm;
};

/* Starts what can be, forgets lanes that are empty. */
void hooks_work(struct hooks *h);
/* One job more, at the end of its group's lane. */
void hooks_enqueue(struct hooks *h, const char *interface, unsigned int vhid,
		   const char *hook, const char *to, const char *event);
/* How it has come out. */
void hooks_tell(struct hooks *h, const struct lane *lane, const struct job *job,
		bool well, const char *said);
