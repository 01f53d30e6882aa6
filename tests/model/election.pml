/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The election of one vhid on a node, rule by rule as user/core has it, under
 * the same names.  Decides; never loses a message, stops a node or judges.
 *
 * Time is counted in ticks, and an instant is what is left of it: `down` 3
 * means in three ticks, 0 means now.  One address family.  All nodes have one
 * advbase and one dead ratio, as a sane group has.  Left out: what puts
 * nothing but announcements on the wire (settle, announce_in), EVENT_SETTINGS.
 *
 *  here                       there
 *  election_wire_advskew ..   election_time.c, the same names
 *  election_lease
 *  election_compare,          election_rank.c, the same names
 *  sender_demotion, will_time_out, wants_relief, may_preempt,
 *  election_why_yield, election_why_take_over
 *  enter_backup .. on_command election.c, the same names
 *  advertise                  group.c act() and group_send.c: what
 *                             ACTION_LEASE_SET, ACTION_ADVERTISE come to,
 *                             with election_sent()
 *  on_ring                    election.c on_advert() with advert.at in the past
 *  preempt_wait               election_preempt_wait(), from ready_since
 */
#define ELECTION_INIT 0
#define ELECTION_BACKUP 1
#define ELECTION_MASTER 2

#define REASON_NONE 0
#define REASON_STARTED 1
#define REASON_STOPPED 2
#define REASON_LINK_DOWN 5
#define REASON_LINK_UP 6
#define REASON_TIMED_OUT 7
#define REASON_PREEMPT 8
#define REASON_WILL_TIME_OUT 9
#define REASON_PEER_DEMOTED 10
#define REASON_FASTER_PEER 11
#define REASON_LESS_DEMOTED_PEER 12
#define REASON_LEASE_LAPSED 13
#define REASON_OPERATOR 14

#define COMPAT_OPENBSD 0
#define COMPAT_FREEBSD 1
#define COMPAT_UCARP 2

/* Settings, the same for a whole run and so no part of a state; world.pml
 * reads them.  In ticks: advbase, skew, demoted (240 of advskew), delay. */
hidden byte advbase;
hidden byte skew[N];
hidden byte demoted;
hidden byte dead_ratio;
hidden byte preempt;
hidden byte preempt_delay;
hidden byte compat;
hidden byte form_byte; /* demotion_form: byte 4, or else advskew */

typedef election {
	byte state;
	bit yielded;
	bit demotion;	   /* none, or some */
	byte preempt_wait; /* left of the preempt delay */
	byte waits_from; /* as BACKUP: the time to wait from there */
	byte down;
	byte advert_due;
	byte lease_until;
	byte rival_due;
	byte heard;	/* kernel's stamp + master down, if not read yet */
	bit heard_late; /* a stamp later than lease_until */
	bit heard_behind; /* a stamp later than all in the ring */
	byte vacancy; /* as BACKUP: why a place fell free */
	byte vacant;  /* and for how long the better one has it */
};
election e[N];
byte lease[N]; /* carp_leases: what the data plane goes by */

/* An advertisement, as a receiver sees it: the sender, is it a bow-out, is
 * the sender demoted. */
byte node, sender;
bit bow, dem;
bit stamped; /* another has arrived since */
bit late;    /* this one arrived an interval ago or more */

/* Promela's own, (a -> b : c), cannot be an argument of an inline. */
#define choose(condition, one, other) \
	(((condition) != 0) * (one) + ((condition) == 0) * (other))

/* --- election_time.c ----------------------------------------------------- */

#define wire_advskew_of(i, demotion) \
	choose(!form_byte && (demotion), demoted, skew[i])
#define election_wire_advskew(i) wire_advskew_of(i, e[i].demotion)
#define election_wire_demote(i) (form_byte && e[i].demotion)
#define election_interval(i) (advbase + election_wire_advskew(i))
#define election_master_down(i) choose(compat == COMPAT_OPENBSD, \
	dead_ratio * (advbase + skew[i]), dead_ratio * advbase + skew[i])
/* One tick is the slack. */
#define election_lease(i) (dead_ratio * advbase - 1)

/* --- election_rank.c ----------------------------------------------------- */

#define ad_advskew wire_advskew_of(sender, dem)
#define election_faster(i) (bow || election_wire_advskew(i) < ad_advskew)
#define election_equal(i) (!bow && election_wire_advskew(i) == ad_advskew)
#define election_lease_lapsed(i) (e[i].lease_until == 0)
#define election_overtaken(i) (ring[i] || e[i].heard_behind || stamped)
#define election_goes_behind(i) \
	(election_faster(i) && !sender_less_demoted(i))
/* The lower address goes first; all are ours, so that counts. */
#define tie_lost(i) (sender < i)
#define sender_more_demoted(i) (form_byte && dem && !e[i].demotion)
#define sender_less_demoted(i) (form_byte && !dem && e[i].demotion)
#define wants_relief(i) (bow || sender_more_demoted(i) || \
	(ad_advskew >= demoted && election_wire_advskew(i) < demoted))
#define may_preempt(i) (preempt && !e[i].yielded && \
	(e[i].preempt_wait == 0 || wants_relief(i)))
/* dead ratio * advbase against the sender's advbase; equal ones never. */
#define will_time_out(i) (bow)

byte reason;

inline election_why_yield(i)
{
	if
	:: bow -> reason = REASON_NONE
	:: !bow && election_lease_lapsed(i) -> reason = REASON_LEASE_LAPSED
	:: else ->
		if
		:: sender_less_demoted(i) -> reason = REASON_LESS_DEMOTED_PEER
		:: else ->
			if
			:: sender_more_demoted(i) || election_faster(i) ->
				reason = REASON_NONE
			:: else ->
				if
				:: election_equal(i) && !tie_lost(i) ->
					reason = REASON_NONE
				:: else -> reason = REASON_FASTER_PEER
				fi
			fi
		fi
	fi
}

inline election_why_take_over(i)
{
	if
	:: election_goes_behind(i) && may_preempt(i) ->
		reason = REASON_PREEMPT
	:: else ->
		if
		:: sender_more_demoted(i) -> reason = REASON_PEER_DEMOTED
		:: else ->
			if
			:: will_time_out(i) -> reason = REASON_WILL_TIME_OUT
			:: else -> reason = REASON_NONE
			fi
		fi
	fi
}

/* --- group.c and group_send.c: what the actions come to ------------------ */

inline advertise(i)
{
	send(i, 0);
	e[i].lease_until = election_lease(i);
	lease[i] = e[i].lease_until;
	e[i].heard_late = 0
}

inline resign(i)
{
	send(i, 1)
}

/* --- election.c ---------------------------------------------------------- */

inline none_vacant(i)
{
	e[i].vacancy = 0;
	e[i].vacant = 0
}

/* What has no meaning in the new state is 0. */
inline leave_master(i)
{
	lease[i] = 0; /* ACTION_LEASE_DROP */
	e[i].advert_due = 0;
	e[i].rival_due = 0;
	e[i].heard_late = 0
}

inline enter_backup(i, extra, why)
{
	if
	:: e[i].state == ELECTION_MASTER -> leave_master(i)
	:: else
	fi;
	e[i].lease_until = 0;
	e[i].down = election_master_down(i) + extra;
	e[i].waits_from = e[i].down;
	none_vacant(i);
	changed(i, ELECTION_BACKUP, why)
}

inline enter_master(i, why)
{
	promoted(i, why);
	e[i].yielded = 0;
	e[i].rival_due = election_interval(i);
	e[i].advert_due = election_interval(i);
	e[i].down = 0;
	e[i].waits_from = 0;
	none_vacant(i);
	changed(i, ELECTION_MASTER, why);
	advertise(i)
}

inline enter_init(i, why)
{
	if
	:: e[i].state == ELECTION_MASTER -> leave_master(i)
	:: else
	fi;
	e[i].lease_until = 0;
	e[i].down = 0;
	e[i].waits_from = 0;
	e[i].heard = 0;
	e[i].preempt_wait = 0;
	none_vacant(i);
	changed(i, ELECTION_INIT, why)
}

inline try_leave_init(i, why)
{
	e[i].preempt_wait = preempt_delay;
	enter_backup(i, 0, why)
}

inline tell_rival(i)
{
	if
	:: e[i].rival_due == 0 ->
		e[i].rival_due = election_interval(i);
		e[i].advert_due = e[i].rival_due;
		advertise(i)
	:: else
	fi
}

inline take_back(i)
{
	if
	:: !election_overtaken(i) ->
		e[i].rival_due = election_interval(i);
		e[i].advert_due = e[i].rival_due;
		advertise(i)
	:: else
	fi
}

inline advert_as_master(i)
{
	election_why_yield(i);
	if
	:: reason == REASON_NONE && election_lease_lapsed(i) -> take_back(i)
	:: reason == REASON_NONE && !election_lease_lapsed(i) -> tell_rival(i)
	:: else ->
		if
		:: tie_lost(i) && election_equal(i) -> enter_backup(i, 1, reason)
		:: else -> enter_backup(i, 0, reason)
		fi
	fi
}

/* left: of the master-down time that began with the stamp. */
inline hear(i, left)
{
	e[i].down = left;
	if
	:: e[i].waits_from > e[i].down -> e[i].down = e[i].waits_from
	:: else
	fi
}

inline note_vacancy(i)
{
	if
	:: reason != REASON_NONE && wants_relief(i) ->
		none_vacant(i);
		if
		:: !late ->
			e[i].vacancy = reason;
			e[i].vacant = election_interval(i)
		:: else
		fi
	:: else ->
		if
		:: !election_goes_behind(i) -> none_vacant(i)
		:: else
		fi
	fi
}

inline why_now(i)
{
	election_why_take_over(i);
	if
	:: election_overtaken(i) ->
		note_vacancy(i);
		reason = REASON_NONE
	:: else ->
		if
		:: reason == REASON_NONE && election_goes_behind(i) &&
		   e[i].vacant ->
			reason = e[i].vacancy
		:: else
		fi;
		none_vacant(i)
	fi
}

inline advert_as_backup(i, left)
{
	why_now(i);
	if
	:: reason == REASON_NONE -> hear(i, left)
	:: reason != REASON_NONE -> enter_master(i, reason)
	fi
}

inline on_advert(i, left)
{
	if
	:: e[i].state == ELECTION_MASTER -> advert_as_master(i)
	:: e[i].state == ELECTION_BACKUP -> advert_as_backup(i, left)
	:: else
	fi;
	reason = REASON_NONE
}

inline believe_stamps(i)
{
	if
	:: e[i].heard > e[i].down -> e[i].down = e[i].heard
	:: else
	fi
}

inline tick_as_backup(i)
{
	believe_stamps(i);
	if
	:: e[i].down == 0 -> enter_master(i, REASON_TIMED_OUT)
	:: else
	fi
}

#define replaced_meanwhile(i) (election_lease_lapsed(i) && e[i].heard_late)

inline tick_as_master(i)
{
	if
	:: replaced_meanwhile(i) -> enter_backup(i, 0, REASON_LEASE_LAPSED)
	:: else ->
		e[i].advert_due = election_interval(i);
		advertise(i)
	fi
}

/* election_deadline has passed. */
#define tick_due(i) \
	((e[i].state == ELECTION_MASTER && e[i].advert_due == 0) || \
	 (e[i].state == ELECTION_BACKUP && e[i].down == 0))

inline on_tick(i)
{
	if
	:: e[i].state == ELECTION_MASTER -> tick_as_master(i)
	:: else -> tick_as_backup(i)
	fi
}

inline on_stop(i)
{
	if
	:: e[i].state == ELECTION_MASTER ->
		enter_init(i, REASON_STOPPED);
		resign(i)
	:: else -> enter_init(i, REASON_STOPPED)
	fi
}

inline on_demotion(i, value)
{
	e[i].demotion = value;
	if
	:: e[i].state == ELECTION_MASTER && election_lease_lapsed(i) ->
		e[i].advert_due = 0
	:: e[i].state == ELECTION_MASTER && !election_lease_lapsed(i) ->
		e[i].advert_due = election_interval(i);
		advertise(i)
	:: else
	fi
}

inline on_command(i, want_master)
{
	if
	:: want_master && e[i].state == ELECTION_BACKUP ->
		enter_master(i, REASON_OPERATOR)
	:: !want_master ->
		e[i].yielded = 1;
		if
		:: e[i].state == ELECTION_MASTER ->
			enter_backup(i, 0, REASON_OPERATOR);
			resign(i)
		:: else
		fi
	:: else
	fi
}
