/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Maintenance mode: the host steps behind all others and stays there, over
 * restarts, until told otherwise.  One automatic entry of the ledger.
 */
#include "user/controller.h"
#include "user/controller_news.h"
#include "user/sys/log.h"

#include <stdio.h>
#include <string.h>

/* Outweighs what anybody else can have: the most the wire can say. */
enum {
	MAINTENANCE_AMOUNT = 255
};

static const char flag_name[] = "maintenance";

/* For the background. */
struct flag_change {
	struct hand *hand;
	bool on;
	int err;
};

static void write_flag(void *argument)
{
	struct flag_change *change = argument;

	change->err = hand_flag_set(change->hand, HAND_MAINTENANCE, change->on);
}

static bool enter_ledger(struct controller *c, bool on, const char *by)
{
	if (!node_hold_back(&c->node, on ? MAINTENANCE_AMOUNT : 0, flag_name,
			    by, loop_now()))
		return false;
	c->maintenance = on;
	return true;
}

static void tell(struct controller *c, bool on, const char *by)
{
	struct ledger_entry entry = {
		.amount = on ? MAINTENANCE_AMOUNT : -MAINTENANCE_AMOUNT,
	};

	snprintf(entry.reason, sizeof(entry.reason), "%s", flag_name);
	snprintf(entry.by, sizeof(entry.by), "%s", by);
	news_demotion(c, &entry);
}

int controller_recall_maintenance(struct controller *c, char *error,
				  size_t error_size)
{
	int on = hand_flag_get(c->hand, HAND_MAINTENANCE);

	if (on < 0)
		snprintf(error, error_size, "%s/%s: cannot be read: %s",
			 c->state_dir, flag_name, strerror(-on));
	if (on <= 0)
		return on;
	log_info("maintenance mode, as before (carp-xdp maintenance off "
		 "ends it)");
	enter_ledger(c, true, "");
	return 0;
}

int controller_maintenance(struct controller *c, const struct request *request,
			   char *error, size_t error_size)
{
	struct flag_change change = { c->hand, request->maintenance, 0 };
	const bool news = c->maintenance != request->maintenance;

	controller_background(c, write_flag, &change);
	if (change.err) {
		snprintf(error, error_size, "state directory %s: %s",
			 c->state_dir, strerror(-change.err));
		return EXIT_CODE_FAILED;
	}
	if (!enter_ledger(c, request->maintenance, request->by)) {
		snprintf(error, error_size,
			 "demotion ledger full: %d entries at most",
			 LEDGER_ENTRIES_MAX);
		return EXIT_CODE_FAILED;
	}
	if (news)
		tell(c, request->maintenance, request->by);
	controller_settle(c);
	return 0;
}
