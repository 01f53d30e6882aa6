/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The running side.  Waits for the successor in the loop, as for any client,
 * and goes on with all its work meanwhile; whatever goes wrong before the
 * state has been sent leaves everything as it was.
 */
#include "user/daemon/handover_parts.h"
#include "user/sys/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct handover {
	struct handover_offer offer;
	int connection;
	struct loop_source *source;
};

int handover_check(struct json_object *request, bool allowed, bool *ending,
		   char *error, size_t size)
{
	struct json_object *takeover = NULL, *layout = NULL;
	char ours[CONTROLLER_LAYOUT_SIZE];

	*ending = false;
	json_object_object_get_ex(request, "takeover", &takeover);
	json_object_object_get_ex(request, "layout", &layout);
	if (!allowed && !json_object_get_boolean(takeover)) {
		snprintf(error, size, "another controller is at work");
		return EXIT_CODE_FAILED;
	}
	controller_layout(ours);
	if (layout && !strcmp(json_object_get_string(layout), ours))
		return 0;
	snprintf(error, size,
		 "the state is of another layout (%s), the groups bow out",
		 ours);
	*ending = true;
	return EXIT_CODE_FAILED;
}

static int tell_state(struct handover *h, uint64_t plumbing)
{
	const struct handover_offer *o = &h->offer;
	uint32_t word = HANDOVER_STATE;
	struct pack pack = { 0 };
	int err;

	if (plumbing != o->controller->plumbing)
		word = HANDOVER_CHANGED;
	else if (!controller_describe_state(o->controller, &pack))
		word = HANDOVER_BUSY;
	else
		o->describe(o->context, &pack);
	/* Before, or our death on the way would be taken for the groups'. */
	guardian_handover(o->controller->guardian, word == HANDOVER_STATE);
	err = pack_send(h->connection, word, &pack);
	pack_free(&pack);
	if (err)
		guardian_handover(o->controller->guardian, false);
	else if (word == HANDOVER_STATE)
		o->given(o->context);
	return err;
}

static int tell_nic(struct handover *h, unsigned int index)
{
	struct pack pack = { 0 };
	bool more = controller_describe_nic(h->offer.controller, index, &pack);
	int err = pack_send(h->connection, more ? HANDOVER_NIC : HANDOVER_LAST,
			    &pack);

	pack_free(&pack);
	return err;
}

static int answer(struct handover *h)
{
	struct handover_question q;
	ssize_t got = recv(h->connection, &q, sizeof(q), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (got != sizeof(q))
		return -EPIPE;
	if (q.kind == HANDOVER_ASK_NIC)
		return tell_nic(h, q.index);
	return q.kind == HANDOVER_ASK_STATE ? tell_state(h, q.plumbing)
					    : -EBADMSG;
}

static void on_question(void *context)
{
	struct handover *h = context;
	const struct handover_offer offer = h->offer;
	int err = answer(h);

	if (!err)
		return;
	log_warnx("handover: given up, the successor is gone: %s",
		  strerror(-err));
	offer.dropped(offer.context);
}

int handover_serve(const struct handover_offer *offer, int connection,
		   struct handover **out)
{
	static const char yes[] = "{\"version\":1,\"ok\":true}\n";
	struct handover *h = calloc(1, sizeof(*h));
	int err = h ? 0 : -ENOMEM;

	if (!err) {
		h->offer = *offer;
		h->connection = connection;
		err = loop_add(offer->loop, connection, EPOLLIN, LOOP_LATER,
			       on_question, h, &h->source);
	}
	if (!err && send(connection, yes, sizeof(yes) - 1,
			 MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof(yes) - 1)
		err = -EPIPE;
	if (!err) {
		*out = h;
		return 0;
	}
	if (h)
		handover_end(h);
	else
		close(connection);
	return err;
}

void handover_end(struct handover *h)
{
	if (!h)
		return;
	loop_source_remove(h->source);
	close(h->connection);
	free(h);
}
