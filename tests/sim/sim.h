/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A whole cluster in one thread: the shipping core and the shipping rooms of
 * the data plane, a clock that stands where it is put, a network and faults
 * that come from one seed.  The same seed gives the same run, bit for bit.
 *
 * Time is global, in nanoseconds; each host reads it through a clock of its
 * own, which drifts.  A host has an interface and a group on each LAN.
 */
#pragma once

#include "tests/native/native.h"
#include "user/core/auth.h"
#include "user/core/node.h"

enum sim_limits {
	HOSTS = 5,
	LANS = 2,
	FLIGHTS = 2048, /* frames under way */
	EVENTS = 8192,
	FRAME_ROOM = 96,
	GENERATIONS = 4, /* of passphrase and list of VIPs */
	TAPE = 64,	 /* frames that an attacker has recorded */
	LINES = 40,	 /* of the trace, shown of a seed that fails */
	LINE = 120,
	FIRST_VHID = 7,
	CLIENT = HOSTS, /* on each LAN, behind the hosts */
	STATIONS = HOSTS + 1,
	VIRTUAL = HOSTS,       /* in the place of a host's own MAC */
	ELSEWHERE = HOSTS + 1, /* an attacker, and what leads nowhere */
	NOBODY = -1,
	BURST_LOSS = 700, /* per mille */
};

#define US 1000ull
#define MS 1000000ull
#define S  1000000000ull

/* OURS runs the core; the others are small models of what they are. */
enum kind {
	OURS,
	OPENBSD,
	FREEBSD,
	UCARP
};

enum fault {
	FREEZE, /* the controller gets no CPU */
	SLEEP,	/* nor does the data plane */
	CRASH,	/* the controller is killed; the data plane stays */
	STOP,	/* an orderly end */
	REBOOT,
	LINK,
	SEND_ERRORS,
	CUT,   /* of the network, one way or both */
	BURST, /* of losses */
	DEMOTE,
	COMMAND,
	SKEW, /* reload with another advskew */
	ROLL, /* a new passphrase or list of VIPs, host by host */
	REPLAY,
	FORGE,
	CLAIM, /* a foreign MAC says it has the VIP */
	ECHO,
	SLOW, /* a controller that is late */
	FAULTS
};

enum event_kind {
	EV_FRAME,
	EV_FAULT,
	EV_PROBE,
	EV_START,
	EV_LINK,
	EV_RELOAD,
	EV_WAKE,
};

struct event {
	uint64_t at;
	uint32_t order;
	uint16_t kind, to; /* to: host */
	uint32_t what;	   /* flight, or what kind wants */
};

enum truth {
	TRUE_ONE, /* sent by who it says, unchanged */
	REPLAYED,
	EDITED, /* what the HMAC does not cover is another */
	FORGED, /* what it covers is */
};

/* A frame under way; `refs` deliveries are still to come. */
struct flight {
	uint64_t sent_at, sequence;
	uint16_t size;
	uint8_t from, lan, family, refs;
	uint8_t delivered; /* bits of hosts that have had it */
	uint8_t advbase, advskew, demote;
	uint8_t signed_as; /* generation of the digest */
	enum truth truth;
	bool advert, probe;
	uint32_t next; /* free list */
	uint8_t bytes[FRAME_ROOM];
};

/* What the checker knows of a port, by its own book-keeping. */
struct book {
	uint64_t entered;		   /* this state, local clock */
	uint64_t armed;			   /* patience begins again, local */
	uint64_t reloaded, ready;	   /* settings; left INIT; local */
	uint64_t heard[ELECTION_FAMILIES]; /* accepted, local */
	uint64_t edited;		   /* and its seal broken, local */
	uint64_t vacant_until;		   /* whoever said so, local */
	uint64_t advert_at;		   /* last attempt, local */
	uint64_t speak_until;		   /* local */
	uint64_t live_since, promoted_at;  /* global */
	uint64_t silent_at;	/* does not speak from then on, global */
	uint64_t ok_at;		/* last whole advertisement, global */
	uint64_t speech;	/* how long it may speak from then on */
	uint64_t failing_since; /* sends, global; 0: they work */
	uint64_t upset;		/* excuse of this port alone, global */
	uint64_t last_rival;	/* global */
	uint64_t reranked;	/* says another rank since, global */
	uint64_t sequence[HOSTS][ELECTION_FAMILIES]; /* newest accepted */
	uint8_t accepted[HOSTS][ELECTION_FAMILIES];  /* how many, at most 3 */
	/* When the newest accepted one of each was sent, global. */
	uint64_t last_heard[HOSTS][ELECTION_FAMILIES];
	int64_t tokens, announce_tokens; /* in nanoseconds of interval */
	uint64_t tokens_at, announce_at; /* global: a reboot sets no clock */
	unsigned int announced, adverts; /* frames, in this step */
	unsigned int sweeps;		 /* steps that announced, as master */
	bool master;			 /* as last reported */
	bool was_live;			 /* before the event at hand */
	bool was_yielded, was_vacant;
	unsigned int was_adverts;
	uint64_t was_due; /* its next advertisement, local; 0: not known */
	bool promoted;	  /* in this step */
	uint8_t said_skew, said_demote; /* in the last advertisement */
	bool yielded;			/* told to, and not master since */
	bool bowed;			/* out, in this step */
	bool fallible;			/* something failed in this step */
	bool must_announce;
	bool drained; /* the ring, in this step */
};

struct bsd {
	enum election_state state;
	uint64_t down[ELECTION_FAMILIES], advert_due; /* global */
	uint64_t counter;
	uint8_t advbase, advskew, demote;
	bool preempt;
};

struct port {
	struct world *world;
	struct host *host;
	uint8_t lan;
	struct native *plane;
	struct group group;
	struct notice_table notices;
	struct bsd bsd;
	struct vip vips[4];
	struct address peers[2 * HOSTS];
	struct carp_auth auth;
	uint8_t generation, old_generation; /* equal: no grace */
	uint8_t skew;			    /* as configured */
	unsigned int own_counters;
	bool link_up, link_seen, addresses;
	uint64_t link_down_until, send_errors_until;
	struct book book;
};

struct host {
	struct world *world;
	uint8_t index;
	enum kind kind;
	bool running;
	bool preempt;
	uint8_t skew;
	int64_t ppm;
	uint64_t booted; /* global time when its clock was at clock_base */
	uint64_t clock_base;
	uint64_t frozen_until, asleep_until, down_until, slow_until;
	uint64_t wake_at;
	uint64_t now;	/* local, of the step under way */
	uint64_t upset; /* last time that it was not all there, global */
	uint64_t sequence_high, sequence_base;
	int demotion; /* by operators */
	struct port ports[LANS];
	struct node node;
};

struct mix {
	uint32_t loss, dup, reorder; /* per mille */
	uint64_t delay_min, delay_mean, delay_max;
	uint64_t latency_max;
	uint64_t fault_gap;
	uint32_t ring; /* events that fit; 0: as many as there are */
	uint32_t weight[FAULTS], weights;
};

struct common {
	enum compat compat;
	enum carp_auth_mode auth;
	uint8_t advbase, dead_ratio;
	bool v4, v6, unicast;
	bool crossed; /* who goes first over IPv4 goes last over IPv6 */
	uint16_t preempt_delay;
};

/* Where a client sends what is for a virtual IP. */
struct cache {
	bool known;
	uint8_t mac[CARP_MAC_SIZE];
	uint64_t since;
};

struct lan {
	int seen_at[STATIONS]; /* the switch: of each MAC, the port */
	uint64_t seen[STATIONS];
	uint64_t misled; /* by an attacker */
	struct cache cache[ELECTION_FAMILIES];
};

struct figures {
	uint64_t adverts, faults, frames, probes, transitions, refused, packets;
	uint64_t seeds, violations, longest_overlap;
};

struct world {
	uint64_t seed, state; /* of the generator */
	uint64_t now, end, calm_at, settled_at;
	uint64_t hash; /* of all that has happened */
	bool calm;     /* no more faults */
	bool tracing, printing;
	bool failed;
	char failure[200];
	int hosts, lans;
	uint64_t longest; /* interval of all hosts */
	struct common common;
	struct mix mix;
	uint8_t generation;
	bool rolling;
	struct host host[HOSTS];
	uint64_t cut_until[LANS][STATIONS][STATIONS];
	uint64_t disturbed[LANS][STATIONS][STATIONS];
	struct lan lan[LANS];
	uint64_t forgets_after; /* switch and client */
	bool deaf;		/* the client, to what it has not asked for */
	uint64_t arrival[LANS][HOSTS][HOSTS]; /* of the last, for order */
	uint64_t burst_until;
	struct carp_auth auths[LANS][GENERATIONS];
	struct event heap[EVENTS];
	uint32_t heap_count, order;
	struct flight flights[FLIGHTS];
	uint32_t free_flight;
	uint32_t tape[TAPE], tape_count; /* copies live in tape_frames */
	struct flight tape_frames[TAPE];
	struct figures *figures;
	char lines[LINES][LINE];
	unsigned int lines_count;
};

/* world.c */
uint64_t draw(struct world *w, uint64_t below);
bool chance(struct world *w, uint32_t per_mille);
void at(struct world *w, uint64_t when, enum event_kind kind, int to,
	uint32_t what);
bool next_event(struct world *w, struct event *out);
uint64_t next_event_at(const struct world *w);
__attribute__((format(printf, 2, 3))) void tell(struct world *w,
						const char *format, ...);
#define trace(w, ...) \
	do { \
		if ((w)->tracing) \
			tell(w, __VA_ARGS__); \
	} while (0)

/* host.c: one of ours, and what all have in common */
uint64_t local_time(const struct host *h, uint64_t global);
uint64_t global_time(const struct host *h, uint64_t local);
bool host_acts(const struct host *h, uint64_t now); /* its controller */
bool plane_works(const struct port *p, uint64_t now);
void host_prepare(struct host *h);
void host_start(struct host *h);
void host_stop(struct host *h, bool orderly);
void host_wake(struct host *h);
void host_wake_soon(struct host *h);
void host_links(struct host *h);
void host_reload(struct host *h, uint8_t generation, bool grace);
void host_demote(struct host *h, int amount);
struct address port_address(const struct world *w, int host, int lan, int fam);
int host_of(const struct world *w, int family, const uint8_t *address);
void port_mac(int host, int lan, uint8_t out[CARP_MAC_SIZE]);
void world_auths(struct world *w);

/* effects.c */
extern const struct group_ops sim_ops;

/* peer.c: the models */
void peer_start(struct port *p);
void peer_wake(struct port *p);
void peer_receive(struct port *p, const struct flight *f);
uint64_t peer_deadline(const struct port *p);

/* net.c */
int net_send(struct port *p, const uint8_t *frame, size_t size);
void net_deliver(struct world *w, const struct event *e);
void net_inject(struct world *w, const struct flight *like, int to);
struct flight *net_flight(struct world *w);
void net_release(struct world *w, struct flight *f);
void net_open(struct world *w);

/* lan.c */
void lan_open(struct world *w);
void lan_hears(struct world *w, int lan, int from, const uint8_t *frame);
void lan_hears_ucarp(struct port *p);
void lan_answers(struct port *p, int family, const uint8_t *frame);
void check_reach(struct world *w, int lan);

/* swarm.c */
void swarm_open(struct world *w);
void swarm_fault(struct world *w);
void swarm_calm(struct world *w);

/* rank.c: the rules once more, as the checker understands them */
uint64_t rank_interval(uint8_t advbase, uint8_t advskew);
uint8_t rank_wire_skew(const struct port *p);
uint8_t rank_wire_demote(const struct port *p);
uint64_t rank_patience(const struct port *p);
uint64_t rank_longest_speech(const struct port *p);
int rank_demotion(const struct host *h);
/* Negative: p goes before what was advertised; 0: equal. */
int rank_order(const struct port *p, const struct carp_event *ad);
int rank_between(const struct port *a, const struct port *b);
/* May it, must it stay master beside this equal of its own? */
enum tie {
	TIE_OPEN,
	TIE_STAYS,
	TIE_YIELDS
} rank_tie(const struct port *p, const struct carp_event *ad);
bool port_live(const struct port *p, uint64_t now);
uint64_t port_interval(const struct port *p);
bool port_is_master(const struct port *p);
char port_name(const struct port *p);
/* In the step under way. */
bool port_leased(const struct port *p);

/* checker.c */
__attribute__((format(printf, 3, 4))) void broken(struct world *w,
						  const char *promise,
						  const char *format, ...);
bool take_token(int64_t *tokens, uint64_t *last, uint64_t now, int64_t cost,
		int64_t room, uint64_t rate);
void check_sent(struct port *p, const struct flight *f, bool ok);
void check_before(struct port *p); /* an event is taken */
void check_answer(struct port *p); /* to an event */
void check_lease(struct port *p, uint64_t until);
void check_addresses(struct port *p, bool present);
void check_heard(struct port *p, struct flight *f, uint32_t verdict,
		 bool first);
void check_changed(struct port *p, const struct election_output *out);
void check_event(struct port *p, const struct carp_event *event,
		 enum election_state before);
void check_reloaded(struct port *p);
void check_step(struct host *h);
/* Since when nothing has been wrong with it; what takes time and is nobody's
 * fault. */
uint64_t sound_since(const struct port *p);
uint64_t slack(const struct world *w);
void check_probe(struct world *w);
void check_settled(struct world *w, bool end);
/* Nothing between these two can be held against anyone now. */
void disturb(struct world *w, int lan, int from, int to);

/* run.c */
void run_seed(struct world *w, uint64_t seed);
