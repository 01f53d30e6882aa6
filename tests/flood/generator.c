/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Sends one frame over and over out of an interface as fast as one CPU can:
 *   generator INTERFACE CPU SECONDS HEX [RATE]
 * or RATE a second at most.  A frame of 70 bytes is an advertisement over IPv4
 * and gets another digest each time.  Live frames of BPF_PROG_TEST_RUN: no
 * socket, no skb.  Prints how many it made in how many seconds.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

#include "flood.skel.h"
#include "tests/flood/generator.h"

enum {
	REPEAT_MAX = 1 << 30, /* the timer comes long before */
	BATCH = 64,
	RATE_LEAST = 500 * 1000, /* the program waits for each frame */
	RATE_MAX = 100 * 1000 * 1000,
	SECOND = 1000 * 1000 * 1000,
};

static void on_alarm(int number)
{
	(void)number;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The frame's size. */
static size_t read_frame(const char *hex, __u8 frame[FLOOD_FRAME_MAX])
{
	size_t size = 0;
	unsigned byte;

	while (size < FLOOD_FRAME_MAX &&
	       sscanf(hex + 2 * size, "%2x", &byte) == 1)
		frame[size++] = (__u8)byte;
	if (size < 42 || size % 2)
		errx(1, "%s: no frame", hex);
	return size;
}

static long number(const char *text, long least, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (!*text || *end || value < least || value > most)
		errx(1, "%s: not a number from %ld to %ld", text, least, most);
	return value;
}

static void bind_to(long cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		err(1, "CPU %ld", cpu);
}

static void arm(long seconds)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval timer = { .it_value.tv_sec = seconds };

	sigaction(SIGALRM, &action, NULL);
	if (setitimer(ITIMER_REAL, &timer, NULL))
		err(1, "timer");
}

static void run(const struct flood_bpf *skeleton, unsigned interface,
		size_t size)
{
	struct xdp_md context = { .data_end = (__u32)size,
				  .ingress_ifindex = interface };
	LIBBPF_OPTS(bpf_test_run_opts, opts,
		    .data_in = skeleton->bss->flood_frame,
		    .data_size_in = (__u32)size, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = REPEAT_MAX,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	int error = bpf_prog_test_run_opts(
		bpf_program__fd(skeleton->progs.flood), &opts);

	if (error && error != -EINTR) {
		errno = -error;
		err(1, "live frames");
	}
}

int main(int count, char **argument)
{
	struct flood_bpf *skeleton;
	unsigned interface;
	size_t size;
	double start;

	if (count != 5 && count != 6)
		errx(1, "usage: generator INTERFACE CPU SECONDS HEX [RATE]");
	interface = if_nametoindex(argument[1]);
	if (!interface)
		err(1, "%s", argument[1]);
	bind_to(number(argument[2], 0, CPU_SETSIZE - 1));
	skeleton = flood_bpf__open_and_load();
	if (!skeleton)
		err(1, "the generator's program");
	size = read_frame(argument[4], skeleton->bss->flood_frame);
	skeleton->bss->flood_vary = size == FLOOD_ADVERT;
	if (count == 6)
		skeleton->bss->flood_gap =
			SECOND / number(argument[5], RATE_LEAST, RATE_MAX);
	arm(number(argument[3], 1, 3600));
	start = now();
	run(skeleton, interface, size);
	printf("%llu %.3f\n", skeleton->bss->flood_made, now() - start);
	flood_bpf__destroy(skeleton);
	return 0;
}
