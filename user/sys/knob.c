/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Reads settings.  Never writes one.
 */
#include "user/sys/knob.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <zlib.h>

int knob_get(const char *format, ...)
{
	char path[PATH_MAX] = "/proc/sys/";
	const size_t used = strlen(path);
	va_list arguments;
	int value = KNOB_UNKNOWN;
	FILE *file;

	va_start(arguments, format);
	vsnprintf(path + used, sizeof(path) - used, format, arguments);
	va_end(arguments);
	file = fopen(path, "re");
	if (!file)
		return KNOB_UNKNOWN;
	if (fscanf(file, "%9d", &value) != 1 || value < 0)
		value = KNOB_UNKNOWN;
	fclose(file);
	return value;
}

/* Reads plain files as well. */
static bool config_read(const char *path,
			void (*each)(void *context, const char *line),
			void *context)
{
	gzFile file = gzopen(path, "rbe");
	char line[256];

	if (!file)
		return false;
	while (gzgets(file, line, sizeof(line)))
		each(context, line);
	gzclose(file);
	return true;
}

bool knob_config(const char *release,
		 void (*each)(void *context, const char *line), void *context)
{
	char path[PATH_MAX];

	if (config_read("/proc/config.gz", each, context))
		return true;
	snprintf(path, sizeof(path), "/boot/config-%s", release);
	if (config_read(path, each, context))
		return true;
	snprintf(path, sizeof(path), "/lib/modules/%s/config", release);
	return config_read(path, each, context);
}

bool knob_clock_synchronised(void)
{
	struct timex time = { .modes = 0 };

	return adjtimex(&time) != TIME_ERROR;
}
