/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What must hold, judged from the wire and the faults alone, and what a host
 * was seen to do (TRACE).  Changes nothing that the election goes by.
 */
/* --- what is seen -------------------------------------------------------- */

#define next_seen(l) ((l) * LENGTH + upto[l])

/* A node does something: it must be what its list has next. */
inline visible(i, thing, first, second)
{
	if
	:: !tracing
	:: tracing && seen[next_seen(i)] == thing &&
	   seen_a[next_seen(i)] == first && seen_b[next_seen(i)] == second &&
	   seen_lo[next_seen(i)] <= ticks ->
		upto[i]++
	:: tracing && seen[next_seen(i)] == SEEN_END &&
	   seen_lo[next_seen(i)] <= ticks /* nobody watched any longer */
	:: else -> refused = 1
	fi
}

#define in_time(l) (seen_hi[next_seen(l)] > ticks)
#define all_in_time (in_time(0) && in_time(1) && in_time(2) && in_time(3))
#define at_end(l) (seen[next_seen(l)] == SEEN_END && \
	seen_lo[next_seen(l)] <= ticks)
#define all_at_end (at_end(0) && at_end(1) && at_end(2) && at_end(3))

#define part(i) (e[i].state != ELECTION_INIT)

/* --- what must hold ------------------------------------------------------ */

#define claim(condition) assert(tracing || (condition))

#define spec_down(i) (dead_ratio * advbase + \
	choose(compat == COMPAT_OPENBSD, dead_ratio, 1) * skew[i])
#define spec_lease (dead_ratio * advbase - 1)
#define spec_advskew(i, d) choose(!form_byte && (d), demoted, skew[i])
#define spec_more_demoted(i) (dem && !e[i].demotion)
#define spec_as_demoted(i) (dem == e[i].demotion || !form_byte)
#define spec_goes_behind(i) (bow || \
	(form_byte && spec_more_demoted(i)) || \
	(preempt && !asked_back[i] && spec_as_demoted(i) && \
	 spec_advskew(i, e[i].demotion) < spec_advskew(sender, dem) && \
	 (up_for[i] >= preempt_delay || spec_more_demoted(i))))
#define rank(i) (form_byte * e[i].demotion * 16 + \
	spec_advskew(i, e[i].demotion))
/* A place falls free, or its holder wants relief. */
#define spec_leaves(i) (bow || (form_byte && spec_more_demoted(i)) || \
	(preempt && !asked_back[i] && spec_advskew(sender, dem) >= demoted && \
	 spec_advskew(i, e[i].demotion) < demoted && spec_as_demoted(i)))
#define spec_outranks(i) (!bow && rank(i) < \
	form_byte * dem * 16 + spec_advskew(sender, dem))
/* Renewed in this tick: the advertisement is still under way. */
#define spec_silenced(j) ((lease[j] == 0 && !over[j]) || \
	lease[j] == spec_lease)

inline promoted(i, why)
{
	if
	:: why == REASON_TIMED_OUT ->
		claim(silent[i] >= spec_down(i));
		for (r : 0 .. N - 1) {
			claim(r == i || spec_silenced(r) ||
			      net_quiet < net_bound)
		}
	:: why == REASON_OPERATOR -> claim(what == A_COMMAND)
	:: else -> claim(receiving && (spec_goes_behind(i) ||
		(was_freed && spec_outranks(i))))
	fi;
	asked_back[i] = 0;
	r = N
}

inline changed(i, to, why)
{
	visible(i, SEEN_CHANGE, to, why);
	printf("%d: state %d, reason %d\n", i, to, why);
	claim(to * 16 + why != reach);
	claim(!(receiving && bow && to == ELECTION_BACKUP));
	claim(why != REASON_FASTER_PEER || (receiving && !bow &&
		spec_advskew(sender, dem) <=
			spec_advskew(i, e[i].demotion)));
	claim(quiet < settle_bound); /* all is settled, and still it moves */
	if
	:: to == ELECTION_INIT -> up_for[i] = 0
	:: else
	fi;
	if
	:: (to != ELECTION_BACKUP || !part(i) || what == A_COMMAND) &&
	   !ring[i] ->
		silent[i] = 0
	:: else
	fi;
	stale[i] = 0;
	e[i].state = to
}

#define deaf(i) (!running[i] || frozen[i])
/* One that fell silent goes on for its lease, the other may have gone by what
 * it had said before. */
#define spec_apart(i, j) (!(lease[i] && lease[j]) || deaf(i) || deaf(j))
#define spec_honest(i) (lease[i] <= spec_lease && (deaf(i) || \
	(e[i].state == ELECTION_MASTER) == (lease[i] > 0)))

/* i does not go behind j. */
#define spec_ranks(i, j) (!part(j) || asked_back[j] || rank(i) <= rank(j))
#define spec_least_demoted(i, j) (!part(j) || !form_byte || \
	e[i].demotion <= e[j].demotion)
#define is_master(i) (e[i].state == ELECTION_MASTER)

inline settled()
{
	claim(is_master(0) + is_master(1) + is_master(2) == 1 ||
	      !(part(0) || part(1) || part(2)));
	for (r : 0 .. N - 1) {
		if
		:: is_master(r) ->
			claim(!preempt || (spec_ranks(r, 0) &&
				spec_ranks(r, 1) && spec_ranks(r, 2)));
			claim(spec_least_demoted(r, 0) &&
				spec_least_demoted(r, 1) &&
				spec_least_demoted(r, 2))
		:: else
		fi
	}
}

inline count_voices(i, j, pair)
{
	if
	:: spec_apart(i, j) -> two_for[pair] = 0
	:: else -> two_for[pair]++
	fi;
	claim(two_for[pair] <= overlap_bound)
}
