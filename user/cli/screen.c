/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * ncurses, loaded by whoever looks: its functions and one variable, and none of
 * the macros in their place.
 */
#include "user/cli/screen.h"
#include "user/sys/library.h"

#include <errno.h>
#include <ncurses.h>

#undef getmaxx
#undef getmaxy
#undef wattrset

#define NAMES(X) \
	X(cbreak) \
	X(curs_set) \
	X(endwin) \
	X(getmaxx) \
	X(getmaxy) \
	X(keypad) \
	X(newterm) \
	X(nodelay) \
	X(noecho) \
	X(stdscr) \
	X(waddnstr) \
	X(wattrset) \
	X(werase) \
	X(wgetch) \
	X(wmove) \
	X(wrefresh)
#define SLOT(name) __typeof__(&(name)) name;
#define CALL(name) { #name, &curses.name },

static struct {
	NAMES(SLOT)
} curses;
static const struct library_call names[] = { NAMES(CALL) };

int screen_open(char *error, size_t error_size)
{
	if (library_load("libncursesw.so.6", names,
			 sizeof(names) / sizeof(*names), error, error_size))
		return -ENOENT;
	if (!curses.newterm(NULL, stdout, stdin))
		return -ENOTTY;
	curses.cbreak();
	curses.noecho();
	curses.curs_set(0);
	curses.keypad(*curses.stdscr, TRUE);
	curses.nodelay(*curses.stdscr, TRUE);
	return 0;
}

void screen_close(void)
{
	curses.endwin();
}

int screen_height(void)
{
	return curses.getmaxy(*curses.stdscr);
}

void screen_clear(void)
{
	curses.werase(*curses.stdscr);
}

void screen_line(int y, enum screen_look look, const char *text)
{
	static const attr_t looks[] = {
		[SCREEN_PLAIN] = A_NORMAL,
		[SCREEN_BOLD] = A_BOLD,
		[SCREEN_DIM] = A_DIM,
		[SCREEN_REVERSED] = A_REVERSE,
		[SCREEN_UNDERLINED] = A_UNDERLINE,
	};
	WINDOW *screen = *curses.stdscr;

	if (y >= screen_height())
		return;
	curses.wattrset(screen, (int)looks[look]);
	curses.wmove(screen, y, 0);
	curses.waddnstr(screen, text, curses.getmaxx(screen));
	curses.wattrset(screen, A_NORMAL);
}

void screen_show(void)
{
	curses.wrefresh(*curses.stdscr);
}

int screen_key(void)
{
	const int key = curses.wgetch(*curses.stdscr);

	switch (key) {
	case ERR:
		return SCREEN_NO_KEY;
	case KEY_UP:
		return SCREEN_UP;
	case KEY_DOWN:
		return SCREEN_DOWN;
	case KEY_PPAGE:
		return SCREEN_PAGE_UP;
	case KEY_NPAGE:
		return SCREEN_PAGE_DOWN;
	default:
		return key < SCREEN_UP ? key : SCREEN_OTHER;
	}
}
