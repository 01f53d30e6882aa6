/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Three nodes on a wire that loses, holds back and cuts, and what must hold
 * whatever happens.  Knows no rule of the election (election.pml).
 *
 * Within a tick everything may happen in any order; a tick ends when every
 * node at work has read all it was sent and done all that is due.  So a frame
 * takes less than a tick, unless it is lost or held back.
 *
 * The budgets say how many faults of a kind a run may have, at any moment it
 * likes.  All settings come from the environment, so that one verifier serves
 * all configurations.
 *
 * Safety (`spec_`): judged from the wire and from the faults alone.
 *  - a time-out comes after a whole master-down time of silence, and finds
 *    every other's lease over, were frames neither lost nor held back;
 *  - any other promotion needs an advertisement that goes behind us, or the
 *    operator;
 *  - two hold leases for at most OVERLAP ticks after the last fault, 0 or one
 *    interval, unless one runs no more and has its lease from before;
 *  - a master that heard another after its lease does not speak again;
 *  - who bows out holds no lease any more; a master yields to nobody slower;
 *  - a backup that hears a bow-out is master at once, and nobody yields to one;
 *    if another has spoken since, it first hears that one out, and is master
 *    if it goes before it;
 *  - who is no master holds no lease, who is one never lacks it.
 * Liveness, as a bound: some ticks after the last fault there is one master,
 * the best (with preempt), and no state changes any more.
 * Livelock: every cycle passes a tick (pan -l).
 *
 * With TRACE it is an acceptor instead: each node may do only what a list of
 * things seen on a host has next, in its time.
 */
c_decl {
\#include <stdio.h>
\#include <stdlib.h>
}

#define N 3

#define A_NONE 0
#define A_START 1
#define A_STOP 2
#define A_CRASH 3
#define A_FREEZE 4
#define A_THAW 5
#define A_DEMOTION 6
#define A_COMMAND 7
#define A_LINK 8
#define A_CUT 9
#define A_KILL 10

#define SEEN_END 0
#define SEEN_CHANGE 1
#define SEEN_ADVERT 2
#define SEEN_ACTION 3

bit running[N];
bit frozen[N];
bit link_down[N];
/* Frames under way, come in while nobody read, and held back: for each
 * receiver a bit for each sender and kind.  In any order, then. */
short wire[N];
short ring[N];
short held[N];
short cut; /* a bit for each sender * N and receiver */

byte what, arg; /* an action being done */
bit receiving;	/* an advertisement is */

byte losses, lates, cuts, crashes, stops, starts, freezes, demotions, commands,
	links, overflows, kills;

byte r;		/* of loops that begin and end in one step */
byte quiet;	/* ticks since the last fault, at most settle_bound */
byte net_quiet; /* since a frame was lost or held back, at most net_bound */
hidden byte settle_bound, net_bound, overlap_bound;
byte two_for[N];   /* ticks that a pair has had two leases */
byte silent[N];	   /* ticks without an advertisement, as backup */
byte up_for[N];	   /* since it came to take part, at most preempt_delay */
bit asked_back[N]; /* by the operator */
bit stale[N];	   /* a master that heard another after its lease */
bit was_backup;	   /* what the receiver was */
bit was_behind;	   /* was it the last word that it has heard? */
bit was_freed;
byte freed[N];	   /* a place was free, so long ago at most */
hidden byte reach; /* a change of state that shall be found */
bit over[N];	   /* its lease has run out in this very tick */

hidden byte tracing;
#define LISTS 4	 /* each node's, and the network's */
#define LENGTH 120
hidden byte seen[480], seen_a[480], seen_b[480], seen_lo[480], seen_hi[480];
byte upto[LISTS];
byte ticks;
bit refused;

#include "election.pml"

#include "spec.pml"

/* --- the wire ------------------------------------------------------------ */

#define frame(s, b, d) (1 << ((s) * 4 + (b) * 2 + (d)))

inline fault_happens()
{
	quiet = 0;
	two_for[0] = 0;
	two_for[1] = 0;
	two_for[2] = 0
}

inline disturbed()
{
	fault_happens();
	net_quiet = 0
}

inline send(i, farewell)
{
	visible(i, SEEN_ADVERT, election_wire_demote(i), farewell);
	claim(choose(farewell, lease[i] == 0, !stale[i]));
	printf("%d: sends, farewell %d\n", i, farewell);
	for (r : 0 .. N - 1) {
		if
		:: r == i || !running[r] || !part(r)
		:: else ->
			if
			:: cut & (1 << (i * N + r)) -> disturbed()
			:: else -> wire[r] = wire[r] |
				frame(i, farewell, e[i].demotion)
			fi
		fi
	}
}

inline forget(i)
{
	wire[i] = 0;
	ring[i] = 0;
	held[i] = 0
}

/* One frame that a mask has, into sender, bow, dem. */
#define has(mask, n) (((mask) >> (n)) & 1)
#define one_frame(i, mask) \
	:: has(mask, 0) -> node = i; sender = 0; bow = 0; dem = 0 \
	:: has(mask, 1) -> node = i; sender = 0; bow = 0; dem = 1 \
	:: has(mask, 2) -> node = i; sender = 0; bow = 1; dem = 0 \
	:: has(mask, 3) -> node = i; sender = 0; bow = 1; dem = 1 \
	:: has(mask, 4) -> node = i; sender = 1; bow = 0; dem = 0 \
	:: has(mask, 5) -> node = i; sender = 1; bow = 0; dem = 1 \
	:: has(mask, 6) -> node = i; sender = 1; bow = 1; dem = 0 \
	:: has(mask, 7) -> node = i; sender = 1; bow = 1; dem = 1 \
	:: has(mask, 8) -> node = i; sender = 2; bow = 0; dem = 0 \
	:: has(mask, 9) -> node = i; sender = 2; bow = 0; dem = 1 \
	:: has(mask, 10) -> node = i; sender = 2; bow = 1; dem = 0 \
	:: has(mask, 11) -> node = i; sender = 2; bow = 1; dem = 1

#define awake(i) (running[i] && !frozen[i] && !refused)
/* What is in the ring comes before what is on the wire. */
#define incoming(i) \
	choose(awake(i), choose(ring[i], ring[i], wire[i]), 0)

/* Behind the frame at hand. */
#define more_on_wire(i) (choose(ring[i], wire[i], \
	wire[i] & ~frame(sender, bow, dem)))

inline overheard(i)
{
	if
	:: is_master(i) && e[i].lease_until == 0 -> stale[i] = 1
	:: else
	fi
}

/* Whoever was heard leaves: it may speak again. */
inline gone_again(i)
{
	if
	:: bow && !election_overtaken(i) -> stale[i] = 0
	:: else
	fi
}

/* A bow-out is heeded, unless somebody else has spoken since. */
inline heard_out()
{
	claim(!was_backup || !was_behind || !is_master(node));
	claim(!was_backup || was_behind || is_master(node) ||
	      !(bow || (was_freed && spec_outranks(node))));
	if
	:: was_backup && was_behind && !late && spec_leaves(node) ->
		freed[node] = advbase + spec_advskew(node, e[node].demotion)
	:: was_backup && was_behind && !spec_leaves(node) &&
	   spec_outranks(node)
	:: else -> freed[node] = 0
	fi;
	was_backup = 0;
	was_behind = 0;
	was_freed = 0
}

inline receive()
{
	receiving = 1;
	was_backup = (e[node].state == ELECTION_BACKUP);
	was_freed = (freed[node] > 0);
	overheard(node);
	printf("%d: hears %d\n", node, sender);
	if
	:: ring[node] ->
		ring[node] = ring[node] & ~frame(sender, bow, dem);
		gone_again(node);
		was_behind = election_overtaken(node);
		on_advert(node, e[node].heard);
		if
		:: ring[node] == 0 && !e[node].heard_behind ->
			e[node].heard = 0
		:: ring[node] == 0 && e[node].heard_behind ->
			e[node].heard_behind = 0
		:: else
		fi
	:: else ->
		wire[node] = wire[node] & ~frame(sender, bow, dem);
		silent[node] = 0;
		gone_again(node);
		was_behind = election_overtaken(node);
		on_advert(node, election_master_down(node))
	fi;
	heard_out();
	receiving = 0;
	stamped = 0; late = 0;
	node = 0; sender = 0; bow = 0; dem = 0
}

inline lose()
{
	losses--;
	disturbed();
	wire[node] = wire[node] & ~frame(sender, bow, dem);
	node = 0; sender = 0; bow = 0; dem = 0
}

inline hold_back()
{
	lates--;
	disturbed();
	wire[node] = wire[node] & ~frame(sender, bow, dem);
	held[node] = held[node] | frame(sender, bow, dem);
	node = 0; sender = 0; bow = 0; dem = 0
}

inline arrive_late()
{
	disturbed();
	held[node] = held[node] & ~frame(sender, bow, dem);
	wire[node] = wire[node] | frame(sender, bow, dem);
	node = 0; sender = 0; bow = 0; dem = 0
}

#include "faults.pml"

/* --- time ---------------------------------------------------------------- */

#define done(i) (deaf(i) || (ring[i] == 0 && wire[i] == 0 && !tick_due(i)))
#define all_done (done(0) && done(1) && done(2))
#define faulty (cut || held[0] || held[1] || held[2] || \
	frozen[0] || frozen[1] || frozen[2] || \
	link_down[0] || link_down[1] || link_down[2])

inline pass(left)
{
	if
	:: left > 0 -> left--
	:: else
	fi
}

inline grow(age, most)
{
	if
	:: age < most -> age++
	:: else
	fi
}

inline stamp_late(i)
{
	overheard(i);
	if
	:: is_master(i) -> e[i].heard_late = (e[i].lease_until == 0)
	:: else
	fi
}

/* A controller that does not run: its ring fills, the kernel stamps. */
inline pile_up(i)
{
	if
	:: frozen[i] && wire[i] ->
		ring[i] = ring[i] | wire[i];
		wire[i] = 0;
		silent[i] = 0;
		e[i].heard = election_master_down(i);
		e[i].heard_behind = 0;
		stamp_late(i)
	:: else
	fi
}

/* The same with the ring full: the stamp is all that is left. */
#define overflow_at(i) (frozen[i] && wire[i] && \
	(!is_master(i) || e[i].lease_until == 0))

inline overflow(i)
{
	overflows--;
	fault_happens();
	wire[i] = 0;
	silent[i] = 0;
	e[i].heard = election_master_down(i);
	e[i].heard_behind = (ring[i] != 0);
	stamp_late(i)
}

inline age_node(i)
{
	over[i] = (lease[i] == 1);
	pass(lease[i]);
	pass(e[i].lease_until);
	pass(e[i].preempt_wait);
	pass(e[i].down);
	pass(e[i].waits_from);
	pass(e[i].heard);
	pass(e[i].advert_due);
	pass(e[i].rival_due);
	pass(e[i].vacant);
	pass(freed[i]);
	if
	:: e[i].vacant == 0 -> e[i].vacancy = 0
	:: else
	fi;
	if
	:: e[i].state == ELECTION_BACKUP || (part(i) && frozen[i]) ->
		grow(silent[i], spec_down(i))
	:: else -> silent[i] = 0
	fi;
	if
	:: part(i) -> grow(up_for[i], preempt_delay)
	:: else
	fi
}

inline tick_ends()
{
	count_voices(0, 1, 0);
	count_voices(0, 2, 1);
	count_voices(1, 2, 2);
	claim(spec_honest(0) && spec_honest(1) && spec_honest(2));
	if
	:: quiet == settle_bound -> settled()
	:: else
	fi;
	printf("--- leases %d %d %d\n", lease[0], lease[1], lease[2]);
	for (r : 0 .. N - 1) {
		pile_up(r);
		age_node(r)
	}
	if
	:: faulty -> quiet = 0
	:: else -> grow(quiet, settle_bound)
	fi;
	grow(net_quiet, net_bound);
	if
	:: tracing -> ticks++
	:: else
	fi;
	r = N
}

#include "set_up.pml"

active proctype world()
{
	d_step {
		set_up()
	};
end_run:
	do
	:: atomic {
		if
		one_frame(0, incoming(0))
		one_frame(1, incoming(1))
		one_frame(2, incoming(2))
		fi;
		if
		:: stamped = 0
		:: e[node].state == ELECTION_BACKUP && more_on_wire(node) ->
			stamped = 1
		fi;
		if
		:: late = 0
		:: e[node].state == ELECTION_BACKUP && ring[node] -> late = 1
		fi;
		d_step { receive() } }
	:: atomic {
		if
		:: awake(0) && !ring[0] && tick_due(0) -> node = 0
		:: awake(1) && !ring[1] && tick_due(1) -> node = 1
		:: awake(2) && !ring[2] && tick_due(2) -> node = 2
		fi;
		d_step { on_tick(node); node = 0 } }
	:: atomic {
		if
		one_frame(0, choose(losses, wire[0], 0))
		one_frame(1, choose(losses, wire[1], 0))
		one_frame(2, choose(losses, wire[2], 0))
		fi;
		d_step { lose() } }
	:: atomic {
		if
		one_frame(0, choose(lates, wire[0], 0))
		one_frame(1, choose(lates, wire[1], 0))
		one_frame(2, choose(lates, wire[2], 0))
		fi;
		d_step { hold_back() } }
	:: atomic {
		if
		one_frame(0, held[0])
		one_frame(1, held[1])
		one_frame(2, held[2])
		fi;
		d_step { arrive_late() } }
	:: atomic {
		if
		one_action(0)
		one_action(1)
		one_action(2)
		one_cut(from_to(0, 1))
		one_cut(from_to(0, 2))
		one_cut(from_to(1, 0))
		one_cut(from_to(1, 2))
		one_cut(from_to(2, 0))
		one_cut(from_to(2, 1))
		one_cut(from_to(0, 1) | from_to(0, 2))
		one_cut(from_to(1, 0) | from_to(1, 2))
		one_cut(from_to(2, 0) | from_to(2, 1))
		one_cut(from_to(1, 0) | from_to(2, 0))
		one_cut(from_to(0, 1) | from_to(2, 1))
		one_cut(from_to(0, 2) | from_to(1, 2))
		:: cut && !tracing -> what = A_CUT; arg = 0
		one_traced(3)
		fi;
		d_step { do_action() } }
	:: atomic {
		if
		:: overflows && overflow_at(0) ->
			node = 0
		:: overflows && overflow_at(1) ->
			node = 1
		:: overflows && overflow_at(2) ->
			node = 2
		fi;
		d_step { overflow(node); node = 0 } }
	:: all_done && !refused && (!tracing || all_in_time) ->
progress_tick:
		d_step { tick_ends() }
	:: tracing && !refused && all_at_end -> assert(0) /* accepted */
	od
}
