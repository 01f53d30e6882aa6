/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Renders metrics.  Every series a group can have is there from its start;
 * none comes or goes with events.
 */
#include "user/daemon/metrics.h"
#include "user/daemon/verdicts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define NS_PER_SECOND 1e9

struct page {
	FILE *out;
	struct controller *c;
	bool open_metrics;
	/* Counters of every group, in the order of the list. */
	struct carp_counters *counters;
};

enum metric_type {
	GAUGE,
	COUNTER,
	HISTOGRAM,
	STATESET,
	INFO
};

static const char *type_name(const struct page *p, enum metric_type type)
{
	switch (type) {
	case COUNTER:
		return "counter";
	case HISTOGRAM:
		return "histogram";
	case STATESET:
		return p->open_metrics ? "stateset" : "gauge";
	case INFO:
		return p->open_metrics ? "info" : "gauge";
	case GAUGE:
	default:
		return "gauge";
	}
}

/* OpenMetrics names a family without the suffix of its samples. */
static void family(const struct page *p, const char *name,
		   enum metric_type type, const char *help)
{
	const char *suffix = "";

	if (!p->open_metrics && type == COUNTER)
		suffix = "_total";
	if (!p->open_metrics && type == INFO)
		suffix = "_info";
	fprintf(p->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", name, suffix, help,
		name, suffix, type_name(p, type));
}

static void labels(const struct page *p, const struct group *g)
{
	const struct member *m = g->owner;

	fprintf(p->out, "{interface=\"%s\",vhid=\"%u\"", m->nic->link.name,
		g->settings.vhid);
}

static void sample(const struct page *p, const char *name,
		   const struct group *g, uint64_t value)
{
	fputs(name, p->out);
	labels(p, g);
	fprintf(p->out, "} %" PRIu64 "\n", value);
}

static void sample_label(const struct page *p, const char *name,
			 const struct group *g, const char *label,
			 const char *text, uint64_t value)
{
	fputs(name, p->out);
	labels(p, g);
	fprintf(p->out, ",%s=\"%s\"} %" PRIu64 "\n", label, text, value);
}

static void sample_seconds(const struct page *p, const char *name,
			   const struct group *g, double seconds)
{
	fputs(name, p->out);
	labels(p, g);
	fprintf(p->out, "} %.9g\n", seconds);
}

#define EACH_GROUP(p, g) \
	for (const struct group *g = (p)->c->node.groups; g; \
	     g = g->next, controller_breathe((p)->c))

static void states(const struct page *p)
{
	family(p, "carp_state", STATESET, "State of the group.");
	EACH_GROUP(p, g)
	for (int s = ELECTION_INIT; s <= ELECTION_MASTER; s++)
		sample_label(p, "carp_state", g, "carp_state",
			     election_state_name(s),
			     (int)g->election.state == s);
}

static void transitions_of(const struct page *p, const struct group *g,
			   int from, int to)
{
	fputs("carp_transitions_total", p->out);
	labels(p, g);
	fprintf(p->out, ",from=\"%s\",to=\"%s\"} %" PRIu64 "\n",
		election_state_name(from), election_state_name(to),
		g->transitions[from][to]);
}

static void transitions(const struct page *p)
{
	family(p, "carp_transitions", COUNTER, "Changes of state.");
	EACH_GROUP(p, g)
	for (int from = 0; from < 3; from++)
		for (int to = 0; to < 3; to++)
			if (from != to)
				transitions_of(p, g, from, to);
}

static uint64_t received(const struct carp_counters *n)
{
	return n->advert_valid + n->advert_unicast + n->advert_unreported +
	       n->advert_observed;
}

/* A counter of the data plane, or a sum of some. */
static void counted(const struct page *p, const char *name,
		    const char *sample_name, const char *help,
		    uint64_t (*value)(const struct carp_counters *))
{
	size_t i = 0;

	family(p, name, COUNTER, help);
	EACH_GROUP(p, g)
	sample(p, sample_name, g, value(&p->counters[i++]));
}

static uint64_t arp_replies(const struct carp_counters *n)
{
	return n->arp_answered;
}

static uint64_t nd_replies(const struct carp_counters *n)
{
	return n->ndp_answered;
}

static uint64_t share_accepted(const struct carp_counters *n)
{
	return n->share_accepted;
}

static uint64_t share_declined(const struct carp_counters *n)
{
	return n->share_elsewhere + n->share_lease_dead;
}

static uint64_t foreign_claims(const struct carp_counters *n)
{
	return n->arp_claim + n->ndp_claim;
}

/* Advertisements for a vhid of ours that were refused: reason is the verdict
 * without its prefix. */
static bool is_refusal(unsigned int verdict)
{
	return (verdict >= CARP_V_advert_echo &&
		verdict <= CARP_V_advert_digest) ||
	       verdict == CARP_V_advert_stale;
}

static void unsealed_alarms(const struct page *p)
{
	family(p, "carp_unsealed_alarms", COUNTER,
	       "Believed advertisements of unsealed senders that look replayed "
	       "or edited.");
	EACH_GROUP(p, g)
	sample(p, "carp_unsealed_alarms_total", g,
	       ((const struct member *)g->owner)->entry->unsealed_alarms);
}

static void dropped(const struct page *p)
{
	size_t i = 0;

	family(p, "carp_advertisements_dropped", COUNTER,
	       "Advertisements refused, by reason.");
	EACH_GROUP(p, g)
	{
		for (unsigned int v = 0; v < CARP_V_COUNT; v++)
			if (is_refusal(v))
				sample_label(
					p, "carp_advertisements_dropped_total",
					g, "reason",
					verdict_names[v] + sizeof("advert"),
					verdict_count(&p->counters[i], v));
		i++;
	}
}

static void sent(const struct page *p)
{
	family(p, "carp_advertisements_sent", COUNTER,
	       "Advertisements sent, both families.");
	EACH_GROUP(p, g)
	sample(p, "carp_advertisements_sent_total", g, g->adverts_sent);
}

static void demotions(const struct page *p)
{
	family(p, "carp_demotion", GAUGE, "Demotion in force.");
	EACH_GROUP(p, g)
	{
		fputs("carp_demotion", p->out);
		labels(p, g);
		fprintf(p->out, "} %d\n", g->election.demotion);
	}
}

static void leases(const struct page *p)
{
	struct instant now = loop_now();

	family(p, "carp_lease_remaining_seconds", GAUGE,
	       "How long the data plane may still speak without renewal.");
	EACH_GROUP(p, g)
	{
		struct span left = instant_since(now, g->election.lease_until);

		if (g->election.state != ELECTION_MASTER)
			left.ns = 0;
		sample_seconds(p, "carp_lease_remaining_seconds", g,
			       (double)left.ns / NS_PER_SECOND);
	}
}

static void dead_times(const struct page *p)
{
	family(p, "carp_master_down_seconds", GAUGE,
	       "Silence after which a backup takes the master for dead.");
	EACH_GROUP(p, g)
	sample_seconds(p, "carp_master_down_seconds", g,
		       (double)election_master_down(&g->election).ns /
			       NS_PER_SECOND);
}

static void histogram_of(const struct page *p, const char *name,
			 const struct group *g, const struct histogram *h,
			 const uint64_t *bounds)
{
	uint64_t sum = 0;

	for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		fprintf(p->out, "%s_bucket", name);
		labels(p, g);
		sum += h->count[i];
		if (i < HISTOGRAM_BUCKETS - 1)
			fprintf(p->out, ",le=\"%g\"} %" PRIu64 "\n",
				(double)bounds[i] / NS_PER_SECOND, sum);
		else
			fprintf(p->out, ",le=\"+Inf\"} %" PRIu64 "\n", sum);
	}
	fprintf(p->out, "%s_sum", name);
	labels(p, g);
	fprintf(p->out, "} %.9g\n", (double)h->sum_ns / NS_PER_SECOND);
	fprintf(p->out, "%s_count", name);
	labels(p, g);
	fprintf(p->out, "} %" PRIu64 "\n", h->total);
}

static void histograms(const struct page *p)
{
	family(p, "carp_advertisement_gap_seconds", HISTOGRAM,
	       "Time between advertisements heard.");
	EACH_GROUP(p, g)
	histogram_of(p, "carp_advertisement_gap_seconds", g, &g->gap,
		     group_gap_bounds);
	family(p, "carp_timer_lateness_seconds", HISTOGRAM,
	       "How late our own timers ran.");
	EACH_GROUP(p, g)
	histogram_of(p, "carp_timer_lateness_seconds", g, &g->lateness,
		     group_lateness_bounds);
}

static void guardian(const struct page *p)
{
	family(p, "carp_guardian", GAUGE,
	       "1 if a second process bows out should this one be killed.");
	fprintf(p->out, "carp_guardian %d\n",
		guardian_pid(p->c->guardian) != 0);
}

static void track_sample(const struct page *p, const char *name,
			 const struct tracked *t, double value)
{
	fprintf(p->out, "%s{track=\"%s\"} %.9g\n", name, t->track.rules.name,
		value);
}

#define EACH_TRACK(p, t) \
	for (const struct tracked *t = tracks_next((p)->c, NULL); t; \
	     t = tracks_next((p)->c, t))

static void track_runs(const struct page *p)
{
	family(p, "carp_track_runs", COUNTER, "Runs of its check, by result.");
	EACH_TRACK(p, t)
	for (int up = 0; up < 2; up++)
		fprintf(p->out,
			"carp_track_runs_total{track=\"%s\",result=\"%s\"} "
			"%" PRIu64 "\n",
			t->track.rules.name, up ? "up" : "down",
			t->track.runs[up]);
}

static void tracks(const struct page *p)
{
	const struct instant now = loop_now();

	family(p, "carp_track_up", GAUGE,
	       "1 unless the track is down, or unknown and counted as down.");
	EACH_TRACK(p, t)
	track_sample(p, "carp_track_up", t,
		     t->track.state == TRACK_UP ||
			     (t->track.state == TRACK_UNKNOWN &&
			      !t->track.rules.guilty));
	family(p, "carp_track_demotion", GAUGE, "What the track demotes by.");
	EACH_TRACK(p, t)
	track_sample(p, "carp_track_demotion", t,
		     tracks_demotion(p->c, &t->track));
	family(p, "carp_track_age_seconds", GAUGE,
	       "Since its check was run last.");
	EACH_TRACK(p, t)
	if (t->track.last.ns)
		track_sample(p, "carp_track_age_seconds", t,
			     (double)instant_since(t->track.last, now).ns /
				     NS_PER_SECOND);
	track_runs(p);
	family(p, "carp_runner_up", GAUGE,
	       "0 if what runs checks and hooks is not there, but needed.");
	fprintf(p->out, "carp_runner_up %d\n", !tracks_trouble(p->c));
}

static void build_info(const struct page *p)
{
	family(p, "carp_build", INFO, "Version of the controller.");
	fprintf(p->out, "carp_build_info{version=\"%s\"} 1\n",
		CARP_XDP_VERSION);
}

/* One read per group, so that all families of a page agree. */
static bool read_counters(struct page *p)
{
	size_t count = 0, i = 0;

	EACH_GROUP(p, g)
	count++;
	p->counters = calloc(count + 1, sizeof(*p->counters));
	if (!p->counters)
		return false;
	EACH_GROUP(p, g)
	{
		const struct member *m = g->owner;

		dataplane_counters(m->nic->dataplane, g->settings.vhid,
				   &p->counters[i++]);
	}
	return true;
}

static void render(const struct page *p)
{
	states(p);
	transitions(p);
	counted(p, "carp_advertisements_received",
		"carp_advertisements_received_total",
		"Verified advertisements received.", received);
	sent(p);
	dropped(p);
	counted(p, "carp_arp_replies", "carp_arp_replies_total",
		"ARP requests answered.", arp_replies);
	counted(p, "carp_nd_replies", "carp_nd_replies_total",
		"Neighbour solicitations answered.", nd_replies);
	demotions(p);
	leases(p);
	dead_times(p);
	histograms(p);
	unsealed_alarms(p);
	counted(p, "carp_foreign_claims", "carp_foreign_claims_total",
		"ARP and ND claims of our addresses from foreign MACs.",
		foreign_claims);
	counted(p, "carp_share_accepted_frames",
		"carp_share_accepted_frames_total",
		"Frames to a cluster's address taken for this node.",
		share_accepted);
	counted(p, "carp_share_declined_frames",
		"carp_share_declined_frames_total",
		"Frames to a cluster's address left to this node's master.",
		share_declined);
	guardian(p);
	tracks(p);
	build_info(p);
	if (p->open_metrics)
		fputs("# EOF\n", p->out);
}

char *metrics_render(struct controller *c, bool open_metrics)
{
	struct page p = { .c = c, .open_metrics = open_metrics };
	char *text = NULL;
	size_t size;

	p.out = open_memstream(&text, &size);
	if (!p.out)
		return NULL;
	if (read_counters(&p))
		render(&p);
	free(p.counters);
	if (fclose(p.out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
