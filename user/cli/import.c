/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * import: another program's configuration in, ours out.
 */
#include "user/import.h"
#include "user/cli/field.h"
#include "user/cli/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All of it, to be freed; NULL: said. */
static char *read_whole(const char *path)
{
	const bool standard = !strcmp(path, "-");
	FILE *in = standard ? stdin : fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	ssize_t got;

	if (!in) {
		cli_fail(EXIT_CODE_FAILED, "%s: %s", path, strerror(errno));
		return NULL;
	}
	errno = 0;
	got = getdelim(&text, &size, '\0', in);
	if ((got < 0 && errno) || !feof(in)) {
		cli_fail(EXIT_CODE_INVALID, "%s: %s", path,
			 errno ? strerror(errno) : "holds a byte 0");
		free(text);
		text = NULL;
	} else if (got < 0) {
		free(text);
		text = strdup("");
	}
	if (!standard)
		fclose(in);
	return text;
}

static int import_print(enum import_format format, const char *path,
			const char *text)
{
	char bad[CONFIG_ERROR_SIZE];
	size_t notes;
	char *result =
		import_text(format, path, text, &notes, bad, sizeof(bad));

	if (!result)
		return cli_fail(EXIT_CODE_FAILED, "out of memory");
	printf("%s", result);
	free(result);
	if (*bad)
		return cli_fail(EXIT_CODE_INVALID,
				"%s: what came of it is not complete: %s", path,
				bad);
	if (notes)
		fprintf(stderr,
			"carp-xdp: %s: %zu remark%s at the top of what was "
			"written\n",
			path, notes, notes == 1 ? "" : "s");
	return 0;
}

int verbs_import(struct cli *cli)
{
	const char *name = field_text(cli->request, "format");
	const char *path = field_text(cli->request, "file");
	int format = import_format(name), code;
	char *text;

	if (format < 0)
		return cli_fail(EXIT_CODE_INVALID,
				"format %s: allowed are keepalived, ucarp, "
				"openbsd, freebsd",
				name);
	text = read_whole(path);
	if (!text)
		return EXIT_CODE_FAILED;
	code = import_print((enum import_format)format, path, text);
	free(text);
	return code;
}
