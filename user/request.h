/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A request on the control socket: one JSON object a line.  The command line
 * and the controller share this one parser, so a value is refused with the
 * same words on both sides, before anything has happened.
 *
 *   {"version":1,"program":"0.1.0","verb":"attach","interface":"eth0",
 *    "vhid":3,"vips":["192.0.2.1/24"],"pass_file":"/etc/carp.pass",
 *    "advbase":1,"advskew":0,"preempt":true,"peers":["192.0.2.9"],
 *    "compat":"openbsd","auth":"auto","mode":"auto","metrics":"127.0.0.1:9112"}
 *   {...,"nodes":["1:0","2:100"],"balancing":"ip",...} instead of vhid, advskew
 *
 * Answers: {"version":1,"ok":true,...} or
 * {"version":1,"ok":false,"code":3,"error":"vhid 300: allowed are 1 to 255"};
 * code is the exit status of the command.
 */
#pragma once

#include "user/address.h"
#include "user/core/cluster.h"
#include "user/core/ledger.h"
#include "user/sys/dataplane.h"
#include "user/sys/netlink.h"

#include <json-c/json.h>

enum request_numbers {
	REQUEST_VERSION = 1,
	REQUEST_TEXT_MAX = 256, /* error lines, reasons */
	REQUEST_DEMOTION_MAX = 255,
	REQUEST_GRACE_MAX = 86400, /* seconds */
	REQUEST_GRACE_DEFAULT = 600,
	REQUEST_CONFIRM_MAX = 86400, /* seconds */
	REQUEST_REFRESH_MAX = 3600,  /* seconds */
	/* Far below the 300 s after which switches forget a port: four may
	 * get lost before one does. */
	REQUEST_REFRESH_DEFAULT = 60,
};

/* Exit status of every command, and "code" in a refusal. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1,  /* the system would not */
	EXIT_CODE_USAGE = 2,   /* words the command line does not know */
	EXIT_CODE_INVALID = 3, /* a value is refused */
	EXIT_CODE_NO_CONTROLLER = 4,
	EXIT_CODE_NOT_MASTER = 5, /* status --quiet */
};

enum request_verb {
	REQUEST_ATTACH,
	REQUEST_DETACH,
	REQUEST_SET,
	REQUEST_STATUS,
	REQUEST_MONITOR,
	REQUEST_DEMOTE,
	REQUEST_STATE,
	REQUEST_MAINTENANCE,
	REQUEST_RELOAD,
	REQUEST_SHOWCONF,
};

/* Members the request has; the others hold defaults. */
enum request_has {
	REQUEST_HAS_INTERFACE = 1 << 0,
	REQUEST_HAS_VHID = 1 << 1,
	REQUEST_HAS_VIPS = 1 << 2,
	REQUEST_HAS_PASS_FILE = 1 << 3,
	REQUEST_HAS_ADVBASE = 1 << 4,
	REQUEST_HAS_ADVSKEW = 1 << 5,
	REQUEST_HAS_PREEMPT = 1 << 6,
	REQUEST_HAS_PEERS = 1 << 7,
	REQUEST_HAS_COMPAT = 1 << 8,
	REQUEST_HAS_MODE = 1 << 9,
	REQUEST_HAS_METRICS = 1 << 10,
	REQUEST_HAS_DEAD_RATIO = 1 << 11,
	REQUEST_HAS_DEMOTION = 1 << 12,
	REQUEST_HAS_PREEMPT_DELAY = 1 << 13,
	REQUEST_HAS_OBSERVE = 1 << 14,
	REQUEST_HAS_NAMES = 1 << 15,
	REQUEST_HAS_TTL_MIN = 1 << 20,
	REQUEST_HAS_AUTH = 1 << 16,
	REQUEST_HAS_REFRESH = 1 << 21,
	REQUEST_HAS_GATEWAYS = 1 << 22,
	REQUEST_HAS_NODES = 1 << 23,
	REQUEST_HAS_BALANCING = 1 << 24,
	REQUEST_HAS_TRACKS = 1 << 25,
	REQUEST_HAS_COEXIST = 1 << 26,
	/* What a group has a default for: all that set can change, but for the
	 * passphrase. */
	REQUEST_HAS_SETTINGS =
		REQUEST_HAS_VIPS | REQUEST_HAS_ADVBASE | REQUEST_HAS_ADVSKEW |
		REQUEST_HAS_PREEMPT | REQUEST_HAS_PEERS | REQUEST_HAS_COMPAT |
		REQUEST_HAS_DEAD_RATIO | REQUEST_HAS_DEMOTION |
		REQUEST_HAS_PREEMPT_DELAY | REQUEST_HAS_OBSERVE |
		REQUEST_HAS_NAMES | REQUEST_HAS_TTL_MIN | REQUEST_HAS_AUTH |
		REQUEST_HAS_REFRESH | REQUEST_HAS_GATEWAYS | REQUEST_HAS_TRACKS,
};

struct request {
	enum request_verb verb;
	unsigned int has; /* enum request_has */
	char interface[NETLINK_NAME_SIZE];
	struct settings settings; /* vips and peers point to the next two */
	struct vip *vips;
	struct address *peers;
	struct cluster cluster; /* attach: its leader is settings.vhid */
	const char *pass_file;	/* absolute; belongs to the JSON object */
	const __u8 *key;	/* what it holds; NULL: it is to be read */
	const char *metrics;
	enum dataplane_mode mode;
	bool coexist; /* with other XDP programs of the interface */
	unsigned int grace_seconds; /* of a change of VIPs or passphrase */
	int demote_amount;	    /* -255..255, not 0; REQUEST_DEMOTE */
	char reason[LEDGER_REASON_SIZE];
	char name[SETTINGS_NAME_SIZE]; /* whom demote is for, or empty */
	char by[LEDGER_BY_SIZE];       /* who asks; not from the JSON */
	const char *config_name; /* the group's; not from the JSON, or NULL */
	bool want_master;	 /* REQUEST_STATE */
	bool forget_senders;	 /* REQUEST_SET: who seals, how far they are */
	bool maintenance;	 /* REQUEST_MAINTENANCE: on or off */
	bool dry_run;		 /* REQUEST_RELOAD */
	unsigned int confirm_seconds; /* the same; 0: for good */
};

/*
 * Checks and converts one request.  0, or an enum exit_code with a line of
 * text that names the value, the range and the member.  out is untouched on
 * failure; on success it refers to object and wants request_free().
 */
int request_parse(struct json_object *object, struct request *out, char *error,
		  size_t error_size);
void request_free(struct request *request);
/* One element of a list member, as above; not of nodes, of which one alone is
 * none. */
int request_check_item(enum request_verb verb, const char *name,
		       const char *text, char *error, size_t error_size);
/* One member of a request by itself, as above. */
int request_check(enum request_verb verb, const char *name,
		  struct json_object *value, char *error, size_t error_size);

const char *compat_name(enum compat compat);
const char *demotion_form_name(enum demotion_form form);
const char *auth_mode_name(enum carp_auth_mode mode);
const char *mode_name(enum dataplane_mode mode);
