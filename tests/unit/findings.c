/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The doctor's findings.  Judges them, makes none.
 */
#include "findings.h"

#include <criterion/criterion.h>
#include <string.h>

struct doctor_report report;

void report_forget(void)
{
	memset(&report, 0, sizeof(report));
}

const struct doctor_finding *report_find(const char *check, int n)
{
	for (size_t i = 0; i < report.count; i++)
		if (!strcmp(report.findings[i].check, check) && n-- == 0)
			return &report.findings[i];
	return NULL;
}

void report_expect(const char *check, enum doctor_level level,
		   const char *found, const char *remedy)
{
	const struct doctor_finding *f = report_find(check, 0);

	cr_assert_not_null(f, "%s: no finding", check);
	cr_expect_eq(f->level, level, "%s: %s", check,
		     doctor_level_name(f->level));
	cr_expect(strstr(f->found, found), "%s: %s", check, f->found);
	cr_expect(strstr(f->remedy, remedy), "%s: %s", check, f->remedy);
}
