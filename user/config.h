/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configuration files: text in, checked groups out, and back again.  Opens no
 * file.  A group's options are those of carp-xdp attach, and are judged by the
 * same parser:
 *
 *   metrics = "127.0.0.1:9112"
 *   group web {
 *           interface = eth0
 *           vhid = 3
 *           vips = { 192.0.2.100/24, 2001:db8::100/64 }
 *           pass-file = /etc/carp-xdp/pass
 *           track = { uplink }
 *   }
 *   track uplink {
 *           interface = eth1
 *           fall = 1
 *   }
 *   hook tell {
 *           command = { /usr/local/bin/tell, --all }
 *           on = { master }
 *   }
 */
#pragma once

#include "user/core/track.h"
#include "user/request.h"
#include "user/sys/runner.h"

enum config_limits {
	CONFIG_NAME_SIZE = 32,	  /* of a group, with its end */
	CONFIG_PLACE_SIZE = 96,	  /* "FILE:LINE" */
	CONFIG_GROUPS_MAX = 4096, /* in all files */
	CONFIG_TRACKS_MAX = RUNNER_CHECKS_MAX,
	CONFIG_HOOKS_MAX = 16,
	CONFIG_HOOK_GROUPS_MAX = 16, /* that one hook names */
	CONFIG_TEXT_MAX = 4 << 20,
	CONFIG_ERROR_SIZE = CONFIG_PLACE_SIZE + REQUEST_TEXT_MAX,
};

/* A group as it is to be, or as it is. */
struct config_group {
	char name[CONFIG_NAME_SIZE];   /* letters, digits, ".", "_", ":", "-" */
	char place[CONFIG_PLACE_SIZE]; /* where it begins; or "" */
	/* An attach request without what it does not say. */
	struct json_object *attach;
	char interface[NETLINK_NAME_SIZE];
	uint8_t vhid;	       /* of a cluster, its leader's */
	const char *pass_file; /* in attach; NULL: none */
	bool has_key;	       /* what is in it has been read */
	__u8 key[SETTINGS_KEY_SIZE];
	bool failed;	      /* not what it is to be, yet */
	unsigned int again;   /* enum request_has: it was detached for that */
	unsigned int changed; /* the same: what is to be changed of it */
	bool moves;	      /* its VIPs are, while it is attached */
	/* The next in a ring of those that pass VIPs to each other, of which
	 * one leads; NULL: it does with none. */
	struct config_group *with;
	bool leads;
};

/* A track, all bytes of it: what no option says is at its default. */
struct config_track {
	char place[CONFIG_PLACE_SIZE];
	struct track_rules rules;
	struct runner_job job;
};

/* What is run at changes of state; all bytes of it. */
struct config_hook {
	char place[CONFIG_PLACE_SIZE];
	char name[SETTINGS_NAME_SIZE];
	struct runner_job job;
	unsigned int on; /* a bit for each enum election_state come to */
	char groups[CONFIG_HOOK_GROUPS_MAX][CONFIG_NAME_SIZE];
	size_t groups_count; /* 0: of all */
};

struct config {
	struct config_group *groups;
	size_t count;
	struct config_track *tracks; /* CONFIG_TRACKS_MAX, or NULL: none */
	size_t tracks_count;
	struct config_hook *hooks; /* CONFIG_HOOKS_MAX, or NULL: none */
	size_t hooks_count;
	char *metrics; /* NULL: none */
	char metrics_place[CONFIG_PLACE_SIZE];
};

struct textfile;

struct config_text {
	const char *name; /* of the file, for errors */
	const char *text;
};

/*
 * Reads files, one behind the other.  0, or an enum exit_code with one line
 * that names file, line, value and what is allowed; *out is NULL then.  Not for
 * two threads at a time: libconfuse has room for one caller.
 */
int config_parse(const struct config_text *texts, size_t count,
		 struct config **out, char *error, size_t error_size);
/* The same of files that have been read (textfiles.h). */
int config_read(const struct textfile *files, size_t count, struct config **out,
		char *error, size_t error_size);
/* One more group, zero but for its name; NULL: no memory, or too many. */
struct config_group *config_add(struct config *config, const char *name);
/* The same of a track. */
struct config_track *config_track_add(struct config *config);
/* The same of a hook. */
struct config_hook *config_hook_add(struct config *config);
bool config_hook_same(const struct config_hook *a, const struct config_hook *b);
/* Whether two of the same name are the same: rules, job. */
bool config_track_same_rules(const struct track_rules *a,
			     const struct track_rules *b);
bool config_track_same_job(const struct runner_job *a,
			   const struct runner_job *b);
/* "interface eth1", "command /usr/local/bin/check -v" */
void config_track_words(const struct runner_job *job, char *out, size_t size);
struct config *config_new(void);
/* Wipes keys.  Takes NULL. */
void config_free(struct config *config);
bool config_name_valid(const char *name);
/* Makes what is in no name "_". */
void config_name_clean(char *name);

/* The request that makes a group what it is to be: what the file does not say
 * is at its default, so that it is taken back where it was said before.  0 or
 * an exit code; request_free() it, and keep group meanwhile. */
int config_request(const struct config_group *group, struct request *out,
		   char *error, size_t error_size);
/* What config_parse() reads as the same; to be freed, NULL: no memory. */
char *config_print(const struct config *config);
