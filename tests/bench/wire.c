/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The generator is BPF_PROG_TEST_RUN with live frames: a program at the near
 * end puts the question into each frame anew (the page pool gives it back as
 * the far end left it) and says XDP_TX, which sends it over the veth.  A call
 * takes milliseconds to set up, so one long call runs in a thread of its own,
 * bound to the core, until a signal ends it; from another core the counters
 * are read every few milliseconds.  Of these slices the quieter half counts:
 * in the others something else had the core for a while.
 *
 * veth drops natively sent frames unless the receiving end has NAPI, by XDP or
 * by GRO: the far end has GRO, and the near end XDP, or for the kernel's
 * answers a tc program: XDP would have to copy each of its skbs first.
 */
#include "wire.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.skel.h"
#include "frames.h"
#include "plane.h"

enum wire_limits {
	GENERATE_MAX = 1 << 30, /* frames; a signal comes long before */
	GENERATE_BATCH = 64,
	START_MS = 3000, /* for the first answer to come */
	WARM_MS = 50,
	SLICE_MS = 5,
	SLICES = 60,
};

static struct {
	int near, far; /* namespaces */
	const char *far_link;
	int near_index, far_index;
	int cpu;
	struct plane plane;
	struct bench_bpf *bench;
} bed;

struct sample {
	double seconds;
	uint64_t sent, seen;
};

struct generator {
	struct packet frame;
	int program;
	int error;
};

const char *wire_far_name(enum wire_far far)
{
	static const char *const names[] = {
		[WIRE_SINK] = "generator alone (far end drops)",
		[WIRE_BARE] = "bare program",
		[WIRE_PLANE] = "carp-xdp",
		[WIRE_KERNEL] = "kernel",
	};

	return names[far];
}

/* --- namespaces and links ----------------------------------------------- */
static void enter(int namespace)
{
	if (setns(namespace, CLONE_NEWNET))
		err(1, "setns");
}

static int open_end(const char *path, const char *link, int *index)
{
	int namespace = open(path, O_RDONLY | O_CLOEXEC);

	if (namespace < 0)
		err(1, "%s", path);
	enter(namespace);
	*index = (int)if_nametoindex(link);
	if (!*index)
		err(1, "%s in %s", link, path);
	return namespace;
}

/* Frames that pass would be held back to be merged. */
static void set_gro(const char *link, bool on)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = on };
	struct ifreq request = { .ifr_data = (void *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", link);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request))
		err(1, "%s: GRO", link);
	close(fd);
}

static void set_xdp(int namespace, int index, int program)
{
	int error;

	enter(namespace);
	error = bpf_xdp_attach(index, program, XDP_FLAGS_DRV_MODE, NULL);
	if (error) {
		errno = -error;
		err(1, "XDP program on the veth");
	}
}

static void set_tc(int namespace, int index, int program, bool on)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = index,
		    .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = 1, .priority = 1,
		    .prog_fd = program);
	int error;

	enter(namespace);
	if (!on) {
		hook.attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS;
		bpf_tc_hook_destroy(&hook);
		return;
	}
	error = bpf_tc_hook_create(&hook);
	if (!error)
		error = bpf_tc_attach(&hook, &options);
	if (error) {
		errno = -error;
		err(1, "tc program on the veth");
	}
}

/* --- the generator ------------------------------------------------------ */
static void on_signal(int number)
{
	(void)number;
}

static void *generate(void *argument)
{
	struct generator *g = argument;
	struct xdp_md context = { .data_end = (__u32)g->frame.size,
				  .ingress_ifindex = (__u32)bed.near_index };
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = g->frame.bytes,
		    .data_size_in = (__u32)g->frame.size, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = GENERATE_MAX,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = GENERATE_BATCH);

	g->error = bpf_prog_test_run_opts(g->program, &run);
	return NULL;
}

static pthread_t start(struct generator *g)
{
	struct sigaction action = { .sa_handler = on_signal };
	pthread_attr_t attributes;
	pthread_t thread;
	cpu_set_t cpus;

	sigaction(SIGUSR1, &action, NULL);
	CPU_ZERO(&cpus);
	CPU_SET(bed.cpu, &cpus);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(cpus), &cpus);
	enter(bed.near);
	if (pthread_create(&thread, &attributes, generate, g))
		err(1, "generator");
	pthread_attr_destroy(&attributes);
	return thread;
}

static void stop(pthread_t thread, const struct generator *g)
{
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	if (g->error != -EINTR) {
		errno = -g->error;
		err(1, "the generator ended early");
	}
}

/* --- a window ----------------------------------------------------------- */
static struct sample take_sample(void)
{
	const volatile struct bench_bpf__bss *bss = bed.bench->bss;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct sample){
		.seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9,
		.sent = bss->bench_sent,
		.seen = bss->bench_seen,
	};
}

static void wait_ms(int ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000L };

	nanosleep(&time, NULL);
}

static void wait_first(enum wire_far far)
{
	for (int waited = 0; waited < START_MS; waited++) {
		if (take_sample().seen)
			return;
		wait_ms(1);
	}
	errx(1, "no answer over the veth: %s", wire_far_name(far));
}

/* Nanoseconds between two answers, and how many of the sent got one. */
static double watch(double *share)
{
	struct sample first = take_sample(), before = first, now;
	double ns[SLICES];

	for (int slices = 0; slices < SLICES;) {
		wait_ms(SLICE_MS);
		now = take_sample();
		if (now.seen == before.seen)
			continue;
		ns[slices++] = (now.seconds - before.seconds) * 1e9 /
			       (double)(now.seen - before.seen);
		before = now;
	}
	*share = (double)(before.seen - first.seen) /
		 (double)(before.sent - first.sent);
	return quiet_mean(ns, SLICES);
}

static int near_program(enum wire_family family, enum wire_far far)
{
	if (family != WIRE_TCP && far == WIRE_BARE)
		return bpf_program__fd(bed.bench->progs.count_all);
	return bpf_program__fd(bed.bench->progs.count_answers);
}

static int far_program(enum wire_family family, enum wire_far far)
{
	if (far == WIRE_SINK)
		return bpf_program__fd(bed.bench->progs.count_all);
	if (far == WIRE_BARE && family == WIRE_TCP)
		return bpf_program__fd(bed.bench->progs.bench_pass);
	if (far == WIRE_BARE)
		return bpf_program__fd(bed.bench->progs.bench_reflect);
	return plane_program(&bed.plane);
}

static void set_ends(enum wire_family family, enum wire_far far, bool on)
{
	int far_fd = on ? far_program(family, far) : -1;
	int near_fd = on ? near_program(family, far) : -1;

	if (far == WIRE_KERNEL) {
		set_tc(bed.near, bed.near_index,
		       bpf_program__fd(bed.bench->progs.count_skbs), on);
		return;
	}
	if (family == WIRE_TCP) {
		set_tc(bed.far, bed.far_index,
		       bpf_program__fd(bed.bench->progs.count_passed), on);
		set_gro(bed.far_link, !on);
	}
	set_xdp(bed.far, bed.far_index, far_fd);
	set_xdp(bed.near, bed.near_index, near_fd);
}

static struct generator make_generator(enum wire_family family)
{
	struct generator g = { 0 };

	if (family == WIRE_TCP) {
		g.frame = frame_tcp();
		g.program = bpf_program__fd(bed.bench->progs.generate_tcp);
	} else if (family == WIRE_ARP) {
		g.frame = frame_arp();
		g.program = bpf_program__fd(bed.bench->progs.generate_arp);
	} else {
		g.frame = frame_nd();
		g.program = bpf_program__fd(bed.bench->progs.generate_nd);
	}
	return g;
}

static void measure(enum wire_family family, enum wire_far far,
		    struct wire_results *results)
{
	struct generator g = make_generator(family);
	struct bench_bpf__bss *bss = bed.bench->bss;
	double share, ns;
	pthread_t thread;

	memcpy(bss->bench_template, g.frame.bytes, sizeof(bss->bench_template));
	bss->bench_sent = bss->bench_seen = bss->bench_other = 0;
	set_ends(family, far, true);
	thread = start(&g);
	wait_first(far);
	wait_ms(WARM_MS);
	ns = watch(&share);
	stop(thread, &g);
	set_ends(family, far, false);
	series_add(&results->rate[family][far], 1e9 / ns);
	series_add(&results->share[family][far], share);
}

/* --- the room's face ---------------------------------------------------- */
/* The caller goes to the other cores, so as not to slow what it watches. */
static void step_aside(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	for (long other = 0; other < sysconf(_SC_NPROCESSORS_CONF); other++)
		if (other != cpu)
			CPU_SET((size_t)other, &cpus);
	if (CPU_COUNT(&cpus))
		sched_setaffinity(0, sizeof(cpus), &cpus);
}

void wire_open(const struct wire_ends *ends, int cpu)
{
	bed.cpu = cpu;
	step_aside(cpu);
	plane_open(&bed.plane, 255);
	bed.bench = bench_bpf__open_and_load();
	if (!bed.bench)
		errx(1, "the benchmark's own programs do not load");
	bed.near = open_end(ends->near, ends->near_link, &bed.near_index);
	bed.far = open_end(ends->far, ends->far_link, &bed.far_index);
	bed.far_link = ends->far_link;
	set_gro(bed.far_link, true);
}

void wire_close(void)
{
	close(bed.near);
	close(bed.far);
	bench_bpf__destroy(bed.bench);
	plane_close(&bed.plane);
}

bool wire_has(enum wire_family family, enum wire_far far)
{
	return family != WIRE_TCP || far != WIRE_KERNEL;
}

void wire_round(struct wire_results *results)
{
	for (int i = 0; i < WIRE_FAMILIES * WIRE_FARS; i++) {
		enum wire_family family = (enum wire_family)(i / WIRE_FARS);
		enum wire_far far = (enum wire_far)(i % WIRE_FARS);

		if (wire_has(family, far))
			measure(family, far, results);
	}
}

static struct series wire_ns(const struct series *rate)
{
	struct series ns = { 0 };

	for (size_t i = 0; i < rate->count; i++)
		series_add(&ns, 1e9 / rate->values[i]);
	return ns;
}

struct series wire_net(const struct wire_results *results,
		       enum wire_family family, enum wire_far far)
{
	struct series gross = wire_ns(&results->rate[family][far]);
	struct series sink = wire_ns(&results->rate[family][WIRE_SINK]);

	return series_minus(&gross, &sink);
}
