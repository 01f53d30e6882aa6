/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's side: makes the hand, asks quickly, and finds out that it
 * has ended.  An answer that came too late is nobody's.
 */
#include "user/sys/hand_own.h"
#include "user/sys/hand_parts.h"
#include "user/sys/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	QUICK_PATIENCE_MS = 250,
	AWAIT_TIMES = 4,
};

/* --- start and end -------------------------------------------------------- */

/* Ours, and the hand's: quick, slow, lines. */
struct making {
	int pairs[HAND_ENDS][2];
};

static int make_pairs(struct making *m)
{
	memset(m->pairs, -1, sizeof(m->pairs));
	for (int i = 0; i < HAND_ENDS; i++)
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
			       m->pairs[i]) < 0)
			return -errno;
	return 0;
}

static void close_ends(const struct making *m, int side)
{
	for (int i = 0; i < HAND_ENDS; i++)
		if (m->pairs[i][side] >= 0)
			close(m->pairs[i][side]);
}

/* The hand has no descriptor but its own ends and the standard streams. */
__attribute__((noreturn)) static void become_hand(struct making *m,
						  const struct hand_config *c)
{
	enum {
		FIRST = 3,
		BEHIND = 6
	};

	for (int i = 0; i < HAND_ENDS; i++)
		m->pairs[i][1] = fcntl(m->pairs[i][1], F_DUPFD, BEHIND);
	for (int i = 0; i < HAND_ENDS; i++)
		if (dup3(m->pairs[i][1], FIRST + i, O_CLOEXEC) < 0)
			_exit(EXIT_FAILURE);
	close_range(BEHIND, ~0U, 0);
	hand_live(c, FIRST, FIRST + 1, FIRST + 2);
}

static int fork_hand(struct making *m, const struct hand_config *config,
		     pid_t *out)
{
	*out = fork();
	if (*out < 0)
		return -errno;
	if (!*out)
		become_hand(m, config);
	return 0;
}

static int give_ends(const struct making *m, const struct hand_link *link)
{
	int ends[HAND_ENDS];

	for (int i = 0; i < HAND_ENDS; i++)
		ends[i] = m->pairs[i][1];
	return hand_link_give(link, ends);
}

static int find_hand(struct making *m, const struct hand_config *config,
		     const struct hand_link *link, struct hand *hand)
{
	hand->linked = link->fd >= 0;
	if (!hand->linked)
		return fork_hand(m, config, &hand->pid);
	hand->pid = link->pid;
	return give_ends(m, link);
}

int hand_start(const struct hand_config *config, const struct hand_link *link,
	       struct hand **out)
{
	const struct timeval patience = { .tv_usec = QUICK_PATIENCE_MS * 1000 };
	struct hand *hand = calloc(1, sizeof(*hand));
	struct making making = { 0 };
	int err = hand ? make_pairs(&making) : -ENOMEM;

	if (!err)
		err = find_hand(&making, config, link, hand);
	if (hand)
		close_ends(&making, 1);
	if (err) {
		if (hand)
			close_ends(&making, 0);
		free(hand);
		return err;
	}
	hand->quick = making.pairs[0][0];
	hand->slow = making.pairs[1][0];
	hand->lines = making.pairs[2][0];
	setsockopt(hand->quick, SOL_SOCKET, SO_RCVTIMEO, &patience,
		   sizeof(patience));
	setsockopt(hand->quick, SOL_SOCKET, SO_SNDTIMEO, &patience,
		   sizeof(patience));
	if (config->to_syslog)
		log_to_hand(hand->lines);
	*out = hand;
	return 0;
}

/* Of one that is not our child the end of its ends tells. */
static void await_end(struct hand *hand)
{
	struct hand_quick_answer late;
	ssize_t got;

	if (!hand->linked) {
		while (waitpid(hand->pid, NULL, 0) < 0 && errno == EINTR)
			;
		return;
	}
	do
		got = recv(hand->quick, &late, sizeof(late), 0);
	while (got > 0 || (got < 0 && errno == EINTR));
}

void hand_stop(struct hand *hand)
{
	if (!hand)
		return;
	close(hand->slow);
	log_to_hand(-1);
	close(hand->lines);
	await_end(hand);
	close(hand->quick);
	free(hand);
}

pid_t hand_pid(const struct hand *hand)
{
	return hand->pid;
}

int hand_fd(const struct hand *hand)
{
	return hand->quick;
}

/* Of all that nobody waits for, one answer is wanted later. */
static void keep(struct hand *hand, const struct hand_quick_answer *answer)
{
	if (!hand->begun || answer->sequence != hand->begun)
		return;
	hand->answer = *answer;
	hand->told = true;
}

/* An answer that came too late; one that has ended owes none. */
static ssize_t receive_late(struct hand *hand, int flags)
{
	struct hand_quick_answer late;
	ssize_t got = recv(hand->quick, &late, sizeof(late), flags);

	if (got == sizeof(late))
		keep(hand, &late);
	if (!got || (got == sizeof(late) && late.sequence == hand->asked))
		hand->owes = false;
	return got;
}

bool hand_alive(struct hand *hand)
{
	ssize_t got = receive_late(hand, MSG_DONTWAIT);

	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

/* --- quick questions ------------------------------------------------------ */

bool hand_owes(struct hand *hand)
{
	while (hand->owes && receive_late(hand, MSG_DONTWAIT) > 0)
		;
	return hand->owes;
}

void hand_await(struct hand *hand)
{
	for (int i = 0; hand->owes && i < AWAIT_TIMES; i++)
		receive_late(hand, 0);
}

static int tell(struct hand *hand, struct hand_quick *quick, int flags)
{
	quick->sequence = ++hand->sequence;
	return send(hand->quick, quick, sizeof(*quick), MSG_NOSIGNAL | flags) <
			       0
		       ? -errno
		       : 0;
}

static int ask(struct hand *hand, struct hand_quick *quick,
	       struct hand_quick_answer *answer)
{
	int err = tell(hand, quick, 0);

	hand->asked = quick->sequence;
	while (!err) {
		ssize_t got = recv(hand->quick, answer, sizeof(*answer), 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = errno == EAGAIN ? -ETIMEDOUT : -errno;
		else if (got != sizeof(*answer))
			err = -EPIPE;
		else if (answer->sequence == quick->sequence)
			break;
		else
			keep(hand, answer);
	}
	err = err == -EAGAIN ? -ETIMEDOUT : err;
	hand->owes = err == -ETIMEDOUT;
	return err;
}

static void fill_item(struct hand_item *item,
		      const struct netlink_address *address)
{
	item->family = (__u8)address->family;
	item->prefix = address->prefix;
	item->link_local = address->link_local;
	memcpy(item->address, address->address, 16);
}

static struct hand_quick about(enum hand_quick_kind kind,
			       const struct netlink_address *addresses,
			       size_t count)
{
	struct hand_quick quick = { .kind = kind,
				    .ifindex = addresses->ifindex,
				    .count = (__u32)count };

	for (size_t i = 0; i < count; i++)
		fill_item(&quick.items[i], &addresses[i]);
	return quick;
}

int hand_addresses_begin(struct hand *hand, bool add,
			 const struct netlink_address *addresses, size_t count)
{
	struct hand_quick quick =
		about(add ? QUICK_ADD : QUICK_REMOVE, addresses, count);
	int err = tell(hand, &quick, MSG_DONTWAIT);

	if (err)
		return err;
	hand->begun = hand->asked = quick.sequence;
	hand->owes = true;
	hand->told = false;
	return 0;
}

bool hand_addresses_end(struct hand *hand, int errors[HAND_BATCH])
{
	hand_owes(hand);
	if (!hand->told)
		return false;
	memcpy(errors, hand->answer.errors, sizeof(hand->answer.errors));
	hand->told = false;
	return true;
}

void hand_addresses(struct hand *hand, bool add,
		    const struct netlink_address *addresses, size_t count,
		    int errors[HAND_BATCH])
{
	struct hand_quick quick;
	struct hand_quick_answer answer;
	int err;

	if (!count || count > HAND_BATCH)
		return;
	quick = about(add ? QUICK_ADD : QUICK_REMOVE, addresses, count);
	err = ask(hand, &quick, &answer);
	for (size_t i = 0; i < count; i++)
		errors[i] = err ? err : answer.errors[i];
}

int hand_addresses_clear(struct hand *hand, unsigned int ifindex)
{
	struct hand_quick quick = { .kind = QUICK_CLEAR, .ifindex = ifindex };
	struct hand_quick_answer answer;
	int err = ask(hand, &quick, &answer);

	return err ? err : answer.errors[0];
}

void hand_neighbor(struct hand *hand, unsigned int ifindex, int family,
		   const __u8 *address)
{
	struct hand_quick quick = { .kind = QUICK_NEIGHBOR,
				    .ifindex = ifindex,
				    .count = 1 };

	quick.items[0].family = (__u8)family;
	memcpy(quick.items[0].address, address, family == 4 ? 4 : 16);
	tell(hand, &quick, MSG_DONTWAIT);
}
