/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: what we put on the wire, our timers and our elections are those of
 * OpenBSD, FreeBSD, NetBSD and ucarp, row by row of the shared vectors.
 * receive.json is for whole frames: the packet tests of the data plane.
 */
#include "oracle.h"
#include "stage.h"
#include "user/core/advert.h"
#include "vectors.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* One row of packets.json, read. */
struct packet {
	struct json_object *row;
	const char *id, *semantics;
	struct auth_input input;
	size_t key_size;
	__u8 vips4[VECTORS_VIPS_MAX][4];
	__u8 vips6[VECTORS_VIPS_MAX][16];
	__u8 lladdr[6];
	uint64_t counter;
};

static bool is(const struct packet *p, const char *semantics)
{
	return !strcmp(p->semantics, semantics);
}

static void read_vips(struct packet *p)
{
	struct json_object *list = vectors_field(p->row, "vips");
	size_t count = json_object_array_length(list);

	cr_assert_leq(count, VECTORS_VIPS_MAX);
	for (size_t i = 0; i < count; i++) {
		const char *text = json_object_get_string(
			json_object_array_get_idx(list, i));

		if (inet_pton(AF_INET, text, p->vips4[p->input.vips4_count]) ==
		    1)
			p->input.vips4_count++;
		else if (inet_pton(AF_INET6, text,
				   p->vips6[p->input.vips6_count]) == 1)
			p->input.vips6_count++;
		else
			cr_assert_fail("%s: VIP %s", p->id, text);
	}
	p->input.vips4 = p->vips4;
	p->input.vips6 = p->vips6;
}

static void read_packet(struct json_object *row, struct packet *p)
{
	struct json_object *lladdr = NULL;

	*p = (struct packet){ .row = row };
	p->id = vectors_text(row, "id");
	p->semantics = vectors_text(row, "semantics");
	p->key_size =
		vectors_hex(row, "key_hex", p->input.key, sizeof(p->input.key));
	p->input.vhid = (__u8)vectors_int(row, "vhid");
	p->counter = vectors_counter(row, "counter_hex");
	read_vips(p);
	if (!json_object_object_get_ex(row, "lladdr", &lladdr))
		return;
	cr_assert_eq(sscanf(json_object_get_string(lladdr),
			    "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &p->lladdr[0],
			    &p->lladdr[1], &p->lladdr[2], &p->lladdr[3],
			    &p->lladdr[4], &p->lladdr[5]),
		     6);
	p->input.lladdr = p->lladdr;
}

/* What NetBSD hashes is what FreeBSD hashes. */
static enum compat compat_of(const struct packet *p)
{
	if (is(p, "openbsd") || is(p, "openbsd-orig"))
		return COMPAT_OPENBSD;
	if (is(p, "ucarp"))
		return COMPAT_UCARP;
	cr_assert(is(p, "freebsd") || is(p, "netbsd"), "%s", p->semantics);
	return COMPAT_FREEBSD;
}

/* Recipe 0 is what is sent; OpenBSD's older form is the last one. */
static const struct carp_recipe *recipe_of(const struct packet *p,
					   struct carp_auth *auth)
{
	auth_prepare(&p->input, compat_of(p), auth);
	cr_assert_geq(auth->count, 1);
	return &auth->recipes[is(p, "openbsd-orig") ? auth->count - 1 : 0];
}

static void digest_of(const struct carp_recipe *recipe, uint64_t counter,
		      uint8_t out[CARP_DIGEST_SIZE])
{
	__u32 words[5];

	carp_hmac_finish(recipe, counter, words);
	for (int i = 0; i < CARP_DIGEST_SIZE; i++)
		out[i] = (uint8_t)(words[i / 4] >> (24 - 8 * (i % 4)));
}

static void check_digest(const struct packet *p)
{
	uint8_t message[ORACLE_MESSAGE_MAX], ours[ORACLE_MESSAGE_MAX];
	uint8_t want[CARP_DIGEST_SIZE], got[CARP_DIGEST_SIZE];
	struct carp_auth auth;
	size_t size;

	size = vectors_hex(p->row, "hmac_input_hex", message, sizeof(message));
	cr_assert_eq(vectors_hex(p->row, "hmac_hex", want, sizeof(want)),
		     sizeof(want));
	oracle_hmac(p->input.key, p->key_size, message, size, got);
	cr_expect_arr_eq(got, want, sizeof(want), "%s: nettle", p->id);
	cr_expect_eq(
		oracle_message(&p->input, !is(p, "openbsd"), p->counter, ours),
		size, "%s", p->id);
	cr_expect_arr_eq(ours, message, size, "%s: message", p->id);
	digest_of(recipe_of(p, &auth), p->counter, got);
	cr_expect_arr_eq(got, want, sizeof(want), "%s: digest", p->id);
	if (!vectors_has(p->row, "rx_also_accepted_hmac_hex"))
		return;
	vectors_hex(p->row, "rx_also_accepted_hmac_hex", want, sizeof(want));
	digest_of(&auth.recipes[auth.count - 1], p->counter, got);
	cr_expect_arr_eq(got, want, sizeof(want), "%s: also accepted", p->id);
}

/* NetBSD's IPv6 checksum has a pseudo-header in it.  We never send it, so
 * here the vector's own is checked and then taken out of the comparison. */
static void set_checksum_netbsd6(const struct packet *p, uint8_t *want,
				 uint8_t *got)
{
	struct json_object *ends = vectors_field(p->row, "ip6");
	uint8_t address[2][16];

	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(
			inet_pton(AF_INET6,
				  json_object_get_string(
					  json_object_array_get_idx(ends, i)),
				  address[i]),
			1);
	cr_expect_eq(oracle_checksum6(address[0], address[1], CARP_PROTOCOL,
				      want, CARP_HEADER_SIZE),
		     0, "%s", p->id);
	memcpy(want + 6, got + 6, 2);
}

static void check_header(const struct packet *p)
{
	uint8_t want[CARP_HEADER_SIZE], got[CARP_HEADER_SIZE];
	struct advert ad = {
		.vhid = p->input.vhid,
		.advbase = (uint8_t)vectors_int(p->row, "advbase"),
		.advskew = (uint8_t)vectors_int(p->row, "wire_advskew"),
		.demote = (uint8_t)vectors_int(p->row, "wire_byte4"),
		.counter = p->counter,
	};
	struct carp_header header;
	struct carp_auth auth;

	cr_assert_eq(vectors_hex(p->row, "packet_hex", want, sizeof(want)),
		     sizeof(want), "%s", p->id);
	advert_header(&ad, recipe_of(p, &auth), &header);
	memcpy(got, &header, sizeof(got));
	cr_expect_eq(oracle_checksum(got, sizeof(got)), 0, "%s", p->id);
	if (vectors_has(p->row, "ip6"))
		set_checksum_netbsd6(p, want, got);
	cr_expect_arr_eq(got, want, sizeof(want), "%s: header", p->id);
}

/* We never speak as NetBSD, so it has no rule of ours to hold. */
static void check_wire_rank(const struct packet *p)
{
	struct election_settings settings = stage_settings(compat_of(p));
	struct election e;

	if (is(p, "netbsd"))
		return;
	settings.advbase = (uint8_t)vectors_int(p->row, "advbase");
	settings.advskew = (uint8_t)vectors_int(p->row, "advskew");
	election_init(&e, &settings);
	if (vectors_has(p->row, "demote"))
		e.demotion = vectors_int(p->row, "demote");
	if (vectors_has(p->row, "demotion"))
		e.demotion = vectors_int(p->row, "demotion");
	cr_expect_eq(election_wire_advskew(&e),
		     vectors_int(p->row, "wire_advskew"), "%s", p->id);
	cr_expect_eq(election_wire_demote(&e),
		     vectors_int(p->row, "wire_byte4"), "%s", p->id);
}

Test(vectors, packets)
{
	struct vectors v = vectors_load("packets.json", "vectors");

	for (size_t i = 0; i < v.count; i++) {
		struct packet p;

		read_packet(vectors_row(&v, i), &p);
		check_digest(&p);
		check_header(&p);
		check_wire_rank(&p);
	}
	vectors_free(&v);
}

/* The columns of OpenBSD 2015 are nobody's we speak as: no compat has them. */
static const struct {
	enum compat compat;
	const char *interval, *master_down;
} timer_columns[] = {
	{ COMPAT_OPENBSD, "openbsd_ad_us", "openbsd_master_down_us" },
	{ COMPAT_FREEBSD, "freebsd_ad_us", "freebsd_netbsd_master_down_us" },
	{ COMPAT_UCARP, "ucarp_ad_us", "ucarp_master_down_us_deadratio3" },
};

static int check_timer(struct json_object *row, size_t column)
{
	struct election_settings settings =
		stage_settings(timer_columns[column].compat);
	struct election e;

	settings.advbase = (uint8_t)vectors_int(row, "advbase");
	settings.advskew = (uint8_t)vectors_int(row, "advskew");
	if (!vectors_has(row, timer_columns[column].interval))
		return 0; /* that implementation refuses these settings */
	election_init(&e, &settings);
	cr_expect_eq(election_interval(&e).ns,
		     1000ULL * (unsigned int)vectors_int(
				       row, timer_columns[column].interval),
		     "%s, %d/%d", timer_columns[column].interval,
		     settings.advbase, settings.advskew);
	cr_expect_eq(election_master_down(&e).ns,
		     1000ULL * (unsigned int)vectors_int(
				       row, timer_columns[column].master_down),
		     "%s, %d/%d", timer_columns[column].master_down,
		     settings.advbase, settings.advskew);
	return 1;
}

Test(vectors, timers)
{
	struct vectors v = vectors_load("timers.json", "vectors");
	int checked[3] = { 0 };

	for (size_t i = 0; i < v.count; i++)
		for (size_t column = 0; column < 3; column++)
			checked[column] +=
				check_timer(vectors_row(&v, i), column);
	cr_expect_eq(checked[0], v.count, "OpenBSD has every row");
	cr_expect_gt(checked[1], 0);
	cr_expect_gt(checked[2], 0);
	vectors_free(&v);
}

static enum compat row_compat(struct json_object *row)
{
	return strcmp(vectors_text(row, "semantics"), "openbsd")
		       ? COMPAT_FREEBSD
		       : COMPAT_OPENBSD;
}

static struct election_settings row_settings(struct json_object *row,
					     enum compat compat)
{
	struct json_object *own = vectors_field(row, "own");
	struct election_settings s = stage_settings(compat);

	s.advbase = (uint8_t)vectors_int(own, "advbase");
	s.advskew = (uint8_t)vectors_int(own, "advskew");
	s.preempt = vectors_int(row, "preempt");
	return s;
}

static struct election_event row_advert(struct json_object *row, int family,
					uint8_t ignored_demote)
{
	struct json_object *ad = vectors_field(row, "received");
	struct election_event event = { .kind = EVENT_ADVERT };

	event.advert = (struct election_advert){
		.family = (enum election_family)family,
		.advbase = (uint8_t)vectors_int(ad, "advbase"),
		.advskew = (uint8_t)vectors_int(ad, "advskew"),
		.demote = ignored_demote,
	};
	if (vectors_has(ad, "demote"))
		event.advert.demote = (uint8_t)vectors_int(ad, "demote");
	return event;
}

static enum election_state row_state(struct json_object *row)
{
	const char *name = vectors_text(row, "state");

	if (!strcmp(name, "MASTER"))
		return ELECTION_MASTER;
	cr_assert_str_eq(name, "BACKUP");
	return ELECTION_BACKUP;
}

static struct {
	const char *expect;
	enum election_state to;
	enum election_reason reason;
	uint32_t actions;
} const outcomes[] = {
	{ "BACKUP", ELECTION_BACKUP, REASON_NONE, LOSS },
	{ "stay MASTER", ELECTION_MASTER, REASON_NONE, 0 },
	{ "stay BACKUP, reset timer of this family", ELECTION_BACKUP,
	  REASON_NONE, 0 },
	{ "MASTER (preempt slower)", ELECTION_MASTER, REASON_PREEMPT, GAIN },
	{ "MASTER (peer will time out)", ELECTION_MASTER, REASON_WILL_TIME_OUT,
	  GAIN },
	{ "MASTER (peer more demoted)", ELECTION_MASTER, REASON_PEER_DEMOTED,
	  GAIN },
};

static size_t outcome_of(const char *expect)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (!strcmp(outcomes[i].expect, expect))
			return i;
	cr_assert_fail("unknown outcome %s", expect);
	return 0;
}

/* The advertisement arrived a little before now: timers count from there. */
static void check_timers(const struct stage *s, size_t outcome,
			 const struct election_advert *ad,
			 const struct election *before)
{
	struct span down = election_patience(&s->e, ad);
	int family = (int)ad->family, other = ELECTION_V6 - family;
	struct instant at = ad->at;

	if (outcomes[outcome].to != ELECTION_BACKUP)
		return;
	if (before->state == ELECTION_MASTER) {
		at = s->now;
		cr_expect_eq(s->e.down[other].ns, instant_add(at, down).ns);
	} else {
		cr_expect_eq(s->e.down[other].ns, before->down[other].ns);
	}
	cr_expect_eq(s->e.down[family].ns, instant_add(at, down).ns);
}

/* Where we know better than OpenBSD, whose demoted master yields to a less
 * demoted one that leaves: nobody would be there. */
static const char *row_expect(struct json_object *row)
{
	struct json_object *ad = vectors_field(row, "received");

	if (row_state(row) == ELECTION_MASTER &&
	    vectors_int(ad, "advbase") == CARP_BOW_OUT &&
	    vectors_int(ad, "advskew") == CARP_BOW_OUT)
		return "stay MASTER";
	return vectors_text(row, "expect");
}

static void check_election_row(struct json_object *row, enum compat compat,
			       int family, uint8_t ignored_demote)
{
	const char *text = json_object_to_json_string(row);
	size_t outcome = outcome_of(row_expect(row));
	struct election_event event = row_advert(row, family, ignored_demote);
	struct json_object *own = vectors_field(row, "own");
	struct election_event demote = { .kind = EVENT_DEMOTION };
	struct election_settings settings = row_settings(row, compat);
	struct election before;
	struct stage s;

	stage_open(&s, &settings);
	demote.demotion = vectors_int(
		own, vectors_has(own, "demote") ? "demote" : "demotion");
	stage_step(&s, demote);
	stage_reach(&s, row_state(row));
	stage_wait(&s, span_us(1000));
	event.advert.at = s.now;
	stage_wait(&s, span_us(7));
	before = s.e;
	stage_step(&s, event);
	cr_expect_eq(s.out.to, outcomes[outcome].to, "%s: %s", text,
		     election_reason_text(s.out.reason));
	cr_expect_eq(s.e.state, s.out.to, "%s", text);
	cr_expect_eq(s.out.actions, outcomes[outcome].actions, "%s", text);
	if (outcomes[outcome].reason != REASON_NONE)
		cr_expect_eq(s.out.reason, outcomes[outcome].reason, "%s",
			     text);
	check_timers(&s, outcome, &event.advert, &before);
}

/* ucarp has no rows of its own: it goes by FreeBSD's, but for demotion, for an
 * advskew beyond 240, which FreeBSD cuts, and for equals. */
static bool is_ucarps(struct json_object *row)
{
	struct json_object *own = vectors_field(row, "own");
	struct json_object *ad = vectors_field(row, "received");
	int advskew = vectors_int(own, "advskew");

	return row_compat(row) == COMPAT_FREEBSD &&
	       !vectors_int(own, "demotion") &&
	       advskew <= CARP_ADVSKEW_DEMOTED &&
	       (advskew != vectors_int(ad, "advskew") ||
		vectors_int(own, "advbase") != vectors_int(ad, "advbase"));
}

Test(vectors, election)
{
	struct vectors v = vectors_load("election.json", "vectors");
	size_t ucarps = 0;

	for (size_t i = 0; i < v.count; i++) {
		struct json_object *row = vectors_row(&v, i);
		enum compat compat = row_compat(row);

		check_election_row(row, compat, ELECTION_V4, 0);
		/* FreeBSD leaves byte 4 alone, whatever it says. */
		check_election_row(row, compat, ELECTION_V6, 7);
		if (!is_ucarps(row))
			continue;
		check_election_row(row, COMPAT_UCARP, ELECTION_V4, 7);
		ucarps++;
	}
	cr_expect_gt(ucarps, 50);
	vectors_free(&v);
}
