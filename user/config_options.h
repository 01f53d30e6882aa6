/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What a group in a file may say; for config_*.c.
 */
#pragma once

#include <stddef.h>

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

void config_member(const char *name, char out[CONFIG_MEMBER_SIZE]);
