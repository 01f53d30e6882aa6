/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Runs seeds:
 *   sim --seed N --trace        one, and all that happens in it
 *   sim --seeds N [--from M]    so many, on two processes
 *   sim --seconds N [--from M]  as many as fit
 *   sim --find N [--from M]     until one fails, N at most: status 0 if so
 * A seed that fails is told with the last lines of its trace.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sim.h"

enum {
	WORKERS = 2,
	TOLD = 3 /* failures told of each worker */
};

static struct world world;

static void explain(uint64_t seed)
{
	struct figures aside = { 0 }, *figures = world.figures;

	world.figures = &aside;
	world.tracing = true;
	run_seed(&world, seed);
	world.tracing = false;
	world.figures = figures;
	printf("# seed %llu: %s\n", (unsigned long long)seed, world.failure);
	for (unsigned int i =
		     world.lines_count > LINES ? world.lines_count - LINES : 0;
	     i < world.lines_count; i++)
		printf("#   %s\n", world.lines[i % LINES]);
	fflush(stdout);
}

struct job {
	uint64_t from, seeds;
	time_t until; /* 0: no limit */
	int worker;
};

static void work(const struct job *job, struct figures *figures)
{
	world.figures = figures;
	for (uint64_t i = (uint64_t)job->worker; i < job->seeds; i += WORKERS) {
		if (job->until && time(NULL) >= job->until)
			return;
		run_seed(&world, job->from + i);
		if (world.failed && figures->violations <= TOLD)
			explain(job->from + i);
	}
}

static void add(struct figures *sum, const struct figures *f)
{
	sum->adverts += f->adverts;
	sum->faults += f->faults;
	sum->frames += f->frames;
	sum->probes += f->probes;
	sum->transitions += f->transitions;
	sum->refused += f->refused;
	sum->packets += f->packets;
	sum->seeds += f->seeds;
	sum->violations += f->violations;
	if (f->longest_overlap > sum->longest_overlap)
		sum->longest_overlap = f->longest_overlap;
}

/* Both processes; false if one of them has come to harm. */
static bool work_together(struct job *job, struct figures *sum)
{
	struct figures *shared =
		mmap(NULL, WORKERS * sizeof(*shared), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool good = true;
	int status;

	if (shared == MAP_FAILED)
		return false;
	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0) {
			job->worker = i;
			work(job, &shared[i]);
			exit(0);
		}
	for (int i = 0; i < WORKERS; i++)
		if (wait(&status) < 0 || status)
			good = false;
	for (int i = 0; i < WORKERS; i++)
		add(sum, &shared[i]);
	return good;
}

static int find(uint64_t from, uint64_t seeds)
{
	struct figures figures = { 0 };

	world.figures = &figures;
	for (uint64_t i = 0; i < seeds; i++) {
		run_seed(&world, from + i);
		if (!world.failed)
			continue;
		printf("%llu %s\n", (unsigned long long)(i + 1), world.failure);
		return 0;
	}
	return 1;
}

/* The same seed twice, with another in between. */
static bool repeats(uint64_t seed)
{
	struct figures figures = { 0 };
	uint64_t hash;

	world.figures = &figures;
	run_seed(&world, seed);
	hash = world.hash;
	run_seed(&world, seed + 1);
	if (hash == world.hash)
		return false;
	run_seed(&world, seed);
	return hash == world.hash;
}

static int one(uint64_t seed, bool traced)
{
	struct figures figures = { 0 };

	world.figures = &figures;
	world.tracing = world.printing = traced;
	run_seed(&world, seed);
	printf("seed %llu: %s, %016llx\n", (unsigned long long)seed,
	       world.failed ? world.failure : "well",
	       (unsigned long long)world.hash);
	return world.failed;
}

static int report(const struct job *job, const struct figures *f, bool good)
{
	bool same = repeats(job->from);

	printf("# %llu seeds from %llu: %llu advertisements, %llu frames, "
	       "%llu transitions, %llu questions, %llu packets, %llu frames "
	       "refused\n",
	       (unsigned long long)f->seeds, (unsigned long long)job->from,
	       (unsigned long long)f->adverts, (unsigned long long)f->frames,
	       (unsigned long long)f->transitions,
	       (unsigned long long)f->probes, (unsigned long long)f->packets,
	       (unsigned long long)f->refused);
	printf("# longest that two spoke undisturbed: %.3f s\n",
	       (double)f->longest_overlap / 1e9);
	printf("%s - every promise holds in every seed\n",
	       good && !f->violations ? "ok" : "not ok");
	printf("%s - a seed gives the same run again\n",
	       same ? "ok" : "not ok");
	printf("figure: %llu advertisements, %llu faults, %llu violations\n",
	       (unsigned long long)f->adverts, (unsigned long long)f->faults,
	       (unsigned long long)f->violations);
	return !good || f->violations || !same;
}

int main(int argc, char **argv)
{
	struct job job = { .from = 1, .seeds = 20000 };
	struct figures sum = { 0 };
	uint64_t seed = 0, finding = 0;
	bool traced = false, good;

	for (int i = 1; i < argc; i++) {
		uint64_t n = i + 1 < argc ? strtoull(argv[i + 1], NULL, 10) : 0;

		if (!strcmp(argv[i], "--trace")) {
			traced = true;
			continue;
		}
		if (!strcmp(argv[i], "--seed"))
			seed = n;
		else if (!strcmp(argv[i], "--seeds"))
			job.seeds = n;
		else if (!strcmp(argv[i], "--from"))
			job.from = n;
		else if (!strcmp(argv[i], "--find"))
			finding = n;
		else if (!strcmp(argv[i], "--seconds"))
			job.until = time(NULL) + (time_t)n;
		else
			return 2;
		i++;
	}
	if (job.until)
		job.seeds = UINT64_MAX;
	if (seed)
		return one(seed, traced);
	if (finding)
		return find(job.from, finding);
	good = work_together(&job, &sum);
	return report(&job, &sum, good);
}
