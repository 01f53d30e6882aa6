/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A small list of hosts, the newest word of each.
 */
#include "heard.h"

#include "carp/wire.h"

#include <string.h>

static const char *const verdicts[] = {
	[CARP_EVENT_ADVERT] = "valid",	[CARP_EVENT_OBSERVED] = "observed",
	[CARP_EVENT_VRRP] = "vrrp",	[CARP_EVENT_SEAL] = "seal",
	[CARP_EVENT_DIGEST] = "digest",
};

static bool is_advertisement(enum carp_event_kind kind)
{
	return (size_t)kind < sizeof(verdicts) / sizeof(verdicts[0]) &&
	       verdicts[kind];
}

const char *heard_verdict(const struct heard *one)
{
	return verdicts[one->kind];
}

bool heard_left(const struct heard *one)
{
	return one->advbase == CARP_BOW_OUT && one->advskew == CARP_BOW_OUT;
}

bool heard_read(const struct carp_event *event, struct heard *out)
{
	if (!is_advertisement(event->kind))
		return false;
	memset(out, 0, sizeof(*out));
	out->address.family = event->family;
	memcpy(out->address.bytes, event->source, event->family == 4 ? 4 : 16);
	memcpy(out->mac, event->source_mac, sizeof(out->mac));
	out->advbase = event->advbase;
	out->advskew = event->advskew;
	out->demote = event->demote;
	out->kind = event->kind;
	out->last.ns = event->time_ns;
	return true;
}

static bool refused(const struct heard *one)
{
	return one->kind != CARP_EVENT_ADVERT &&
	       one->kind != CARP_EVENT_OBSERVED;
}

unsigned int heard_place(const struct heard *list, unsigned int count,
			 const struct heard *one)
{
	unsigned int like = 0, oldest = count;

	for (unsigned int i = 0; i < count; i++) {
		if (refused(&list[i]) != refused(one))
			continue;
		if (!memcmp(&list[i].address, &one->address,
			    sizeof(one->address)))
			return i;
		like++;
		if (oldest == count ||
		    instant_before(list[i].last, list[oldest].last))
			oldest = i;
	}
	return like < HEARD_EACH ? count : oldest;
}
