/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * TEST_RUN with `repeat` runs the program again and again on one buffer, and
 * neither it nor its live mode puts back what the program wrote: an answered
 * ARP request is a reply the second time, and would be measured as something
 * to pass.  So the rows that rewrite their frame go through a program of ours
 * that first writes the frame anew and then tail-calls the data plane, which
 * stays byte for byte the shipped one; subtracted is the same program with a
 * tail call to a bare XDP_TX or XDP_PASS.  After each batch the data plane's
 * own counter must have moved by exactly the number of runs.
 *
 * The kernel gives whole nanoseconds per batch, rounded down.  Half of one is
 * added, and the quieter half of a round's batches averaged.  Batches of all
 * rows take turns, so that a slow moment hits every row.
 */
#include "cost.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <linux/bpf.h>
#include <string.h>

#include "bench.skel.h"
#include "frames.h"
#include "plane.h"

enum cost_limits {
	BATCHES = 12,	 /* in a round */
	REPEAT = 100000, /* runs in a batch */
	REPEAT_HASH = 20000,
	REPEAT_RING = 3000, /* events the ring holds */
};

enum restore {
	RESTORE_NONE,
	RESTORE_LINK,
	RESTORE_ARP,
	RESTORE_ND
};

/* What is measured: which plane, or a bare program if there is none. */
enum subject {
	BARE_PASS,
	BARE_DROP,
	BARE_TX,
	BARE_CLOCK,
	PLANE_1,
	PLANE_255,
	PLANE_STRICT,  /* 255, --auth strict */
	PLANE_PEERS,   /* with another host as the only peer */
	PLANE_VIPS,    /* with PLANE_VIPS_MANY addresses */
	PLANE_GUARDED, /* 255, loaded without CAP_PERFMON */
};

struct row {
	const char *name;
	struct packet (*frame)(void);
	enum subject subject;
	enum restore restore;
	enum cost_id base;
	enum carp_verdict verdict;
	__u32 repeat;
};

#define V(name)	 CARP_V_##name
#define BARE(id) id, V(passed), REPEAT
#define PASS	 COST_BARE_PASS, V(passed), REPEAT
static const struct row rows[] = {
	[COST_BARE_PASS] = { "bare XDP_PASS", frame_tcp, BARE_PASS,
			     RESTORE_NONE, BARE(COST_BARE_PASS) },
	[COST_BARE_DROP] = { "bare XDP_DROP", frame_advert_ttl, BARE_DROP,
			     RESTORE_NONE, BARE(COST_BARE_DROP) },
	[COST_BARE_LINK] = { "link header put back, bare XDP_PASS", frame_vmac,
			     BARE_PASS, RESTORE_LINK, BARE(COST_BARE_LINK) },
	[COST_BARE_ARP] = { "ARP request put back, bare XDP_TX", frame_arp,
			    BARE_TX, RESTORE_ARP, BARE(COST_BARE_ARP) },
	[COST_BARE_ND] = { "solicitation put back, bare XDP_TX", frame_nd,
			   BARE_TX, RESTORE_ND, BARE(COST_BARE_ND) },
	[COST_CLOCK] = { "the boot clock read, bare XDP_PASS", frame_tcp,
			 BARE_CLOCK, RESTORE_NONE, PASS },
	[COST_TCP_1] = { "unrelated TCP, 1 vhid", frame_tcp, PLANE_1,
			 RESTORE_NONE, PASS },
	[COST_TCP_255] = { "unrelated TCP, 255 vhids", frame_tcp, PLANE_255,
			   RESTORE_NONE, PASS },
	[COST_TCP_LINK] = { "control: the same, link header put back",
			    frame_tcp, PLANE_255, RESTORE_LINK, COST_BARE_LINK,
			    V(passed), REPEAT },
	[COST_VMAC] = { "virtual MAC rewritten", frame_vmac, PLANE_255,
			RESTORE_LINK, COST_BARE_LINK, V(vmac_admitted),
			REPEAT },
	[COST_ARP] = { "ARP request answered", frame_arp, PLANE_255,
		       RESTORE_ARP, COST_BARE_ARP, V(arp_answered), REPEAT },
	[COST_ND] = { "neighbour solicitation answered", frame_nd, PLANE_255,
		      RESTORE_ND, COST_BARE_ND, V(ndp_answered), REPEAT },
	[COST_ARP_1] = { "ARP answered, 1 vhid", frame_arp, PLANE_1,
			 RESTORE_ARP, COST_BARE_ARP, V(arp_answered), REPEAT },
	[COST_ARP_VIPS] = { "ARP answered, 100,000 VIPs", frame_arp, PLANE_VIPS,
			    RESTORE_ARP, COST_BARE_ARP, V(arp_answered),
			    REPEAT },
	[COST_OTHER] = { "advertisement for a vhid not ours",
			 frame_advert_other, PLANE_1, RESTORE_NONE,
			 COST_BARE_PASS, V(advert_other), REPEAT },
	[COST_STRANGER] = { "advertisement from no peer of ours", frame_advert,
			    PLANE_PEERS, RESTORE_NONE, COST_BARE_DROP,
			    V(advert_stranger), REPEAT },
	[COST_LENGTH] = { "advertisement cut short", frame_advert_length,
			  PLANE_255, RESTORE_NONE, COST_BARE_DROP,
			  V(advert_length), REPEAT },
	[COST_VERSION] = { "advertisement, bad version", frame_advert_version,
			   PLANE_255, RESTORE_NONE, COST_BARE_DROP,
			   V(advert_version), REPEAT },
	[COST_STALE] = { "advertisement, sealed and replayed", frame_sealed,
			 PLANE_STRICT, RESTORE_NONE, COST_BARE_DROP,
			 V(advert_stale), REPEAT },
	[COST_TTL] = { "advertisement, bad TTL", frame_advert_ttl, PLANE_255,
		       RESTORE_NONE, COST_BARE_DROP, V(advert_ttl), REPEAT },
	[COST_CHECKSUM] = { "advertisement, bad checksum",
			    frame_advert_checksum, PLANE_255, RESTORE_NONE,
			    COST_BARE_DROP, V(advert_checksum), REPEAT },
	[COST_FORGED] = { "advertisement, forged: full HMAC", frame_forged,
			  PLANE_255, RESTORE_NONE, COST_BARE_DROP,
			  V(advert_digest), REPEAT_HASH },
	[COST_FORGED6] = { "the same over IPv6", frame_forged6, PLANE_255,
			   RESTORE_NONE, COST_BARE_DROP, V(advert_digest),
			   REPEAT_HASH },
	[COST_STRICT] = { "the same with --auth strict: SipHash", frame_forged,
			  PLANE_STRICT, RESTORE_NONE, COST_BARE_DROP,
			  V(advert_seal), REPEAT },
	[COST_VALID] = { "advertisement, valid: HMAC and event", frame_advert,
			 PLANE_255, RESTORE_NONE, COST_BARE_PASS,
			 V(advert_valid), REPEAT_RING },
	[COST_GUARDED_TCP] = { "no CAP_PERFMON: unrelated TCP", frame_tcp,
			       PLANE_GUARDED, RESTORE_NONE, PASS },
	[COST_GUARDED_ARP] = { "no CAP_PERFMON: ARP answered", frame_arp,
			       PLANE_GUARDED, RESTORE_ARP, COST_BARE_ARP,
			       V(arp_answered), REPEAT },
	[COST_GUARDED_ND] = { "no CAP_PERFMON: solicitation answered", frame_nd,
			      PLANE_GUARDED, RESTORE_ND, COST_BARE_ND,
			      V(ndp_answered), REPEAT },
	[COST_GUARDED_TTL] = { "no CAP_PERFMON: bad TTL", frame_advert_ttl,
			       PLANE_GUARDED, RESTORE_NONE, COST_BARE_DROP,
			       V(advert_ttl), REPEAT },
	[COST_GUARDED_FORGED] = { "no CAP_PERFMON: forged", frame_forged,
				  PLANE_GUARDED, RESTORE_NONE, COST_BARE_DROP,
				  V(advert_digest), REPEAT_HASH },
};
#undef PASS
#undef BARE
#undef V

static struct {
	struct plane one, all, strict, guarded, peers, vips;
	struct bench_bpf *bench;
} bed;

static bool row_is_bare(const struct row *row)
{
	return row->subject < PLANE_1;
}

const char *cost_name(enum cost_id id)
{
	return rows[id].name;
}

bool cost_is_bare(enum cost_id id)
{
	return rows[id].base == id;
}

enum cost_id cost_base(enum cost_id id)
{
	return rows[id].base;
}

struct series cost_net(const struct cost_results *results, enum cost_id id)
{
	return series_minus(&results->gross[id],
			    &results->gross[rows[id].base]);
}

static void hear(struct packet frame)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes,
		    .data_size_in = (__u32)frame.size);

	if (bpf_prog_test_run_opts(plane_program(&bed.strict), &run))
		err(1, "a sealed advertisement");
}

/* A sender that is known, so that the same again is a replay. */
static void hear_sealed(void)
{
	hear(frame_sealed_before());
	hear(frame_sealed());
	if (plane_count(&bed.strict, advert_default().vhid,
			CARP_V_advert_valid) != 2)
		errx(1, "sealed advertisements are not taken");
	plane_drain(&bed.strict);
}

void cost_open(void)
{
	plane_open(&bed.one, 1);
	plane_open(&bed.all, 255);
	plane_open_strict(&bed.strict, 255);
	plane_open_guarded(&bed.guarded, 255);
	plane_open_peers(&bed.peers, 255);
	plane_open_vips(&bed.vips, PLANE_VIPS_MANY);
	hear_sealed();
	bed.bench = bench_bpf__open_and_load();
	if (!bed.bench)
		errx(1, "the benchmark's own programs do not load");
}

void cost_close(void)
{
	bench_bpf__destroy(bed.bench);
	plane_close(&bed.strict);
	plane_close(&bed.guarded);
	plane_close(&bed.peers);
	plane_close(&bed.vips);
	plane_close(&bed.all);
	plane_close(&bed.one);
}

static const struct plane *row_plane(const struct row *row)
{
	switch (row->subject) {
	case PLANE_1:
		return &bed.one;
	case PLANE_STRICT:
		return &bed.strict;
	case PLANE_GUARDED:
		return &bed.guarded;
	case PLANE_PEERS:
		return &bed.peers;
	case PLANE_VIPS:
		return &bed.vips;
	default:
		return &bed.all;
	}
}

static int row_subject(const struct row *row)
{
	switch (row->subject) {
	case BARE_PASS:
		return bpf_program__fd(bed.bench->progs.bench_pass);
	case BARE_DROP:
		return bpf_program__fd(bed.bench->progs.bench_drop);
	case BARE_TX:
		return bpf_program__fd(bed.bench->progs.bench_reflect);
	case BARE_CLOCK:
		return bpf_program__fd(bed.bench->progs.bench_clock);
	default:
		return plane_program(row_plane(row));
	}
}

static __u32 row_action(const struct row *row)
{
	switch (row->subject) {
	case BARE_PASS:
	case BARE_CLOCK:
		return XDP_PASS;
	case BARE_DROP:
		return XDP_DROP;
	case BARE_TX:
		return XDP_TX;
	default:
		return (__u32)carp_verdict_action(row->verdict);
	}
}

/* The program to run: the subject, or one that restores and tail-calls it. */
static int row_program(const struct row *row, const struct packet *frame)
{
	int subject = row_subject(row), zero = 0;
	int next = bpf_map__fd(bed.bench->maps.bench_next);

	if (row->restore == RESTORE_NONE)
		return subject;
	if (bpf_map_update_elem(next, &zero, &subject, BPF_ANY))
		err(1, "bench_next");
	memcpy(bed.bench->bss->bench_template, frame->bytes,
	       sizeof(bed.bench->bss->bench_template));
	if (row->restore == RESTORE_LINK)
		return bpf_program__fd(bed.bench->progs.restore_link);
	if (row->restore == RESTORE_ARP)
		return bpf_program__fd(bed.bench->progs.restore_arp);
	return bpf_program__fd(bed.bench->progs.restore_nd);
}

static uint64_t row_count(const struct row *row)
{
	bool nobodys = row->verdict == CARP_V_passed ||
		       row->verdict == CARP_V_advert_other;
	uint32_t vhid = nobodys ? 0 : advert_default().vhid;
	uint64_t told = 0;

	if (row_is_bare(row))
		return 0;
	/* One a jiffy has its tag checked. */
	if (row->verdict == CARP_V_advert_stale)
		told = plane_count(row_plane(row), vhid,
				   CARP_V_advert_replayed);
	return told + plane_count(row_plane(row), vhid, row->verdict);
}

static double run_batch(const struct row *row)
{
	struct packet frame = row->frame();
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes,
		    .data_size_in = (__u32)frame.size,
		    .repeat = (int)row->repeat);
	uint64_t before = row_count(row), moved;

	if (bpf_prog_test_run_opts(row_program(row, &frame), &run))
		err(1, "%s", row->name);
	moved = row_count(row) - before;
	if (run.retval != row_action(row) ||
	    (!row_is_bare(row) && moved != row->repeat))
		errx(1, "%s: action %u, %llu of %u frames ended as they should",
		     row->name, run.retval, (unsigned long long)moved,
		     row->repeat);
	plane_drain(&bed.all);
	return run.duration + 0.5;
}

void cost_round(struct cost_results *results)
{
	double values[COST_IDS][BATCHES];

	for (int batch = 0; batch < BATCHES; batch++)
		for (int id = 0; id < COST_IDS; id++)
			values[id][batch] = run_batch(&rows[id]);
	for (int id = 0; id < COST_IDS; id++)
		series_add(&results->gross[id],
			   quiet_mean(values[id], BATCHES));
}
