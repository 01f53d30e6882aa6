/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words between a controller and its hand; for hand_*.c and
 * dataplane_ask.c alone.
 */
#pragma once

#include "user/sys/dataplane_parts.h"
#include "user/sys/hand.h"

#include <limits.h>
#include <sys/socket.h>

/* --- the quick channel: messages of these sizes, and of no other -----------
 */

enum hand_quick_kind {
	QUICK_ADD = 1,
	QUICK_REMOVE,
	QUICK_CLEAR,
	QUICK_NEIGHBOR, /* the first item; no answer */
};

struct hand_item {
	__u8 family; /* 4 or 6 */
	__u8 prefix;
	__u8 link_local;
	__u8 pad;
	__u8 address[16];
};

struct hand_quick {
	__u32 kind;
	__u32 sequence;
	__u32 ifindex;
	__u32 count; /* of items */
	struct hand_item items[HAND_BATCH];
};

struct hand_quick_answer {
	__u32 sequence;
	__s32 errors[HAND_BATCH];
};

/* The third channel carries struct log_line. */

enum hand_ends {
	HAND_ENDS = 3
};

/* --- the slow channel ------------------------------------------------------
 */

/* One byte with one descriptor: the worker's end of a connection.  On it a
 * pack with this in front, and an answer as a pack. */
enum hand_work {
	WORK_OPEN = 1, /* data planes: in the order of hand_plane.c */
	WORK_ADOPT,
	WORK_ATTACH,
	WORK_DETACH,
	WORK_RENAME,
	WORK_RENEW,
	WORK_STEP_ASIDE,
	WORK_STEP_BACK,
	WORK_LOOK,
	WORK_PINNED,
	WORK_RECALL,
	WORK_UNPIN,
	WORK_PACKET, /* all else: hand_work.c */
	WORK_SECRET,
	WORK_FILE_READ,
	WORK_FILE_WRITE,
	WORK_FLAG_GET,
	WORK_FLAG_SET,
	WORK_LISTEN,
	WORK_LISTENER_ADOPT,
	WORK_LISTENER_LEAVE,
	WORK_CONNECT,
	WORK_LISTEN_TCP,
	WORK_RESTARTS,
	WORK_CLEAN,
	WORK_CONFIG,
	WORK_RUNNER,
	WORK_END,
};

enum hand_numbers {
	HAND_ERROR_SIZE = 320,
	HAND_WORKERS_MAX = 16,
	HAND_TEXT_MAX = 16 << 20, /* of a file */
};

/* Whatever a kind does not need is 0. */
struct hand_request {
	__s32 cpu;    /* to keep off; -1: none */
	__u32 modest; /* background_step_back() */
	__u32 ifindex;
	__u32 file; /* enum hand_file */
	__u32 on;
	__u32 pad;
	__u64 device, inode; /* of the control socket */
	char name[IFNAMSIZ];
	struct sockaddr_storage address;
	char path[PATH_MAX]; /* of a passphrase */
	struct dataplane_plain plane;
};

struct hand_answer {
	__s32 err;
	__u32 yes;
	__u64 device, inode;
	char error[HAND_ERROR_SIZE];
	__u8 key[CARP_PASSPHRASE_MAX + 1];
	struct dataplane_plain plane;
};

/* --- hand_check.c: what is refused -----------------------------------------
 */

/* NULL: it is right. */
const char *hand_quick_refuse(const void *message, size_t size);
/* size: of the request and what comes behind it. */
const char *hand_request_refuse(unsigned int kind,
				const struct hand_request *request,
				size_t size);

/* --- the controller's side --------------------------------------------------
 */

/* Has it done.  request may be followed by text; fds go with it.  The answer's
 * pack is left where the answer ends, and is to be freed in any case.  Returns
 * answer->err; without an answer there is a text too. */
int hand_ask(struct hand *hand, enum hand_work kind,
	     const struct hand_request *request, const char *text,
	     const struct pack *fds, struct hand_answer *answer,
	     struct pack *pack);

/* hand_link.c: these become the hand's ends. */
int hand_link_give(const struct hand_link *link, const int ends[HAND_ENDS]);

/* --- the hand's side ---------------------------------------------------------
 */

__attribute__((noreturn)) void hand_live(const struct hand_config *config,
					 int quick, int slow, int lines);
/* In a worker: does what connection asks for. */
void hand_work(const struct hand_config *config, int connection);
/* request->plane with its descriptors; answer and reply are to be filled. */
void hand_plane(const struct hand_config *config, enum hand_work kind,
		const struct hand_request *request, struct pack *fds,
		struct hand_answer *answer, struct pack *reply);
