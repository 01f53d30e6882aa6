/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What happens to nodes and links: how, and which a budget still allows.
 */

inline start(i)
{
	running[i] = 1;
	e[i].yielded = 0;
	e[i].demotion = 0;
	asked_back[i] = 0;
	lease[i] = 0; /* maps are new */
	if
	:: !link_down[i] -> try_leave_init(i, REASON_STARTED)
	:: else
	fi
}

/* Without a word: the data plane goes on, as long as it may. */
inline crash(i)
{
	running[i] = 0;
	frozen[i] = 0;
	forget(i);
	e[i].state = ELECTION_INIT;
	e[i].yielded = 0;
	e[i].demotion = 0;
	e[i].preempt_wait = 0;
	e[i].down = 0;
	e[i].waits_from = 0;
	e[i].advert_due = 0;
	e[i].lease_until = 0;
	e[i].rival_due = 0;
	e[i].heard = 0;
	e[i].heard_late = 0;
	e[i].heard_behind = 0;
	e[i].vacancy = 0;
	e[i].vacant = 0;
	freed[i] = 0;
	silent[i] = 0;
	stale[i] = 0;
	up_for[i] = 0;
	asked_back[i] = 0
}

/* What guardian.c does when the controller alone has died. */
inline guard(i)
{
	lease[i] = 0;
	if
	:: is_master(i) -> resign(i)
	:: else
	fi
}

inline take_link(i, gone)
{
	link_down[i] = gone;
	if
	:: gone -> enter_init(i, REASON_LINK_DOWN); forget(i)
	:: else -> try_leave_init(i, REASON_LINK_UP)
	fi
}

inline command(i, want_master)
{
	if
	:: !want_master -> asked_back[i] = 1
	:: else
	fi;
	on_command(i, want_master)
}

inline do_action()
{
	printf("%d: action %d, %d\n", node, what, arg);
	fault_happens();
	if
	:: what == A_START -> start(node)
	:: what == A_STOP -> on_stop(node); crash(node)
	:: what == A_CRASH -> crash(node)
	:: what == A_KILL -> guard(node); crash(node)
	:: what == A_FREEZE -> frozen[node] = 1
	:: what == A_THAW -> frozen[node] = 0
	:: what == A_DEMOTION -> on_demotion(node, arg)
	:: what == A_COMMAND -> command(node, arg)
	:: what == A_LINK -> take_link(node, arg)
	:: what == A_CUT -> cut = arg
	fi;
	what = A_NONE; arg = 0; node = 0
}

/* Of which node: a fault that the budget has. */
#define one_action(i) \
	:: starts && !running[i] -> starts--; node = i; what = A_START \
	:: stops && awake(i) -> stops--; node = i; what = A_STOP \
	:: crashes && running[i] -> crashes--; node = i; what = A_CRASH \
	:: kills && running[i] -> kills--; node = i; what = A_KILL \
	:: freezes && awake(i) -> freezes--; node = i; what = A_FREEZE \
	:: frozen[i] && !tracing -> node = i; what = A_THAW \
	:: demotions && awake(i) -> demotions--; node = i; \
		what = A_DEMOTION; arg = 1 - e[i].demotion \
	:: commands && awake(i) && part(i) -> commands--; node = i; \
		what = A_COMMAND; arg = !is_master(i) \
	:: commands && awake(i) && part(i) && !is_master(i) -> commands--; \
		node = i; what = A_COMMAND; arg = 0 \
	:: links && awake(i) && part(i) -> links--; node = i; \
		what = A_LINK; arg = 1 \
	:: link_down[i] && awake(i) && !tracing -> node = i; \
		what = A_LINK; arg = 0

/* One way only. */
#define one_cut(mask) :: cuts && !cut -> cuts--; what = A_CUT; arg = mask
#define from_to(s, t) (1 << ((s) * N + (t)))

#define traced(l) (tracing && !refused && \
	seen[next_seen(l)] == SEEN_ACTION && seen_lo[next_seen(l)] <= ticks)
/* The network's list has what was done, to whichever node; it happens in that
 * order, and between what the nodes do, as its time allows. */
#define one_traced(l) \
	:: traced(l) -> node = seen_a[next_seen(l)] & 3; \
		what = seen_a[next_seen(l)] >> 2; \
		arg = seen_b[next_seen(l)]; upto[l]++
