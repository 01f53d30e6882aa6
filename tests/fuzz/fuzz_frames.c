/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames whose every decision is the fuzzer's, so that it learns which way
 * through the data plane a byte of its input opens.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"
#include "play.h"

enum {
	FRAMES_MAX = 64
};

static struct play play;

static void say_frames(void)
{
	fprintf(stderr, "frames: %llu\n", (unsigned long long)play.frames);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	play_open(&play);
	atexit(say_frames);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size), host;

	host = choices_random(choose(&c, 65536));
	play_stage(&play, &host);
	for (int i = 0; i < FRAMES_MAX && c.size; i++)
		if (play_frame(&play, &c))
			break;
	if (play_sum(&play)) {
		play_tell(&play);
		abort();
	}
	return 0;
}
