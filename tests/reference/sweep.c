/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * All advertisements that differ in their first byte, vhid and authlen from
 * 256 frames, one for each vhid, which only differ in what the vhid demands:
 *
 *   S u8 u8 u16 u16 u8 frames[256]
 *     first byte from and up to; size of a frame; where the CARP header is;
 *     1: CARP's checksum alone, 2: with the pseudo-header of IPv6
 *
 * Answered by one byte a frame, authlen fastest, then vhid, and the actions
 * of all verdicts:
 *   0..127 counted for the interface under this verdict; +128 for its vhid;
 *   127    something else: not one count, bytes changed, another action
 * and before them, for each first byte and vhid, the CRC-32 of one frame;
 * behind the actions, u64: how often the program ran.
 *
 * Where all 256 frames of a first byte and vhid have moved one counter, by 256,
 * one look is enough; otherwise they run again, with a look after each.  Only
 * the interface and the vhid are looked at: counts anywhere else show in the
 * sum of all.
 */
#include "plane.h"

#include <stdlib.h>
#include <string.h>

enum {
	LONGEST = 128,
	WRONG = 127,
	OURS = 128,
	HEADER = 36,
	IN_ONE = 256,
};

static struct {
	uint64_t last[CARP_VHID_SLOTS][CARP_V_COUNT];
	uint8_t actions[CARP_V_COUNT]; /* by verdict; 255: none seen yet */
	uint8_t frames[CARP_VHID_SLOTS][LONGEST];
	uint8_t codes[CARP_VHID_SLOTS][IN_ONE];
	uint64_t runs;
	uint16_t size, at;
	uint8_t pseudo;
	int program;
} s;

static uint32_t words(const uint8_t *bytes, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	return sum;
}

/* Makes the sum right again. */
static void resum(uint8_t *frame)
{
	uint8_t *header = frame + s.at;
	uint32_t sum;

	header[6] = header[7] = 0;
	sum = words(header, HEADER);
	if (s.pseudo)
		sum += words(frame + s.at - 32, 32) + HEADER + 112;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	header[6] = (uint8_t)(~sum >> 8);
	header[7] = (uint8_t)~sum;
}

/* What moved there since the last time: nothing (CARP_V_COUNT), one verdict
 * by `times`, or anything else (WRONG). */
static unsigned int moved(uint32_t index, unsigned int times)
{
	uint64_t now[CARP_V_COUNT];
	unsigned int verdict = CARP_V_COUNT;

	plane_counted(index, now);
	for (unsigned int v = 0; v < CARP_V_COUNT; v++) {
		if (now[v] == s.last[index][v])
			continue;
		if (verdict != CARP_V_COUNT ||
		    now[v] != s.last[index][v] + times)
			verdict = WRONG;
		else
			verdict = v;
	}
	memcpy(s.last[index], now, sizeof(now));
	return verdict;
}

/* The action, or -1 if the frame has changed. */
static int run(const uint8_t *frame)
{
	uint8_t out[LONGEST * 2];
	uint32_t out_size = sizeof(out);
	int action = plane_run(s.program, frame, s.size, out, &out_size);

	s.runs++;
	return out_size != s.size || memcmp(out, frame, s.size) != 0 ? -1
								     : action;
}

/* The code of one frame, or of as many as have all had that action. */
static uint8_t code(uint8_t vhid, int action, unsigned int times)
{
	unsigned int all = moved(0, times), ours = CARP_V_COUNT, verdict = all;

	if (vhid)
		ours = moved(vhid, times);
	if (all == CARP_V_COUNT)
		verdict = ours;
	else if (ours != CARP_V_COUNT)
		return WRONG;
	if (verdict >= CARP_V_COUNT || action < 0)
		return WRONG;
	if (s.actions[verdict] == 255)
		s.actions[verdict] = (uint8_t)action;
	if (s.actions[verdict] != action)
		return WRONG;
	return (uint8_t)(verdict | (all == CARP_V_COUNT ? OURS : 0));
}

/* All authlens; false: not all of them ended in the same way. */
static bool together(uint8_t frames[IN_ONE][LONGEST], uint8_t vhid)
{
	int action = run(frames[0]);
	uint8_t one;

	for (unsigned int i = 1; i < IN_ONE; i++)
		if (run(frames[i]) != action)
			action = -1;
	plane_drain();
	one = code(vhid, action, IN_ONE);
	memset(s.codes[vhid], one, IN_ONE);
	return one != WRONG;
}

static void one_by_one(uint8_t frames[IN_ONE][LONGEST], uint8_t vhid)
{
	for (unsigned int i = 0; i < IN_ONE; i++)
		s.codes[vhid][i] = code(vhid, run(frames[i]), 1);
	plane_drain();
}

static uint32_t crc32(const uint8_t *bytes, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void first_byte(uint8_t version_type)
{
	static uint8_t frames[IN_ONE][LONGEST];
	uint32_t crcs[CARP_VHID_SLOTS];

	for (unsigned int vhid = 0; vhid < CARP_VHID_SLOTS; vhid++) {
		uint8_t shown = (uint8_t)(version_type * 7 + vhid);

		for (unsigned int authlen = 0; authlen < IN_ONE; authlen++) {
			memcpy(frames[authlen], s.frames[vhid], s.size);
			frames[authlen][s.at] = version_type;
			frames[authlen][s.at + 3] = (uint8_t)authlen;
			resum(frames[authlen]);
		}
		crcs[vhid] = crc32(frames[shown], s.size);
		if (!together(frames, (uint8_t)vhid))
			one_by_one(frames, (uint8_t)vhid);
	}
	give(crcs, sizeof(crcs));
	give(s.codes, sizeof(s.codes));
}

void sweep(void)
{
	uint8_t range[2];

	take(range, sizeof(range));
	take(&s.size, 2);
	take(&s.at, 2);
	take(&s.pseudo, 1);
	s.pseudo--;
	if (s.size > LONGEST)
		die("too long");
	for (int i = 0; i < CARP_VHID_SLOTS; i++)
		take(s.frames[i], s.size);
	memset(s.actions, 255, sizeof(s.actions));
	s.program = plane_program(false);
	for (uint32_t i = 0; i < CARP_VHID_SLOTS; i++)
		moved(i, 1);
	s.runs = 0;
	for (unsigned int i = range[0]; i <= range[1]; i++)
		first_byte((uint8_t)i);
	give(s.actions, sizeof(s.actions));
	give(&s.runs, sizeof(s.runs));
}
