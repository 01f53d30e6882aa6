/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Error lines.  Never more than one line, whatever a word in it holds, and
 * never on standard output.
 */
#include "user/cli/cli.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

enum line_limits {
	LINE_MAX_SIZE = 1024
};

static const char *printable(char *text)
{
	for (char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	return text;
}

int cli_fail(int code, const char *format, ...)
{
	char line[LINE_MAX_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	fprintf(stderr, "carp-xdp: %s\n", printable(line));
	return code;
}

int cli_misused(const struct cli *cli, const char *format, ...)
{
	const char *verb = cli->verb->name;
	char line[LINE_MAX_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	return cli_fail(EXIT_CODE_USAGE, "%s%s%s (see carp-xdp%s%s --help)",
			verb, *verb ? ": " : "", line, *verb ? " " : "", verb);
}
