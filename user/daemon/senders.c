/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Who has been heard in a group, and whether each of them seals.
 */
#include "user/daemon/put.h"
#include "user/daemon/senders.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* An unsealed sender silent for so long no longer counts. */
	UNSEALED_FORGOTTEN_MS = 600000
};

static const char *const style_names[] = {
	[CARP_STYLE_UNKNOWN] = "unknown",
	[CARP_STYLE_CONSTANT] = "constant",
	[CARP_STYLE_RISING] = "rising",
	[CARP_STYLE_RANDOM] = "random",
	[CARP_STYLE_CANDIDATE] = "candidate",
	[CARP_STYLE_SEALED] = "sealed",
};

/* All senders of an interface, by vhid: its tables are walked once. */
struct listing {
	struct json_object *list;
	unsigned int sealed, others; /* heard lately */
};
struct senders {
	struct listing by_vhid[CARP_VHID_SLOTS];
};

static void list_sender(void *context, const struct carp_host_key *key,
			const struct carp_sender *sender)
{
	struct senders *senders = context;
	struct listing *listing = &senders->by_vhid[key->vhid];
	struct span silent =
		instant_since((struct instant){ sender->seen_ns }, loop_now());
	struct address address = { .family = key->family };
	struct json_object *object = json_object_new_object();
	char text[ADDRESS_TEXT_SIZE];

	memcpy(address.bytes, key->address, 16);
	put_text(object, "address", address_format(&address, text));
	put_text(object, "style", style_names[sender->style]);
	put(object, "heard_seconds", NULL);
	if (sender->seen_ns)
		put_seconds(object, "heard_seconds", silent);
	put_int(object, "alarms", (int64_t)sender->alarms);
	if (!listing->list)
		listing->list = json_object_new_array();
	put_item(listing->list, object);
	if (sender->style == CARP_STYLE_SEALED)
		listing->sealed++;
	else if (silent.ns < span_ms(UNSEALED_FORGOTTEN_MS).ns)
		listing->others++;
}

struct senders *senders_open(const struct nic *nic)
{
	struct senders *senders = calloc(1, sizeof(*senders));

	if (!senders)
		return NULL;
	dataplane_senders(nic->dataplane, DATAPLANE_SEALED, list_sender,
			  senders);
	dataplane_senders(nic->dataplane, DATAPLANE_UNSEALED, list_sender,
			  senders);
	return senders;
}

void senders_close(struct senders *senders)
{
	for (int i = 0; senders && i < CARP_VHID_SLOTS; i++)
		json_object_put(senders->by_vhid[i].list);
	free(senders);
}

void senders_put(struct json_object *object, const struct senders *senders,
		 const struct member *m)
{
	static const struct listing nobody;
	const struct listing *listing = &nobody;

	if (senders)
		listing = &senders->by_vhid[m->group.settings.vhid];
	put(object, "senders",
	    listing->list ? json_object_get(listing->list)
			  : json_object_new_array());
	/* null: nobody heard yet, so nothing can be said. */
	put(object, "all_sealed", NULL);
	if (listing->sealed || listing->others)
		put_bool(object, "all_sealed", !listing->others);
	put_int(object, "unsealed_alarms", (int64_t)m->entry->unsealed_alarms);
}
