/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A terminal as a screen of lines (ncurses).
 */
#pragma once

#include <stddef.h>

enum screen_look {
	SCREEN_PLAIN,
	SCREEN_BOLD,
	SCREEN_DIM,
	SCREEN_UNDERLINED,
	SCREEN_REVERSED,
};

enum screen_key {
	SCREEN_NO_KEY = -1,
	SCREEN_UP = 256, /* above all characters */
	SCREEN_DOWN,
	SCREEN_PAGE_UP,
	SCREEN_PAGE_DOWN,
	SCREEN_OTHER,
};

/* Standard input and output.  0, -ENOENT with a line of text, or -ENOTTY: that
 * terminal is not known here. */
int screen_open(char *error, size_t error_size);
void screen_close(void);

int screen_height(void); /* as it is now, resized */
void screen_clear(void);
/* What does not fit is cut off. */
void screen_line(int y, enum screen_look look, const char *text);
void screen_show(void);
/* An ASCII character, or enum screen_key; never waits. */
int screen_key(void);
