/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the doctor has found, and what it should have.
 */
#pragma once

#include "user/cli/doctor.h"

extern struct doctor_report report;

void report_forget(void);
/* The n-th finding of that name, or NULL. */
const struct doctor_finding *report_find(const char *check, int n);
/* The first of that name is so, and has these words in it. */
void report_expect(const char *check, enum doctor_level level,
		   const char *found, const char *remedy);
