/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the readers of the formats have in common; for import*.c.
 */
#pragma once

#include "user/config.h"

#include <stdio.h>

enum import_limits {
	IMPORT_WORDS_MAX = 64, /* of a line */
	IMPORT_WORD_SIZE = 256,
};

struct import {
	const char *file;
	unsigned int line, joined; /* joined: lines that this one went on to */
	struct config *config;
	FILE *notes;
	size_t notes_count;
	bool failed;			/* no memory */
	bool told_programs, told_fault; /* once is enough */
};

/* A line, taken apart. */
struct words {
	size_t count;
	char word[IMPORT_WORDS_MAX][IMPORT_WORD_SIZE];
};

/* The next line of *text (\v: it went on there), which moves on behind it;
 * false: there is none.
 * "..." and '...' are one word without the quotes; from one of comments on
 * nothing counts; each of single is a word by itself. */
bool import_line(struct import *import, const char **text, const char *comments,
		 const char *single, struct words *out);

/* "FILE:LINE: ..." among the comments. */
void import_note(struct import *import, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A group of that name, made if there is none; NULL: no memory. */
struct config_group *import_group(struct import *import, const char *name);

/* Give a group what the request's member of that name takes; what is refused
 * becomes a note. */
void import_number(struct import *import, struct config_group *group,
		   const char *member, const char *text);
void import_word(struct import *import, struct config_group *group,
		 const char *member, const char *text);
void import_yes(struct import *import, struct config_group *group,
		const char *member);
/* One more of a list. */
void import_add(struct import *import, struct config_group *group,
		const char *member, const char *text);
/* A passphrase stands in this line. */
void import_secret(struct import *import, struct config_group *group);
bool import_has(const struct config_group *group, const char *member);

/* "ADDRESS/LENGTH" of an address and a mask as in 255.255.255.0 or 0xffffff00;
 * false: that is no mask. */
bool import_masked(const char *address, const char *mask, char *out,
		   size_t size);

/* --- programs (import_program.c) ------------------------------------------ */

/* A command line, or the words of one from at on, as a job without times.
 * NULL, or why it cannot be one of ours. */
const char *import_split(const char *text, struct runner_job *job);
const char *import_words(const struct words *words, size_t at,
			 struct runner_job *job);
/* A remark on whom it runs as; once. */
void import_unprivileged(struct import *import);
typedef bool import_taken(const struct config *config, const char *name);
/* A name that is not taken, after another; out. */
const char *import_unique(const struct import *import, const char *base,
			  import_taken *taken, char out[SETTINGS_NAME_SIZE]);
/* It is run when the group comes to one of those states (bits of enum
 * election_state).  what: for remarks. */
void import_hook(struct import *import, const struct config_group *group,
		 const char *what, const struct runner_job *job,
		 unsigned int on);

/* --- what is tracked (import_track.c) ------------------------------------- */

enum import_kind {
	IMPORT_SCRIPT,
	IMPORT_LINK, /* an interface: is not defined, only used */
	IMPORT_PROCESS,
	IMPORT_FILE,
	IMPORT_KINDS,
};

/* What keepalived.conf defines, and where it uses it.  NULL: no memory. */
struct tracked;
struct tracked *import_tracked_new(void);
/* Takes NULL. */
void import_tracked_free(struct tracked *tracked);
/* -1: not the word of a block that defines, or uses, one. */
int import_defines(const char *block);
int import_uses(const char *block);
/* A definition begins; a line of the last one; its end. */
void import_define(struct import *import, struct tracked *tracked,
		   enum import_kind kind, const char *name);
void import_define_option(struct import *import, struct tracked *tracked,
			  const struct words *words);
void import_define_end(struct import *import, const struct tracked *tracked);
/* NAME [weight N [reverse]], for a group. */
void import_use(struct import *import, struct tracked *tracked,
		const struct config_group *group, enum import_kind kind,
		const struct words *words);
/* All has been read: uses become tracks. */
void import_tracked_end(struct import *import, struct tracked *tracked);

void import_keepalived(struct import *import, const char *text);
void import_ucarp(struct import *import, const char *text);
void import_openbsd(struct import *import, const char *text);
void import_freebsd(struct import *import, const char *text);
/* The words of ifconfig(8) from at on, for a group. */
void import_ifconfig(struct import *import, struct config_group *group,
		     const struct words *words, size_t at);
