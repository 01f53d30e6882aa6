/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * One host after the other, frames by the thousand.
 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
	PAGE = 4096,
	START_NS = 1000000000,
};

void play_open(struct play *play)
{
	uint8_t *pages = mmap(NULL, 3 * PAGE, PROT_NONE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memset(play, 0, sizeof(*play));
	if (pages == MAP_FAILED ||
	    mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE))
		abort();
	play->page = pages + PAGE;
	play->host = native_new();
	native_watch(play->host, true);
}

void play_close(struct play *play)
{
	munmap(play->page - PAGE, 3 * PAGE);
	native_free(play->host);
}

void play_stage(struct play *play, struct choices *c)
{
	native_reset(play->host);
	memset(&play->past, 0, sizeof(play->past));
	play->counted = 0;
	stage_draw(&play->stage, c, START_NS * 1000ULL, false);
	stage_fill(&play->stage, stage_put_native, play->host);
}

/* The controller, now and then: another role, a lease given or taken. */
static void steer(struct play *play, struct choices *c)
{
	struct stage_group *group =
		&play->stage.groups[choose(c, play->stage.count)];

	stage_redraw(&play->stage, c, group);
	native_group(play->host, group->vhid)->role = group->entry.role;
	native_lease(play->host, group->vhid)->until_ns = group->lease;
}

static const char *play_in(struct play *play, struct judged *j,
			   struct choices *c, uint8_t *at)
{
	if (once_in(c, 64))
		native_ring(play->host, 0);
	native_receive(play->host, at, play->made.size, &j->out);
	return oracle_received(j);
}

static const char *play_out(struct play *play, struct judged *j,
			    struct choices *c, uint8_t *at)
{
	bool tagged = once_in(c, 16);

	native_send(play->host, at, play->made.size, tagged, &j->out);
	return oracle_sent(j, tagged);
}

const char *play_frame(struct play *play, struct choices *c)
{
	struct judged j = { .stage = &play->stage,
			    .host = play->host,
			    .before = &play->made };
	bool out = once_in(c, 8);
	uint8_t *at = play->page;

	if (play->fault)
		return play->fault;
	play->stage.now += choose(c, 2000) * 1000ULL;
	native_clock(play->host, play->stage.now);
	if (once_in(c, 16))
		steer(play, c);
	native_ring(play->host, 2);
	if (out)
		frame_make_sent(&play->made, &play->stage, c);
	else
		frame_make(&play->made, &play->stage, &play->past, c);
	if (play->frames % 2)
		at += PAGE - play->made.size;
	memcpy(at, play->made.bytes, play->made.size);
	j.after = at;
	play->fault =
		out ? play_out(play, &j, c, at) : play_in(play, &j, c, at);
	play->frames++;
	play->counted += j.out.moved;
	play->verdicts[j.out.verdict]++;
	return play->fault;
}

const char *play_sum(struct play *play)
{
	if (!play->fault && native_counted_all(play->host) != play->counted)
		play->fault = "the counters hold another number of frames";
	return play->fault;
}

void play_tell(const struct play *play)
{
	fprintf(stderr, "%s: frame of %u bytes\n", play->fault,
		play->made.size);
	for (uint32_t i = 0; i < play->made.size; i++)
		fprintf(stderr, "%02x", play->made.bytes[i]);
	fprintf(stderr, "\n");
}
