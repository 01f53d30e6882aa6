/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a group in a file may say; for config_*.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum config_kind {
	CONFIG_TEXT,
	CONFIG_NUMBER,
	CONFIG_SWITCH,
	CONFIG_LIST,
};

/* The request's member of the same name has "_" for "-". */
struct config_option {
	const char *name;
	enum config_kind kind;
};

/* In the order in which they are printed. */
extern const struct config_option config_options[];
extern const size_t config_options_count;

enum {
	CONFIG_MEMBER_SIZE = 32
};

/* config_claims.c: groups against each other; 0 or an exit code. */
struct config;
int config_judge(const struct config *config, char *error, size_t error_size);

/* config_track.c: one option of a track has been read.  seen: what of it has
 * been said before, 0 at first. */
struct config_track;
typedef struct cfg_t cfg_t;
typedef struct cfg_opt_t cfg_opt_t;
/* As libconfuse wants them, to call each() with what has been read. */
cfg_opt_t *config_track_options(int (*each)(cfg_t *, cfg_opt_t *));
bool config_track_option(struct config_track *track, unsigned int *seen,
			 cfg_opt_t *option, char *why, size_t size);
/* All of it has been. */
bool config_track_end(struct config_track *track, const char *name, char *why,
		      size_t size);
/* All files have been: 0 or an exit code. */
int config_judge_tracks(const struct config *config, char *error, size_t size);
/* A list of words: a path and arguments, which becomes the job. */
struct runner_job;
bool config_command(struct runner_job *job, cfg_opt_t *option, char *why,
		    size_t size);
void config_print_command(FILE *out, const struct runner_job *job);

/* config_hook.c: the same of hooks. */
struct config_hook;
cfg_opt_t *config_hook_options(int (*each)(cfg_t *, cfg_opt_t *));
bool config_hook_option(struct config_hook *hook, cfg_opt_t *option, char *why,
			size_t size);
/* All of it has been: becomes the next of the configuration. */
bool config_hook_end(struct config *config, struct config_hook *hook,
		     const char *name, char *why, size_t size);
int config_judge_hooks(const struct config *config, char *error, size_t size);
void config_print_hook(FILE *out, const struct config_hook *hook);

void config_print_track(FILE *out, const struct config_track *track);
void config_print_text(FILE *out, const char *text);

void config_member(const char *name, char out[CONFIG_MEMBER_SIZE]);
