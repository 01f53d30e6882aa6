/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The hand as a service of its own: one process for each controller that
 * connects.
 */
#include "user/daemon/daemon.h"
#include "user/daemon/host.h"
#include "user/request.h"
#include "user/sys/hand.h"
#include "user/sys/log.h"

#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>

/* A descriptor, or -1: said. */
static int find_connection(void)
{
	if (sd_listen_fds(1) == 1 &&
	    sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 0, NULL, 0) > 0)
		return SD_LISTEN_FDS_START;
	log_warnx("hand: no controller on descriptor %d: systemd starts this, "
		  "for each that connects to carp-xdp-hand.socket",
		  SD_LISTEN_FDS_START);
	return -1;
}

int daemon_hand(const struct daemon_options *options, const char *unit)
{
	const struct hand_config config = {
		.socket_path = options->socket_path,
		.pin_dir = options->pin_dir,
		.state_dir = options->state_dir,
		.config = options->config,
		.unit = unit,
	};
	int connection = find_connection(), code, err;
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
