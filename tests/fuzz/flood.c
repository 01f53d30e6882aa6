/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames at full speed through the native data plane, each judged:
 *   flood		FRAMES of them, or for SECONDS_MAX seconds
 *   flood STAGE	one stage of the seed, again
 * SEED chooses the hosts and frames.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "play.h"

enum {
	STAGE_FRAMES = 4096,
	FRAMES = 20000000,
};

static struct play play;

static const char *run_stage(uint64_t seed, uint64_t number)
{
	struct choices c = choices_random(seed * 1000003 + number);

	play_stage(&play, &c);
	for (int i = 0; i < STAGE_FRAMES; i++)
		if (play_frame(&play, &c))
			break;
	play_sum(&play);
	if (play.fault) {
		fprintf(stderr,
			"SEED=%llu, stage %llu: ", (unsigned long long)seed,
			(unsigned long long)number);
		play_tell(&play);
	}
	return play.fault;
}

/* Every way to end must have been among them. */
static int tell_verdicts(bool all)
{
	int missing = 0;

	for (uint32_t v = 0; v < CARP_V_COUNT; v++) {
		if (!all && play.verdicts[v])
			continue;
		if (all)
			printf("# %10llu %s\n",
			       (unsigned long long)play.verdicts[v],
			       native_verdict_name(v));
		else
			printf("# none ended as %s\n", native_verdict_name(v));
		missing += !play.verdicts[v];
	}
	return missing;
}

int main(int argc, char **argv)
{
	struct budget budget = budget_open(FRAMES);
	uint64_t stage = 0;
	bool covered;

	play_open(&play);
	if (argc == 2)
		run_stage(budget.seed, strtoull(argv[1], NULL, 10));
	else
		while (budget_left(&budget, play.frames) &&
		       !run_stage(budget.seed, stage))
			stage++;
	if (getenv("VERDICTS"))
		tell_verdicts(true);
	covered = argc == 2 || !tell_verdicts(false);
	printf("%s - no frame does what none may\n",
	       play.fault ? "not ok" : "ok");
	printf("%s - every way a frame can end was seen\n",
	       covered ? "ok" : "not ok");
	printf("# %llu frames, each judged\n", (unsigned long long)play.frames);
	printf("figure: %llu frames, %d violations\n",
	       (unsigned long long)play.frames, play.fault != NULL);
	covered &= !play.fault;
	play_close(&play);
	return !covered;
}
