/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What keepalived.conf defines to be tracked, and where it uses it; for
 * import_define.c and import_track.c.
 */
#pragma once

#include "user/import_parts.h"

enum import_weights {
	IMPORT_WEIGHT_MAX = 254,
	IMPORT_WEIGHT_NONE, /* beyond */
};

struct definition {
	enum import_kind kind;
	char name[IMPORT_WORD_SIZE];
	struct runner_job job;
	struct track_rules rules; /* but for name and demotion */
	double interval, timeout; /* seconds; 0: not said */
	long rise, fall;
	int weight;
	bool reverse;
	const char *bad; /* why it is none of ours; NULL: it is */
};

struct use {
	enum import_kind kind;
	char group[CONFIG_NAME_SIZE], name[IMPORT_WORD_SIZE];
	unsigned int line;
	bool weighed, reverse;
	int weight;
	const struct definition *of; /* NULL: is not carried over */
};

struct tracked {
	struct definition *definitions;
	struct use *uses;
	size_t definitions_count, uses_count;
};

/* The word of the block that defines, or uses, one of a kind; "": none. */
const char *import_define_word(enum import_kind kind);
const char *import_use_word(enum import_kind kind);
/* One more at the end of an array, zero; NULL: no memory. */
void *import_grow(struct import *import, void **array, size_t *count,
		  size_t size);
/* Has a probe look at that.  NULL, or why it cannot. */
const char *import_look_at(struct definition *definition, enum import_kind kind,
			   const char *what);
/* N [reverse|noreverse], the words from at on. */
void import_weight(const struct words *words, size_t at, int *weight,
		   bool *reverse);
