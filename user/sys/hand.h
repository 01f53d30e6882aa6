/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hand: a second process that keeps the privilege, and does for the
 * controller, which has none, what needs it or a name in the file system.  It
 * is told where pins, state and sockets are when it starts, and afterwards
 * takes numbers, addresses and interface names only, in messages of fixed size
 * that it checks; it parses no text.
 *
 * What is quick it does itself, one request after the other: addresses and
 * neighbours, for which elections wait.  What is slow a worker does, a process
 * made for that one request, which then exits: loading, attaching, files.
 */
#pragma once

#include "carp/wire.h"
#include "user/sys/netlink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct hand;
struct listener;
struct packet;
struct sockaddr_storage;

enum hand_limits {
	HAND_BATCH = 32, /* addresses at once */
	/* Marks addresses we attach (IFA_PROTO), so that they can be told
	 * from an administrator's after a crash.  No other is ever removed. */
	HAND_ADDRESS_MARK = 0xca,
};

struct hand_config {
	const char *socket_path;
	const char *pin_dir;
	const char *state_dir;
	const char *config; /* file or directory; NULL: none */
	const char *runner; /* the socket of its service; NULL: none */
	/* Asked about by hand_restarts(); NULL: the one it is in. */
	const char *unit;
	uid_t user;	/* the controller's, soon */
	bool coexist;	/* keeps CAP_SYS_ADMIN, for chain.h */
	bool to_syslog; /* and the controller's lines with its own */
};

/* To a hand that is a service of its own. */
struct hand_link {
	int fd;	    /* -1: there is none */
	int frames; /* a packet socket, for a guardian */
	pid_t pid;
};

/* Waits for it 10 s at most.  0 or -errno (-EPROTO: what answers there is not
 * the hand of this release), and then there is none. */
int hand_link_open(const char *path, struct hand_link *out);
void hand_link_close(struct hand_link *link);
/* That service, for whoever has connected: does not return, or -errno. */
int hand_serve(const struct hand_config *config, int connection);

/* Forks the hand, or takes the one at the other end of link if there is one;
 * it ends when this process does.  Before there are threads and secrets, and to
 * fork it, with all privilege.  0 or -errno. */
int hand_start(const struct hand_config *config, const struct hand_link *link,
	       struct hand **out);
/* Lets it go, and waits for its end.  Takes NULL. */
void hand_stop(struct hand *hand);
/* As it sees itself. */
pid_t hand_pid(const struct hand *hand);
/* Readable when there is something to look at: false, it has ended. */
int hand_fd(const struct hand *hand);
bool hand_alive(struct hand *hand);

/* --- quick: for the loop, which waits a quarter of a second at most ------- */

/* It has not answered yet what it was asked last, for which nobody waits any
 * more: it may be done later, and asking again now would be waiting again.
 * hand_fd() is readable once it has. */
bool hand_owes(struct hand *hand);
/* Waits for that, a second at most. */
void hand_await(struct hand *hand);

/* Adds or removes up to HAND_BATCH addresses of one interface: errors[] is what
 * netlink.h says of each, or all are the same -errno. */
void hand_addresses(struct hand *hand, bool add,
		    const struct netlink_address *addresses, size_t count,
		    int errors[HAND_BATCH]);
/* The same in two steps: nobody waits in between, and until the second is true
 * the hand owes something.  0 or -errno; there is one at a time. */
int hand_addresses_begin(struct hand *hand, bool add,
			 const struct netlink_address *addresses, size_t count);
bool hand_addresses_end(struct hand *hand, int errors[HAND_BATCH]);
/* netlink_addresses_clear() of those with our mark. */
int hand_addresses_clear(struct hand *hand, unsigned int ifindex);
/* neighbor_use(), without waiting: not at all if the hand is held up. */
void hand_neighbor(struct hand *hand, unsigned int ifindex, int family,
		   const __u8 *address);

/* --- slow: by a worker ---------------------------------------------------- */

/* secret_read(). */
int hand_secret(struct hand *hand, const char *path,
		__u8 key[static CARP_PASSPHRASE_MAX + 1], char *error,
		size_t error_size);

/* textfiles_read() of the configuration; -ENOENT: the hand knows of none. */
struct textfile;
int hand_config(struct hand *hand, struct textfile **out, size_t *out_count,
		char *error, size_t error_size);

enum hand_file {
	HAND_SEQUENCES,
	HAND_MAINTENANCE,
	HAND_FILES,
};

/* statefile_read() and statefile_write() of a file in the state directory;
 * flag_get() and flag_set(). */
int hand_file_read(struct hand *hand, enum hand_file file, char **text);
int hand_file_write(struct hand *hand, enum hand_file file, const char *text);
int hand_flag_get(struct hand *hand, enum hand_file file);
int hand_flag_set(struct hand *hand, enum hand_file file, bool on);

/* The control socket: listener_open(), listener_adopt(), and giving up its
 * name. */
int hand_listen(struct hand *hand, struct listener *out);
int hand_listener_adopt(struct hand *hand, int fd, struct listener *out);
void hand_listener_leave(struct hand *hand, const struct listener *listener);
/* A connection to the controller that answers there, which is root's or ours: a
 * descriptor, -EACCES if it is neither, or another -errno. */
int hand_connect(struct hand *hand);
/* A connection to a new runner (runner.h); or -errno. */
int hand_runner(struct hand *hand);
/* A TCP socket that listens there; or -errno. */
int hand_listen_tcp(struct hand *hand, const struct sockaddr_storage *address);
/* packet_open(). */
int hand_packet(struct hand *hand, unsigned int ifindex, struct packet **out);
/* systemd_restarts(). */
bool hand_restarts(struct hand *hand);
/* Removes the directory of pins, if nothing is left in it. */
void hand_clean(struct hand *hand);
