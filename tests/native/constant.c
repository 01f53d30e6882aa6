/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * How long a forged advertisement takes must not tell how much of its digest,
 * or of its counter's tag, is right.  Whole frames run through the rooms one
 * instruction at a time: their number is the same whichever byte is wrong, and
 * however.  No clock, so nothing to repeat.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "native.h"
#include "tests/bpf/packets.h"

enum constant_numbers {
	VHID = 3,
	SECRETS = 4, /* what is compared, see below */
	CHANGES = 2, /* ways in which a byte is wrong */
	DIGEST = 16, /* in the CARP header */
	COUNTER = 8,
	TAG_SIZE = 3,
	FIRST_LINES = 4,
};

/* What one byte of is wrong in a frame that is good otherwise. */
struct secret {
	const char *name;
	int offset, size; /* in the CARP header */
	bool six, early;
};

static const struct secret secrets[SECRETS + 1] = {
	{ "the digest over IPv4", DIGEST, SHA1_SIZE, false, false },
	{ "the digest over IPv6", DIGEST, SHA1_SIZE, true, false },
	{ "the tag over IPv4", COUNTER + 8 - TAG_SIZE, TAG_SIZE, false, false },
	{ "the tag over IPv6", COUNTER + 8 - TAG_SIZE, TAG_SIZE, true, false },
	{ "a comparison that stops early", 0, SHA1_SIZE, false, true },
};
static const uint8_t changes[CHANGES] = { 0x01, 0xff };

/* --- the one that is measured --------------------------------------------- */

static void mark(void)
{
	kill(getpid(), SIGUSR1);
}

static struct native *listener(const struct advert *a, bool strict)
{
	struct native *host = native_new();
	uint8_t vip4[16], vip6[16];

	parse_address(a->vips[0], vip4);
	parse_address(a->vips[1], vip6);
	native_group(host, VHID)->role = CARP_ROLE_BACKUP;
	native_group(host, VHID)->auth =
		strict ? CARP_AUTH_STRICT : CARP_AUTH_COMPAT;
	native_trust(host, VHID, a->key, vip4, 1, vip6, 1);
	native_clock(host, 1000);
	return host;
}

/* Anything but the refusal that is expected ends the measurement. */
static void run_frame(const struct secret *s, int byte, uint8_t change)
{
	struct advert a = s->six ? advert_default6() : advert_default();
	const bool digest = s->size == SHA1_SIZE;
	struct native *host = listener(&a, !digest);
	struct native_outcome out;
	struct packet p;
	size_t carp;

	advert_seal(&a, 5000);
	p = advert_packet(&a);
	carp = p.size - ADVERT_SIZE;
	p.bytes[carp + (size_t)(s->offset + byte)] ^= change;
	advert_resum(&p);
	mark();
	native_receive(host, p.bytes, p.size, &out);
	mark();
	if (out.verdict !=
	    (change ? digest ? CARP_V_advert_digest : CARP_V_advert_seal
		    : CARP_V_advert_valid))
		_exit(2);
	native_free(host);
}

/* What the ruler is for. */
static __attribute__((noinline)) int stops_early(const uint8_t *a,
						 const uint8_t *b)
{
	int i = 0;

	while (i < SHA1_SIZE && a[i] == b[i])
		i++;
	return i;
}

static void run_early(int byte, uint8_t change)
{
	uint8_t one[SHA1_SIZE] = { 0 }, other[SHA1_SIZE] = { 0 };
	volatile int at;

	other[byte] = change;
	mark();
	at = stops_early(one, other);
	mark();
	(void)at;
}

/* A good one first: it proves that only the one byte is refused. */
static void run_all(const struct secret *s)
{
	if (!s->early)
		run_frame(s, 0, 0);
	for (int byte = 0; byte < s->size; byte++)
		for (int i = 0; i < CHANGES; i++)
			if (s->early)
				run_early(byte, changes[i]);
			else
				run_frame(s, byte, changes[i]);
	_exit(0);
}

/* --- the one who counts --------------------------------------------------- */

/* False: it has ended. */
static bool stopped(pid_t pid, int *signal)
{
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) {
		*signal = status;
		return false;
	}
	*signal = WSTOPSIG(status);
	return true;
}

/* Instructions from one mark to the next; 0: there is none any more. */
static long measure(pid_t pid, int *status)
{
	long steps = 0;

	do {
		ptrace(PTRACE_CONT, pid, NULL, NULL);
		if (!stopped(pid, status))
			return 0;
	} while (*status != SIGUSR1);
	do {
		ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL);
		if (!stopped(pid, status))
			return 0;
		steps++;
	} while (*status != SIGUSR1);
	return steps;
}

static pid_t start(const struct secret *s)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		run_all(s);
	}
	return pid > 0 && stopped(pid, &status) ? pid : -1;
}

/* Measures all, and prints the first ones that differ. */
static bool all_alike(const struct secret *s, int *frames, long *instructions)
{
	pid_t pid = start(s);
	long first = 0, steps;
	int status = -1, different = 0;

	*frames = 0;
	if (pid > 0 && !s->early)
		measure(pid, &status); /* the good one */
	while (pid > 0 && (steps = measure(pid, &status)) > 0) {
		first = first ? first : steps;
		if (steps != first && different++ < FIRST_LINES && !s->early)
			printf("#   byte %d: %ld instructions, not %ld\n",
			       *frames / CHANGES, steps, first);
		(*frames)++;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) ||
	    *frames != s->size * CHANGES)
		*frames = -1;
	*instructions = first;
	return *frames > 0 && !different;
}

int main(void)
{
	int faults = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i <= SECRETS; i++) {
		const struct secret *s = &secrets[i];
		long instructions;
		int frames;
		bool alike = all_alike(s, &frames, &instructions);
		bool good = frames > 0 && alike != s->early;

		printf("%s - %s: %s\n", good ? "ok" : "not ok", s->name,
		       s->early ? "is found out"
				: "which byte is wrong does not tell");
		if (!s->early)
			printf("# %s: %d forged frames, %ld instructions"
			       " each\n",
			       s->name, frames, instructions);
		faults += !good;
	}
	return faults != 0;
}
