/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * News as JSON: a line of the monitor's, and what a hook is given.  Names and
 * kinds of events are promised; see carp-xdp(8), OUTPUT FOR PROGRAMS.
 */
#include "user/daemon/put.h"
#include "user/daemon/status.h"

static void put_if(struct json_object *object, const char *name,
		   const char *value)
{
	if (value)
		put_text(object, name, value);
}

static void put_rest(struct json_object *object, const struct news *news)
{
	switch (news->kind) {
	case NEWS_STATE:
		put_text_or_null(object, "peer", news->address);
		break;
	case NEWS_INTERFACE:
		put_bool(object, "waiting", !news->well);
		break;
	case NEWS_SENDING:
		put_bool(object, "failing", !news->well);
		break;
	case NEWS_HOOK:
		put_bool(object, "failed", !news->well);
		break;
	case NEWS_DEMOTION:
		put_int(object, "amount", news->amount);
		put_text_or_null(object, "by", news->by);
		break;
	case NEWS_SUMMARY:
		put_int(object, "count", (int64_t)news->count);
		put_int(object, "seconds", news->seconds);
		put_if(object, "address", news->address);
		break;
	default:
		put_if(object, "address", news->address);
		break;
	}
}

struct json_object *status_news(const struct news *news)
{
	struct json_object *object = json_object_new_object();
	const bool warning = news->kind == NEWS_WARNING;

	put_int(object, "version", REQUEST_VERSION);
	put_text(object, "event", news_name(news->kind));
	put_time(object, "time", news->at);
	put_if(object, "interface", news->interface);
	if (news->vhid)
		put_int(object, "vhid", news->vhid);
	put_if(object, "group", news->group);
	put_if(object, "track", news->track);
	put_if(object, "hook", news->hook);
	put_if(object, "from", news->from);
	put_if(object, "to", news->to);
	put_if(object, "kind", news->what);
	put_rest(object, news);
	if (news->mac)
		put_mac(object, "mac", news->mac);
	if (!warning)
		put_if(object, "reason", news->reason);
	put_if(object, "text", warning ? news->reason : news->text);
	return object;
}
