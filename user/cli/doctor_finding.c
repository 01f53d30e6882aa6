/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The list of findings.  Words from the wire and from files become harmless
 * here: a finding is one line.
 */
#include "user/cli/doctor.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

const char *doctor_level_name(enum doctor_level level)
{
	static const char *const names[DOCTOR_LEVELS] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_NOTE] = "note",
		[DOCTOR_WARNING] = "warning",
		[DOCTOR_PROBLEM] = "problem",
	};

	return names[level];
}

static void print(char out[DOCTOR_TEXT_MAX], const char *format, va_list list)
{
	vsnprintf(out, DOCTOR_TEXT_MAX, format, list);
	for (char *c = out; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
}

struct doctor_finding *doctor_find(struct doctor_report *report,
				   enum doctor_level level, const char *check,
				   const char *format, ...)
{
	const size_t last = DOCTOR_FINDINGS_MAX - 1;
	struct doctor_finding *finding =
		&report->findings[report->count < last ? report->count : last];
	va_list list;

	if (report->count <= last)
		report->count++;
	report->levels[level]++;
	*finding = (struct doctor_finding){ .level = level, .check = check };
	va_start(list, format);
	print(finding->found, format, list);
	va_end(list);
	return finding;
}

void doctor_remedy(struct doctor_finding *finding, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	print(finding->remedy, format, list);
	va_end(list);
}
