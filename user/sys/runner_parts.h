/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words between a controller and its runner, one in each datagram of a
 * SOCK_SEQPACKET connection; for runner_*.c and nursery.c alone.
 */
#pragma once

#include "user/sys/runner.h"

enum runner_numbers {
	RUNNER_CHECK = 1,
	RUNNER_FORGET,
	RUNNER_NUDGE,
	RUNNER_HOOK,	   /* its input comes behind */
	RUNNER_LAYOUT = 1, /* of what is said here */
};

/* Controller to runner. */
struct runner_order {
	uint32_t word;
	uint32_t id;
	struct runner_job job; /* of RUNNER_FORGET and RUNNER_NUDGE all 0 */
};

/* Runner to controller, of this size and no other. */
struct runner_report {
	uint32_t layout;
	uint32_t id;
	uint32_t hook; /* 0 or 1, as the next */
	uint32_t up;
	int32_t value;
	uint32_t took_ms;
	char text[RUNNER_TEXT_SIZE];
};

/* What is wrong with it, or NULL. */
const char *runner_order_refuse(const void *message, size_t size);
/* The same; out is what it says, with a text that is one printable line. */
const char *runner_report_read(const void *message, size_t size,
			       struct runner_result *out);
/* One printable line of bytes that may be anything. */
void runner_text(char out[RUNNER_TEXT_SIZE], const char *bytes, size_t size);

/* runner_run.c: one run, in a process made for it, whose parent's end is its
 * own; reports into out.  input: of a hook. */
struct runner_run {
	struct runner_job job;
	uint32_t id;
	bool hook;
	const char *input;
	size_t input_size;
	int out;
	runner_probe *probe;
};
__attribute__((noreturn)) void runner_run(const struct runner_run *run);
