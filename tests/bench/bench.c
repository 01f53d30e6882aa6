/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp's benchmark: rounds in which every row is measured once, so that
 * what slows the machine slows all of them.  run.sh builds the namespaces and
 * calls it; it never judges a figure.
 */
#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

enum bench_limits {
	ROUNDS_MIN = 5
};

static const char usage[] =
	"bench NEAR-NETNS NEAR-LINK FAR-NETNS FAR-LINK MD-FILE JSON-FILE "
	"ROUNDS\n       bench digest\n       bench cost";

static struct report report;

/* The last core we may use: the first one has most of the interrupts. */
static int choose_cpu(void)
{
	cpu_set_t cpus;
	int last = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET((size_t)cpu, &cpus))
			last = cpu;
	CPU_ZERO(&cpus);
	CPU_SET((size_t)last, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "sched_setaffinity");
	return last;
}

static void measure_costs(void)
{
	cost_open();
	for (size_t round = 1; round <= report.rounds; round++) {
		fprintf(stderr, "one frame, HMAC: round %zu of %zu\n", round,
			report.rounds);
		cost_round(&report.cost);
		digest_round(&report.digest);
	}
	cost_close();
}

static void measure_wire(const struct wire_ends *ends)
{
	wire_open(ends, report.cpu);
	for (size_t round = 1; round <= report.rounds; round++) {
		fprintf(stderr, "veth: round %zu of %zu\n", round,
			report.rounds);
		wire_round(&report.wire);
	}
	wire_close();
}

static void write_report(const char *markdown, const char *json)
{
	FILE *file = fopen(markdown, "we");

	if (!file)
		err(1, "%s", markdown);
	report_markdown(&report, file);
	fclose(file);
	report_json(&report, json);
	report_markdown(&report, stdout);
}

/* Frames alone, for whoever is changing the data plane. */
static int cost_main(void)
{
	report.rounds = ROUNDS_MIN;
	report_machine(&report);
	report.cpu = choose_cpu();
	measure_costs();
	report_cost(&report, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	struct wire_ends ends;

	if (argc == 2 && !strcmp(argv[1], "cost"))
		return cost_main();
	if (argc == 2 && !strcmp(argv[1], "digest"))
		return digest_main();
	if (argc != 8)
		errx(2, "usage: %s", usage);
	ends = (struct wire_ends){ .near = argv[1],
				   .near_link = argv[2],
				   .far = argv[3],
				   .far_link = argv[4] };
	report.rounds = strtoul(argv[7], NULL, 10);
	if (report.rounds < ROUNDS_MIN || report.rounds > SERIES_ROUNDS_MAX)
		errx(2, "rounds: %s is not a number from %d to %d", argv[7],
		     ROUNDS_MIN, SERIES_ROUNDS_MAX);
	report_machine(&report);
	report.cpu = choose_cpu();
	measure_costs();
	measure_wire(&ends);
	write_report(argv[5], argv[6]);
	return 0;
}
