/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Guards: the table of election.h, every state x event x condition, for each
 * compat, and which actions a step asks for.
 */
#include "stage.h"

#include <criterion/criterion.h>
#include <string.h>

enum setup {
	FRESH,	 /* never started */
	NO_LINK, /* started, link down */
	NO_VIPS, /* started, link up, observing */
	BACKUP,
	MASTER,
};

enum {
	OPENBSD = 1 << COMPAT_OPENBSD,
	FREEBSD = 1 << COMPAT_FREEBSD,
	UCARP = 1 << COMPAT_UCARP,
	ALL = OPENBSD | FREEBSD | UCARP,

	SAME = -1, /* no change of state */

	LATE_MS = 2989, /* our lease is 2988.282 ms with advbase 1 */
	DEAD_MS = 5000, /* later than any timer here */
};

struct row {
	int line;
	unsigned int compats;
	enum setup setup;
	struct election_event event;
	int to; /* or SAME */
	enum election_reason reason;
	uint32_t actions;
	unsigned int wait_ms; /* from the setup to the event */
	int demotion;	      /* ours */
	bool preempt, yielded;
};

#define LIST(...) \
	{ \
		__VA_ARGS__ \
	}
#define START(up)     LIST(.kind = EVENT_START, .link_up = (up))
#define STOP	      LIST(.kind = EVENT_STOP)
#define TICK	      LIST(.kind = EVENT_TICK)
#define LINK(up)      LIST(.kind = EVENT_LINK, .link_up = (up))
#define DEMOTION(sum) LIST(.kind = EVENT_DEMOTION, .demotion = (sum))
#define COMMAND(up)   LIST(.kind = EVENT_COMMAND, .want_master = (up))
#define SETTINGS      LIST(.kind = EVENT_SETTINGS)
#define ADVERT(base, skew, ...) \
	LIST(.kind = EVENT_ADVERT, \
	     .advert = \
		     LIST(.advbase = (base), .advskew = (skew), __VA_ARGS__))

#define STAYS	   .to = SAME
#define DOES(what) .to = SAME, .actions = (what)
#define GOES(state, why, what) \
	.to = ELECTION_##state, .reason = REASON_##why, .actions = (what)
#define ROW(who, where, what, ...) \
	LIST(.line = __LINE__, .compats = (who), .setup = (where), \
	     .event = what, __VA_ARGS__)

/* We are 1/100, so of the peers 1/50 is faster, 1/100 equal, 1/200 slower and
 * 4/0 so slow that it would time out. */
static const struct row rows[] = {
	/* INIT */
	ROW(ALL, FRESH, START(true), GOES(BACKUP, STARTED, 0)),
	ROW(ALL, FRESH, START(false), STAYS),
	ROW(ALL, FRESH, LINK(true), STAYS),
	ROW(ALL, FRESH, SETTINGS, STAYS),
	ROW(ALL, FRESH, COMMAND(true), STAYS),
	ROW(ALL, NO_LINK, LINK(true), GOES(BACKUP, LINK_UP, 0)),
	ROW(ALL, NO_LINK, LINK(false), STAYS),
	ROW(ALL, NO_LINK, STOP, STAYS),
	ROW(ALL, NO_LINK, TICK, STAYS, .wait_ms = DEAD_MS),
	ROW(ALL, NO_LINK, DEMOTION(-5), STAYS),
	ROW(ALL, NO_LINK, SETTINGS, STAYS),
	ROW(ALL, NO_LINK, COMMAND(true), STAYS),
	ROW(ALL, NO_LINK, COMMAND(false), STAYS),
	ROW(ALL, NO_LINK, ADVERT(255, 255), STAYS, .preempt = true),
	ROW(ALL, NO_LINK, ADVERT(1, 200, .demote = 9), STAYS, .preempt = true),
	ROW(ALL, NO_VIPS, LINK(true), STAYS),
	ROW(ALL, NO_VIPS, SETTINGS, STAYS),
	ROW(ALL, NO_VIPS, TICK, STAYS, .wait_ms = DEAD_MS),
	ROW(ALL, NO_VIPS, COMMAND(true), STAYS),
	ROW(ALL, NO_VIPS, ADVERT(4, 0), STAYS, .preempt = true),

	/* BACKUP */
	ROW(ALL, BACKUP, TICK, STAYS, .wait_ms = 1000),
	ROW(ALL, BACKUP, TICK, GOES(MASTER, TIMED_OUT, GAIN),
	    .wait_ms = DEAD_MS),
	ROW(ALL, BACKUP, START(true), STAYS),
	ROW(ALL, BACKUP, STOP, GOES(INIT, STOPPED, 0)),
	ROW(ALL, BACKUP, LINK(false), GOES(INIT, LINK_DOWN, 0)),
	ROW(ALL, BACKUP, LINK(true), STAYS),
	ROW(ALL, BACKUP, DEMOTION(1), STAYS),
	ROW(ALL, BACKUP, SETTINGS, STAYS),
	ROW(ALL, BACKUP, COMMAND(true), GOES(MASTER, OPERATOR, GAIN)),
	ROW(ALL, BACKUP, COMMAND(false), STAYS),
	ROW(ALL, BACKUP, ADVERT(1, 50), STAYS, .preempt = true),
	ROW(ALL, BACKUP, ADVERT(0, 254), STAYS, .preempt = true),
	ROW(ALL, BACKUP, ADVERT(1, 100), STAYS, .preempt = true),
	ROW(ALL, BACKUP, ADVERT(1, 200), STAYS),
	ROW(ALL, BACKUP, ADVERT(1, 101), GOES(MASTER, PREEMPT, GAIN),
	    .preempt = true),
	ROW(ALL, BACKUP, ADVERT(2, 0), GOES(MASTER, PREEMPT, GAIN),
	    .preempt = true),
	ROW(ALL, BACKUP, ADVERT(1, 200), STAYS, .preempt = true,
	    .yielded = true),
	ROW(OPENBSD, BACKUP, ADVERT(1, 200), STAYS, .preempt = true,
	    .demotion = 1),
	ROW(FREEBSD, BACKUP, ADVERT(1, 200), STAYS, .preempt = true,
	    .demotion = 100),
	ROW(FREEBSD, BACKUP, ADVERT(1, 50), GOES(MASTER, PREEMPT, GAIN),
	    .preempt = true, .demotion = -51),
	ROW(UCARP, BACKUP, ADVERT(1, 239), STAYS, .preempt = true,
	    .demotion = 1),
	ROW(OPENBSD, BACKUP, ADVERT(1, 200, .demote = 1),
	    GOES(MASTER, PREEMPT, GAIN), .preempt = true),
	ROW(OPENBSD, BACKUP, ADVERT(1, 50, .demote = 1),
	    GOES(MASTER, PEER_DEMOTED, GAIN)),
	ROW(OPENBSD, BACKUP, ADVERT(1, 50, .demote = 1), STAYS, .demotion = 1),
	ROW(OPENBSD, BACKUP, ADVERT(1, 50, .demote = 1), STAYS, .demotion = 2),
	ROW(OPENBSD, BACKUP, ADVERT(1, 50, .demote = 255), STAYS,
	    .demotion = 300),
	ROW(OPENBSD, BACKUP, ADVERT(1, 50, .demote = 0), STAYS, .demotion = -3),
	ROW(FREEBSD | UCARP, BACKUP, ADVERT(1, 50, .demote = 1), STAYS),
	ROW(ALL, BACKUP, ADVERT(4, 0), GOES(MASTER, WILL_TIME_OUT, GAIN)),
	ROW(ALL, BACKUP, ADVERT(3, 101), GOES(MASTER, WILL_TIME_OUT, GAIN)),
	ROW(ALL, BACKUP, ADVERT(3, 100), STAYS),
	ROW(ALL, BACKUP, ADVERT(4, 0), GOES(MASTER, WILL_TIME_OUT, GAIN),
	    .yielded = true, .preempt = true),
	ROW(ALL, BACKUP, ADVERT(255, 255), GOES(MASTER, WILL_TIME_OUT, GAIN)),

	/* MASTER */
	ROW(ALL, MASTER, TICK, STAYS, .wait_ms = 100),
	ROW(ALL, MASTER, TICK, DOES(ACTION_ADVERTISE), .wait_ms = 1391),
	ROW(ALL, MASTER, START(true), STAYS),
	ROW(ALL, MASTER, STOP, GOES(INIT, STOPPED, LOSS | ACTION_RESIGN)),
	ROW(ALL, MASTER, LINK(false), GOES(INIT, LINK_DOWN, LOSS)),
	ROW(ALL, MASTER, LINK(true), STAYS),
	ROW(ALL, MASTER, DEMOTION(1), DOES(ACTION_ADVERTISE)),
	ROW(ALL, MASTER, DEMOTION(0), STAYS),
	ROW(ALL, MASTER, SETTINGS, DOES(GAIN)),
	ROW(ALL, MASTER, COMMAND(true), STAYS),
	ROW(ALL, MASTER, COMMAND(false),
	    GOES(BACKUP, OPERATOR, LOSS | ACTION_RESIGN)),
	ROW(ALL, MASTER, ADVERT(1, 50), GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(ALL, MASTER, ADVERT(0, 254), GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(ALL, MASTER, ADVERT(1, 101), STAYS),
	ROW(ALL, MASTER, ADVERT(2, 0), STAYS),
	ROW(ALL, MASTER, ADVERT(255, 255), STAYS),
	ROW(ALL, MASTER, ADVERT(1, 100), GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(ALL, MASTER, ADVERT(1, 100, .tie_lost = true),
	    GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(ALL, MASTER, ADVERT(1, 100, .tie_counts = true), STAYS),
	ROW(ALL, MASTER, ADVERT(1, 100, .tie_counts = true, .tie_lost = true),
	    GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(OPENBSD, MASTER, ADVERT(1, 50, .demote = 1), STAYS),
	ROW(OPENBSD, MASTER, ADVERT(1, 50, .demote = 1),
	    GOES(BACKUP, FASTER_PEER, LOSS), .demotion = 1),
	ROW(OPENBSD, MASTER, ADVERT(255, 254),
	    GOES(BACKUP, LESS_DEMOTED_PEER, LOSS), .demotion = 1),
	/* Nobody is there to yield to. */
	ROW(OPENBSD, MASTER, ADVERT(255, 255), STAYS, .demotion = 1),
	ROW(FREEBSD | UCARP, MASTER, ADVERT(1, 50, .demote = 1),
	    GOES(BACKUP, FASTER_PEER, LOSS)),
	ROW(FREEBSD, MASTER, ADVERT(1, 200), GOES(BACKUP, FASTER_PEER, LOSS),
	    .demotion = 240),
	ROW(UCARP, MASTER, ADVERT(1, 239), GOES(BACKUP, FASTER_PEER, LOSS),
	    .demotion = 1),
	ROW(ALL, MASTER, ADVERT(1, 200, .demote = 9),
	    GOES(BACKUP, LEASE_LAPSED, LOSS), .wait_ms = LATE_MS),
	ROW(ALL, MASTER, ADVERT(255, 255),
	    DOES(ACTION_ADVERTISE | ACTION_ANNOUNCE), .wait_ms = LATE_MS),
	/* Only a tick may renew a lease that has run out, or the leaving of
	 * who took our place. */
	ROW(OPENBSD | FREEBSD, MASTER, DEMOTION(-1), STAYS, .wait_ms = LATE_MS),
	ROW(ALL, MASTER, SETTINGS, DOES(ACTION_ADD_VIP), .wait_ms = LATE_MS),
};

static void set_up(struct stage *s, const struct row *row, enum compat compat)
{
	struct election_settings settings = stage_settings(compat);
	struct election_event demote = { .kind = EVENT_DEMOTION,
					 .demotion = row->demotion };
	struct election_event start = { .kind = EVENT_START };

	settings.preempt = row->preempt;
	if (row->setup == NO_VIPS)
		memset(settings.family, 0, sizeof(settings.family));
	stage_open(s, &settings);
	stage_step(s, demote);
	start.link_up = row->setup == NO_VIPS;
	if (row->setup == NO_LINK || row->setup == NO_VIPS)
		stage_step(s, start);
	else if (row->setup == BACKUP)
		stage_reach(s, ELECTION_BACKUP);
	else if (row->setup == MASTER)
		stage_reach(s, ELECTION_MASTER);
	if (row->yielded) {
		stage_reach(s, ELECTION_MASTER);
		stage_step(s, (struct election_event){ .kind = EVENT_COMMAND });
	}
	stage_wait(s, span_ms(row->wait_ms));
}

static void check_row(const struct row *row, enum compat compat)
{
	struct election_event event = row->event;
	struct stage s;
	int from, to;

	set_up(&s, row, compat);
	from = (int)s.e.state;
	to = row->to == SAME ? from : row->to;
	event.advert.at = s.now;
	stage_step(&s, event);
	cr_expect_eq(s.out.from, from, "line %d", row->line);
	cr_expect_eq(s.out.to, to, "line %d, compat %d: %s", row->line, compat,
		     election_state_name(s.out.to));
	cr_expect_eq(s.e.state, s.out.to, "line %d", row->line);
	cr_expect_eq(s.out.reason, row->reason, "line %d, compat %d: %s",
		     row->line, compat, election_reason_text(s.out.reason));
	cr_expect_eq(s.out.actions, row->actions, "line %d, compat %d: %#x",
		     row->line, compat, s.out.actions);
}

Test(election, table)
{
	bool seen[5][EVENT_SETTINGS + 1] = { 0 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int c = COMPAT_OPENBSD; c <= COMPAT_UCARP; c++)
			if (rows[i].compats & 1u << c)
				check_row(&rows[i], (enum compat)c);
		seen[rows[i].setup][rows[i].event.kind] = true;
	}
	for (int kind = 0; kind <= EVENT_SETTINGS; kind++) {
		cr_expect(seen[FRESH][kind] || seen[NO_LINK][kind], "%d", kind);
		cr_expect(seen[BACKUP][kind] && seen[MASTER][kind], "%d", kind);
	}
}
