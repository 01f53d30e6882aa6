/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What was measured, as Markdown for people and as JSON for programs. */
#pragma once

#include <stdio.h>

#include "cost.h"
#include "digest.h"
#include "wire.h"

struct report {
	struct cost_results cost;
	struct digest_results digest;
	struct wire_results wire;
	size_t rounds;
	int cpu;
	char processor[128], kernel[160], date[64], load[64];
	long cpus;
};

/* Fills in machine, kernel, date and load; before the first round. */
void report_machine(struct report *report);
void report_markdown(const struct report *report, FILE *file);
/* Of that, what a frame costs. */
void report_cost(const struct report *report, FILE *file);
void report_json(const struct report *report, const char *path);
