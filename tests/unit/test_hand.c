/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the hand refuses.  A controller that somebody else has taken over may
 * send it whatever it likes.
 */
#include "user/sys/hand_parts.h"

#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
	DRAWS = 200000,
	PORTION = 64, /* of random bytes, in an otherwise right request */
};

static unsigned int draw(void)
{
	static unsigned long long state = 42;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(state >> 33);
}

static void scribble(void *bytes, size_t size)
{
	unsigned char *at = bytes;

	while (size--)
		*at++ = (unsigned char)draw();
}

/* --- quick ones ------------------------------------------------------------
 */

static struct hand_quick right_quick(void)
{
	struct hand_quick quick = { .kind = QUICK_REMOVE,
				    .ifindex = 7,
				    .count = HAND_BATCH };

	for (int i = 0; i < HAND_BATCH; i++) {
		quick.items[i].family = i % 2 ? 4 : 6;
		quick.items[i].prefix = i % 2 ? 32 : 128;
	}
	return quick;
}

#define REFUSED(change) \
	do { \
		struct hand_quick q = right_quick(); \
		change; \
		cr_expect(hand_quick_refuse(&q, sizeof(q)), "%s", #change); \
	} while (0)

Test(hand, a_right_quick_request_is_taken)
{
	struct hand_quick quick = right_quick();

	cr_assert_null(hand_quick_refuse(&quick, sizeof(quick)));
}

Test(hand, a_wrong_quick_request_is_refused)
{
	struct hand_quick quick = right_quick();

	REFUSED(q.kind = 0);
	REFUSED(q.kind = QUICK_NEIGHBOR + 1);
	REFUSED(q.ifindex = 0);
	REFUSED(q.ifindex = 0x80000000);
	REFUSED(q.count = 0);
	REFUSED(q.count = HAND_BATCH + 1);
	REFUSED(q.items[1].prefix = 33);
	REFUSED(q.items[0].prefix = 129);
	REFUSED(q.items[HAND_BATCH - 1].family = 5);
	cr_expect(hand_quick_refuse(&quick, sizeof(quick) - 1));
	cr_expect(hand_quick_refuse(&quick, sizeof(quick) + 1));
	cr_expect(hand_quick_refuse(&quick, 0));
}

static void check_taken(const struct hand_quick *q)
{
	cr_assert(q->kind >= QUICK_ADD && q->kind <= QUICK_NEIGHBOR);
	if (q->kind == QUICK_CLEAR)
		return;
	cr_assert(q->count && q->count <= HAND_BATCH);
	for (unsigned int i = 0; i < q->count; i++)
		cr_assert(q->items[i].prefix <=
			  (q->items[i].family == 4 ? 32 : 128));
}

Test(hand, random_bytes_become_no_wrong_address)
{
	unsigned int taken = 0;

	for (int i = 0; i < DRAWS; i++) {
		struct hand_quick q = right_quick();
		size_t at = draw() % sizeof(q), size = draw() % PORTION;

		if (size > sizeof(q) - at)
			size = sizeof(q) - at;
		scribble((char *)&q + at, size);
		if (draw() % 4 == 0)
			q.kind = draw() % 8;
		if (hand_quick_refuse(&q, sizeof(q)))
			continue;
		check_taken(&q);
		taken++;
	}
	cr_assert(taken > DRAWS / 100 && taken < DRAWS);
}

/* --- slow ones --------------------------------------------------------------
 */

static void fill_request(struct hand_request *r)
{
	memset(r, 0, sizeof(*r));
	r->ifindex = 7;
	strcpy(r->name, "eth0.100");
	strcpy(r->path, "/etc/carp.pass");
	r->address.ss_family = AF_INET;
	r->plane.layout = CARP_MAPS_LAYOUT;
	r->plane.ifindex = 7;
	r->plane.objects = true;
	r->plane.hook.link = 3;
	strcpy(r->plane.ifname, "eth0.100");
}

static bool refuses(unsigned int kind, const char *name)
{
	static struct hand_request r;

	fill_request(&r);
	memset(r.name, 0, sizeof(r.name));
	memcpy(r.name, name, strnlen(name, sizeof(r.name)));
	return hand_request_refuse(kind, &r, sizeof(r));
}

Test(hand, every_right_kind_is_taken)
{
	static struct hand_request r;

	fill_request(&r);
	for (unsigned int kind = WORK_OPEN; kind < WORK_END; kind++)
		cr_expect_null(hand_request_refuse(kind, &r, sizeof(r)),
			       "kind %u", kind);
	cr_expect(hand_request_refuse(0, &r, sizeof(r)));
	cr_expect(hand_request_refuse(WORK_END, &r, sizeof(r)));
	cr_expect(hand_request_refuse(WORK_CLEAN, &r, sizeof(r) - 1));
	cr_expect(hand_request_refuse(WORK_CLEAN, &r, sizeof(r) + 1));
	cr_expect_null(hand_request_refuse(WORK_FILE_WRITE, &r, sizeof(r) + 1));
	cr_expect(hand_request_refuse(WORK_FILE_WRITE, &r,
				      sizeof(r) + HAND_TEXT_MAX + 1));
}

Test(hand, a_name_leads_nowhere_else)
{
	static const char *const wrong[] = {
		"",
		".",
		"..",
		"/",
		"../x",
		"a/b",
		"a b",
		"a:b",
		"a\n",
		"a\x7f",
		"0123456789abcdef",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		cr_expect(refuses(WORK_UNPIN, wrong[i]), "%s", wrong[i]);
		cr_expect(refuses(WORK_RECALL, wrong[i]), "%s", wrong[i]);
		cr_expect(refuses(WORK_RENAME, wrong[i]), "%s", wrong[i]);
	}
	cr_expect(!refuses(WORK_UNPIN, "0123456789abcde"));
}

#define REFUSED_PLANE(kind, change) \
	do { \
		static struct hand_request r; \
		fill_request(&r); \
		change; \
		cr_expect(hand_request_refuse(kind, &r, sizeof(r)), "%s", \
			  #change); \
	} while (0)

Test(hand, a_wrong_slow_request_is_refused)
{
	REFUSED_PLANE(WORK_OPEN, strcpy(r.plane.ifname, "../eth0"));
	REFUSED_PLANE(WORK_OPEN, memset(r.plane.ifname, 'a', IFNAMSIZ));
	REFUSED_PLANE(WORK_OPEN, r.plane.ifindex = 0);
	REFUSED_PLANE(WORK_OPEN, r.plane.ifindex = 0x80000000);
	REFUSED_PLANE(WORK_OPEN, r.plane.mode = DATAPLANE_SKB + 1);
	REFUSED_PLANE(WORK_OPEN, r.plane.layout++);
	REFUSED_PLANE(WORK_DETACH, r.plane.hook.tags_moved = 8);
	REFUSED_PLANE(WORK_DETACH, r.plane.egress.ifindex = 8);
	REFUSED_PLANE(WORK_DETACH, memset(&r.plane.locked, 2, 1));
	REFUSED_PLANE(WORK_ATTACH, r.plane.objects = false);
	REFUSED_PLANE(WORK_RENEW, r.plane.hook.link = -1);
	REFUSED_PLANE(WORK_PACKET, r.ifindex = 0);
	REFUSED_PLANE(WORK_SECRET, memset(r.path, 'a', sizeof(r.path)));
	REFUSED_PLANE(WORK_FILE_WRITE, r.file = HAND_FILES);
	REFUSED_PLANE(WORK_FLAG_SET, r.file = HAND_FILES);
	REFUSED_PLANE(WORK_LISTEN_TCP, r.address.ss_family = AF_UNIX);
}

Test(hand, random_bytes_become_no_wrong_data_plane)
{
	static struct hand_request r;

	for (int i = 0; i < DRAWS; i++) {
		unsigned int kind = WORK_OPEN + draw() % 8;
		size_t at = draw() % sizeof(r.plane), size = draw() % PORTION;

		fill_request(&r);
		if (size > sizeof(r.plane) - at)
			size = sizeof(r.plane) - at;
		scribble((char *)&r.plane + at, size);
		if (hand_request_refuse(kind, &r, sizeof(r)))
			continue;
		cr_assert(memchr(r.plane.ifname, '\0', IFNAMSIZ));
		cr_assert(!strchr(r.plane.ifname, '/'));
		cr_assert(*r.plane.ifname && r.plane.ifindex);
		cr_assert(r.plane.mode <= DATAPLANE_SKB);
	}
}
