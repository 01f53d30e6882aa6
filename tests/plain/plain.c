/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Runs all tests that are linked with it, each in a child, and prints a line
 * for each as the scripts do.  Ends with 1 if one failed, or if there is none.
 */
#include <criterion/criterion.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WELL,
	FAILED,
	SKIPPED
};

static struct plain_suite *suites;
static struct plain_test *tests;
static bool failed;

void plain_add_suite(struct plain_suite *suite)
{
	suite->next = suites;
	suites = suite;
}

void plain_add_test(struct plain_test *test)
{
	test->next = tests;
	tests = test;
}

void plain_failed(const char *file, int line, const char *text)
{
	failed = true;
	printf("#   %s:%d: not so: %s\n", file, line, text);
}

void plain_stop(void)
{
	exit(FAILED);
}

void plain_skip(void)
{
	exit(SKIPPED);
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run(const struct plain_test *test)
{
	const struct plain_suite *suite = suites;

	while (suite && strcmp(suite->name, test->suite) != 0)
		suite = suite->next;
	if (suite && suite->init)
		suite->init();
	test->run();
	if (suite && suite->fini)
		suite->fini();
	exit(failed ? FAILED : WELL);
}

/* How it ended; a signal is a failure. */
static int run_in_child(const struct plain_test *test)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		run(test);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

int main(void)
{
	bool well = tests != NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (plain_before)
		plain_before();
	for (const struct plain_test *test = tests; test; test = test->next) {
		double start = seconds();
		int end = run_in_child(test);

		well = well && (end == WELL || end == SKIPPED);
		printf("%s - %s: %s (%.1f s)\n",
		       end == WELL	? "ok"
		       : end == SKIPPED ? "skip"
					: "not ok",
		       test->suite, test->name, seconds() - start);
	}
	return well ? 0 : 1;
}
