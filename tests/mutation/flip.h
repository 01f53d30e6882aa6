/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Put before each source of which mutate.py has numbered the branches: one of
 * them, $FLIP, goes the other way; and which are met is noted in the file
 * $FLIP_SEEN, a byte each.  Without the two a program does what it always did.
 * Declares what it needs itself: the data plane's headers bear no others.
 */
#pragma once

char *getenv(const char *name);
int atoi(const char *text);
int open(const char *path, int how, ...);
void *mmap(void *where, unsigned long size, int protection, int flags, int fd,
	   long offset);

enum {
	FLIP_SITES = 4096
};

static int flip_chosen;
static unsigned char flip_nowhere[FLIP_SITES], *flip_seen = flip_nowhere;

__attribute__((constructor)) static void flip_begin(void)
{
	const char *chosen = getenv("FLIP"), *path = getenv("FLIP_SEEN");
	void *seen;

	flip_chosen = chosen ? atoi(chosen) : 0;
	if (!path)
		return;
	seen = mmap((void *)0, FLIP_SITES, 3 /* read, write */, 1 /* shared */,
		    open(path, 2 /* both */), 0);
	flip_seen = seen == (void *)-1 ? flip_nowhere : seen;
}

static inline int flip(int site, int condition)
{
	flip_seen[site] = 1;
	return condition != (site == flip_chosen);
}

#define FLIP(site, ...) flip(site, (__VA_ARGS__) ? 1 : 0)
