/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The election of one vhid as a pure step: an event with its time goes in;
 * actions, one deadline and a reason come out.  No clock, no timer to cancel:
 * a tick before the deadline changes nothing.
 *
 * Rules: OpenBSD's carp_proto_input_c, carp_setrun and carp_master_down
 * (ip_carp.c 1.370); where compat differs, FreeBSD's carp_input_c and ucarp's
 * carp.c.  As a table, first match wins:
 *
 *  state   event    condition                                next
 *  INIT    any      started, link up, has VIPs, no observer  BACKUP
 *  BACKUP  TICK     a family's master-down time has passed   MASTER
 *  BACKUP  ADVERT   another has arrived since: as below      BACKUP
 *  BACKUP  ADVERT   preempt, we are faster, not more demoted MASTER
 *  BACKUP  ADVERT   sender is more demoted (byte 4)          MASTER
 *  BACKUP  ADVERT   sender is slower than we are patient     MASTER
 *  BACKUP  ADVERT   we are faster, not more demoted, and a
 *                   place fell free just now               MASTER
 *  BACKUP  ADVERT   otherwise: re-arm the family's timer     BACKUP
 *  MASTER  ADVERT   sender bows out: nobody to yield to      MASTER
 *  MASTER  ADVERT   our lease had run out: we were silent    BACKUP
 *  MASTER  ADVERT   sender is less demoted (byte 4)          BACKUP
 *  MASTER  ADVERT   sender is our equal and ours, our address
 *                   goes first: as below                     MASTER
 *  MASTER  ADVERT   sender as fast or faster, not more dem.  BACKUP
 *  MASTER  ADVERT   otherwise: advertise at once, paced      MASTER
 *  MASTER  TICK     advertisement due: send, renew lease     MASTER
 *  MASTER  TICK     10 ms after promotion: announce again    MASTER
 *  any     LINK     down                                     INIT
 *  any     STOP     a master bows out                        INIT
 *
 * Ties: of equals that know each other by their sealed counters, and among
 * ucarps, the master with the lower source address stays.  A master that hears
 * another equal yields, as the kernels do: of two that yield to each other the
 * one with the higher address waits 1/16 interval longer, so the next round has
 * one winner.
 */
#pragma once

#include "instant.h"
#include "settings.h"

enum election_state {
	ELECTION_INIT,
	ELECTION_BACKUP,
	ELECTION_MASTER
};

enum election_family {
	ELECTION_V4,
	ELECTION_V6,
	ELECTION_FAMILIES
};

/* Executed in bit order, which is the order of safety. */
enum election_action {
	ACTION_LEASE_DROP = 1 << 0,
	ACTION_RESIGN = 1 << 1, /* the bow-out, 255/255 */
	ACTION_REMOVE_VIP = 1 << 2,
	ACTION_ADD_VIP = 1 << 3,
	ACTION_LEASE_SET = 1 << 4, /* to lease_until */
	ACTION_ADVERTISE = 1 << 5, /* then call election_sent() */
	ACTION_ANNOUNCE = 1 << 6,  /* gratuitous ARP, unsolicited NA */
};

enum election_reason {
	REASON_NONE,
	REASON_STARTED,
	REASON_STOPPED,
	REASON_NO_VIPS,
	REASON_OBSERVES,
	REASON_LINK_DOWN,
	REASON_LINK_UP,
	REASON_TIMED_OUT,
	REASON_PREEMPT,
	REASON_WILL_TIME_OUT,
	REASON_PEER_DEMOTED,
	REASON_FASTER_PEER,
	REASON_LESS_DEMOTED_PEER,
	REASON_LEASE_LAPSED,
	REASON_OPERATOR,
	REASON_COUNT,
};

enum election_kind {
	EVENT_START,
	EVENT_STOP,
	EVENT_TICK,
	EVENT_ADVERT,
	EVENT_LINK,
	EVENT_DEMOTION,
	EVENT_COMMAND,
	EVENT_SETTINGS, /* election_settings has been replaced */
};

struct election_advert {
	enum election_family family;
	uint8_t advbase;
	uint8_t advskew;
	uint8_t demote;
	bool tie_lost;	   /* the sender's address goes before ours */
	bool tie_counts;   /* for the sender as well: who has won it stays */
	struct instant at; /* when the data plane took it */
};

struct election_event {
	enum election_kind kind;
	struct instant now;
	struct election_advert advert;
	/* EVENT_TICK, EVENT_ADVERT: the kernel's own stamps of the last valid
	 * advertisement. */
	struct instant heard[ELECTION_FAMILIES];
	bool link_up;	  /* EVENT_LINK */
	int demotion;	  /* EVENT_DEMOTION: sum of the ledger, signed */
	bool want_master; /* EVENT_COMMAND */
};

struct election_output {
	uint32_t actions;
	enum election_state from, to;
	enum election_reason reason; /* of a change of state */
};

struct election_settings {
	uint8_t advbase;
	uint8_t advskew;
	uint8_t dead_ratio;
	bool preempt;
	struct span preempt_delay;
	bool observe;
	enum compat compat;
	enum demotion_form demotion_form; /* not DEMOTION_AUTO */
	bool family[ELECTION_FAMILIES];	  /* has VIPs of it */
};

struct election {
	struct election_settings settings;
	enum election_state state;
	bool started;
	bool link_up;
	bool yielded; /* by operator: no preemption until promoted again */
	int demotion;
	struct instant ready_since; /* left INIT: started, or link came up */
	struct instant waits_from;  /* as BACKUP: not for less than from here */
	struct instant down[ELECTION_FAMILIES];
	struct instant advert_due;
	struct instant lease_until;
	struct instant sent_at;	  /* last advertisement that left whole */
	unsigned int announce_in; /* adverts until the repeated announcement */
	/* A new master announces again soon: the old one's last frame may have
	 * crossed its first, and switches believe the last. */
	struct instant settle_due;
	struct instant rival_due; /* no answer to a lower master before */
	/* As BACKUP: why a place fell free that another may have taken since,
	 * and until when the better one has it. */
	enum election_reason vacancy;
	struct instant vacant_until;
};

void election_init(struct election *election,
		   const struct election_settings *settings);
void election_step(struct election *election,
		   const struct election_event *event,
		   struct election_output *out);
/*
 * What ADVERTISE came to: sent at that time (taken before sending), whole or
 * not.  True if the lease was renewed to lease_until.
 */
bool election_sent(struct election *election, struct instant at, bool ok);
/* When to tick; INSTANT_NEVER if not at all. */
struct instant election_deadline(const struct election *election);

/* What is left of the preempt delay at that time. */
struct span election_preempt_wait(const struct election *election,
				  struct instant now);

/* What goes on the wire now. */
uint8_t election_wire_advskew(const struct election *election);
uint8_t election_wire_demote(const struct election *election);
/* Between advertisements; until a silent master is given up; how long one
 * advertisement lets the data plane speak. */
struct span election_interval(const struct election *election);
struct span election_master_down(const struct election *election);
struct span election_lease(const struct election *election);
/* When a master that advertises in time does so next: an interval later, or up
 * to 1/256 s earlier until it is in step with the host's other masters. */
struct instant election_next_advert(const struct election *election,
				    struct instant now);

/* Inside, election_rank.c for election.c: what an advertisement means. */

/* Negative: we advertise faster than the sender; 0: equally fast. */
int election_compare(const struct election *election,
		     const struct election_advert *advert);
/* Is the sender slower and not less demoted than we are? */
bool election_goes_behind(const struct election *election,
			  const struct election_advert *advert);
/* Nobody waits for it: it leaves, or is demoted. */
bool election_wants_relief(const struct election *election,
			   const struct election_advert *advert);
bool election_lease_lapsed(const struct election *election, struct instant now);
/* Has a later one arrived than this, whose event is still to come? */
bool election_overtaken(const struct election *election,
			const struct election_event *event);
/* How long to wait for the sender's next. */
struct span election_patience(const struct election *election,
			      const struct election_advert *advert);
/* Why a master yields to the sender, a backup takes over from it;
 * REASON_NONE: it does not. */
enum election_reason election_why_yield(const struct election *election,
					const struct election_event *event);
enum election_reason election_why_take_over(const struct election *election,
					    const struct election_event *event);

const char *election_state_name(enum election_state state);
const char *election_reason_text(enum election_reason reason);
