/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller as a process: sockets, signals, readiness.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct json_object;

struct daemon_options {
	const char *socket_path;
	const char *pin_dir;
	const char *state_dir;
	const char *metrics; /* NULL: none */
	const char *hand;    /* the socket of its service; NULL: a child */
	const char *config;  /* file or directory; NULL: none */
	const char *runner;  /* of a hand: the socket of its service */
	/* Started by attach: ends when the last group is detached, or when it
	 * has none after its first request. */
	bool embedded;
	bool unguarded; /* no second process */
	bool coexist;	/* the hand keeps what joining other programs takes */
	bool takeover;	/* from one that is at work */
	/* Written "ok\n", or "CODE TEXT\n" before exit; -1: none. */
	int ready_fd;
	/* attach --foreground: executed at start, failure ends the process. */
	struct json_object *first_request;
};

/* Runs until SIGTERM or SIGINT; the exit status. */
int daemon_main(const struct daemon_options *options);

/* The hand of a controller that has connected to systemd's socket, which is
 * descriptor 3 (sd_listen_fds(3)); unit: the controller's, or NULL.  Runs until
 * that controller ends; the exit status. */
int daemon_hand(const struct daemon_options *options, const char *unit);

/* The runner of a controller, as above. */
int daemon_runner(void);
/* How a runner looks at what needs no program (user/probe). */
bool daemon_probe(const char *const *words, size_t count,
		  unsigned int timeout_ms, int *value, char *text);
