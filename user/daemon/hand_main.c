/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Hand and runner as services of their own: a process of each for each
 * controller that connects.
 */
#include "user/daemon/daemon.h"
#include "user/daemon/host.h"
#include "user/probe/probe.h"
#include "user/request.h"
#include "user/sys/hand.h"
#include "user/sys/log.h"
#include "user/sys/runner.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

/* A descriptor, or -1: said. */
static int find_connection(const char *what, int type)
{
	if (sd_listen_fds(1) == 1 &&
	    sd_is_socket_unix(SD_LISTEN_FDS_START, type, 0, NULL, 0) > 0)
		return SD_LISTEN_FDS_START;
	log_warnx("%s: no controller on descriptor %d: systemd starts this, "
		  "for each that connects to carp-xdp-%s.socket",
		  what, SD_LISTEN_FDS_START, what);
	return -1;
}

int daemon_hand(const struct daemon_options *options, const char *unit)
{
	const struct hand_config config = {
		.socket_path = options->socket_path,
		.pin_dir = options->pin_dir,
		.state_dir = options->state_dir,
		.config = options->config,
		.runner = options->runner,
		.unit = unit,
		.coexist = options->coexist,
	};
	int connection = find_connection("hand", SOCK_STREAM), code, err;
	char why[REQUEST_TEXT_MAX];

	if (connection < 0)
		return EXIT_CODE_FAILED;
	code = host_privilege(why, sizeof(why));
	if (code) {
		log_warnx("hand: %s", why);
		return code;
	}
	err = hand_serve(&config, connection);
	log_warnx("hand: the controller that connected does not go on: %s",
		  strerror(-err));
	return EXIT_CODE_FAILED;
}

bool daemon_probe(const char *const *words, size_t count,
		  unsigned int timeout_ms, int *value, char *text)
{
	struct carp_probe_result result = { 0 };
	struct carp_probe probe;

	if (!carp_probe_parse(words, count, &probe, text, RUNNER_TEXT_SIZE))
		return false;
	carp_probe_run(&probe, timeout_ms, &result);
	*value = result.value;
	snprintf(text, RUNNER_TEXT_SIZE, "%s", result.text);
	return result.state == PROBE_UP;
}

int daemon_runner(void)
{
	int connection = find_connection("runner", SOCK_SEQPACKET);

	if (connection < 0)
		return EXIT_CODE_FAILED;
	runner_live(connection, daemon_probe);
}
