/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Values one behind the other, and descriptors with them, from one process to
 * another on the same host over a UNIX socket.  The values travel in an
 * anonymous file: whatever is secret among them is never on a disk, and is
 * wiped here when it is done with.  Knows sizes, not meanings; never blocks
 * the sender.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pack_limits {
	PACK_FDS_MAX = 64,
	PACK_SIZE_MAX = 1 << 30,
};

struct pack {
	char *bytes;
	size_t used, room, at; /* at: read so far */
	int fds[PACK_FDS_MAX];
	size_t fds_used, fds_at;
	bool received; /* the descriptors not taken yet are ours */
	bool failed;   /* no memory, or read beyond the end */
};

/* Once it has failed, all further calls do nothing. */
void pack_put(struct pack *pack, const void *value, size_t size);
/* The descriptor stays the caller's. */
void pack_put_fd(struct pack *pack, int fd);
/* A text with its end; NULL is not the empty one. */
void pack_put_text(struct pack *pack, const char *text);

/* All zero if there is no such value. */
void pack_get(struct pack *pack, void *out, size_t size);
/* In memory of its own, NULL if there is nothing. */
void *pack_copy(struct pack *pack, size_t size);
char *pack_get_text(struct pack *pack);
/* The next descriptor, which is the caller's now; -1: none. */
int pack_take_fd(struct pack *pack);

/* With one word in front: 0, or -errno and nothing has been sent. */
int pack_send(int socket, uint32_t word, const struct pack *pack);
/* Waits as long as the socket does.  0 or -errno (-EBADMSG: above most); pack
 * is to be freed. */
int pack_receive(int socket, uint32_t *out_word, size_t most,
		 struct pack *pack);
void pack_free(struct pack *pack);
