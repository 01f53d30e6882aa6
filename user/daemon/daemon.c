/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller as a process: privileges, loop, signals, readiness.
 */
#include "user/daemon/daemon.h"
#include "user/daemon/control.h"
#include "user/daemon/host.h"
#include "user/sys/confine.h"
#include "user/sys/guardian.h"
#include "user/sys/http.h"
#include "user/sys/log.h"
#include "user/sys/notify.h"
#include "user/sys/runner.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Whoever started us reads "ok" or the reason why not. */
static void tell_starter(const struct daemon_options *options, int code,
			 const char *text)
{
	char line[CONTROLLER_ERROR_SIZE + 16];
	int size;

	if (options->ready_fd < 0) {
		if (code)
			log_warnx("%s", text);
		return;
	}
	if (code)
		size = snprintf(line, sizeof(line), "%d %s\n", code, text);
	else
		size = snprintf(line, sizeof(line), "ok\n");
	if (write(options->ready_fd, line, (size_t)size) < 0)
		log_warn("cannot tell the starter");
	close(options->ready_fd);
}

/* What all of it is made of; each part NULL until it is there. */
struct daemon {
	const struct daemon_options *options;
	struct confine confine;
	uid_t owner;
	struct hand_link link;
	int manager; /* to be notified */
	struct guardian *guardian;
	struct nursery *nursery;
	struct hand *hand;
	struct loop *loop;
	struct control *control;
};

static int explain(int err, const char *what, char *error, size_t size)
{
	if (err)
		snprintf(error, size, "cannot %s: %s", what, strerror(-err));
	return err ? EXIT_CODE_FAILED : 0;
}

static struct control_config control_config(const struct daemon *d)
{
	const struct daemon_options *options = d->options;

	return (struct control_config){ .loop = d->loop,
					.hand = d->hand,
					.owner = d->owner,
					.guardian = d->guardian,
					.nursery = d->nursery,
					.socket_path = options->socket_path,
					.pin_dir = options->pin_dir,
					.state_dir = options->state_dir,
					.embedded = options->embedded,
					.metrics = options->metrics,
					.configured = options->config != NULL,
					.takeover = options->takeover };
}

static int open_hand(struct daemon *d)
{
	const struct hand_config config = {
		.socket_path = d->options->socket_path,
		.pin_dir = d->options->pin_dir,
		.state_dir = d->options->state_dir,
		.config = d->options->config,
		.user = d->confine.uid,
		.coexist = d->options->coexist,
		.to_syslog = d->options->embedded,
	};

	return hand_start(&config, &d->link, &d->hand);
}

/* Before there is a guardian, which needs what comes with it. */
static int open_link(struct daemon *d, char *error, size_t size)
{
	const char *path = d->options->hand;
	int err = path ? hand_link_open(path, &d->link) : 0;

	if (err)
		snprintf(error, size,
			 "%s: no process with privilege answers there: %s",
			 path, strerror(-err));
	return err ? EXIT_CODE_FAILED : 0;
}

/* Checks and hooks come from a configuration; who has a hand that is a service
 * gets runners from one, too. */
static int open_nursery(struct daemon *d)
{
	if (!d->options->config || d->options->hand)
		return 0;
	return nursery_start(daemon_probe, &d->nursery);
}

static int open_loop(struct daemon *d)
{
	int err = loop_open(&d->loop);

	return err ? err : loop_catch_signals(d->loop);
}

/* Whoever may be told to serve metrics later cannot load anything then. */
static int load_what_is_needed(const struct daemon_options *options,
			       char *error, size_t size)
{
	if ((!options->metrics && !options->config && !options->takeover) ||
	    http_load(error, size) == 0)
		return 0;
	if (options->metrics)
		return EXIT_CODE_FAILED;
	log_warnx("there will be no metrics: %s", error);
	return 0;
}

/* All that needs privilege for itself; the guardian does not return. */
static int prepare(struct daemon *d, char *error, size_t size)
{
	struct control_config config;
	int code;

	confine_prepare(&d->confine);
	d->manager = notify_open();
	code = open_link(d, error, size);
	if (!code && !d->options->unguarded)
		code = explain(guardian_start(d->options->embedded, &d->confine,
					      d->link.frames, &d->guardian),
			       "make the guardian", error, size);
	if (!code)
		code = explain(open_nursery(d), "make the nursery", error,
			       size);
	if (!code)
		code = explain(open_hand(d), "make the hand", error, size);
	hand_link_close(&d->link);
	if (!code)
		code = load_what_is_needed(d->options, error, size);
	if (!code)
		code = explain(open_loop(d), "make an event loop", error, size);
	if (code)
		return code;
	config = control_config(d);
	return control_open(&config, &d->control, error, size);
}

/* From here on without any. */
static int start(struct daemon *d, char *error, size_t size)
{
	const struct daemon_options *options = d->options;
	const struct control_config config = control_config(d);
	int code = explain(confine_controller(&d->confine), "give up privilege",
			   error, size);

	if (!code)
		code = explain(guardian_begin(d->guardian),
			       "reach the guardian", error, size);
	if (!code)
		code = control_begin(d->control, &config, error, size);
	if (!code && options->metrics)
		code = control_metrics(d->control, options->metrics, error,
				       size);
	if (!code && options->first_request)
		code = control_execute(d->control, options->first_request,
				       error, size);
	return code;
}

/* The service manager starts again what ends with an error. */
static int judge(const struct daemon *d, int err)
{
	if (err)
		log_warnx("the event loop has ended: %s", strerror(-err));
	return err || control_lost(d->control) ? EXIT_CODE_FAILED : 0;
}

static int serve(struct daemon *d)
{
	int code, err;

	tell_starter(d->options, 0, "");
	notify_send(d->manager, "READY=1");
	err = loop_run(d->loop);
	if (control_given(d->control)) {
		log_info("another process has taken over");
		_exit(EXIT_CODE_OK); /* nothing here is ours any more */
	}
	notify_send(d->manager, "STOPPING=1");
	code = judge(d, err);
	control_close(d->control);
	return code;
}

int daemon_main(const struct daemon_options *options)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct daemon d = { .options = options,
			    .owner = geteuid(),
			    .link = { -1, -1, 0 },
			    .manager = -1 };
	int code = options->hand ? 0 : host_privilege(error, sizeof(error));

	log_open();
	signal(SIGPIPE, SIG_IGN);
	host_spare_memory();
	if (!code)
		code = host_clock(error, sizeof(error));
	if (!code)
		code = prepare(&d, error, sizeof(error));
	if (!code)
		code = start(&d, error, sizeof(error));
	if (code) {
		/* First leave nothing behind, then say so. */
		control_close(d.control);
		tell_starter(options, code, error);
	} else {
		code = serve(&d);
	}
	loop_close(d.loop);
	nursery_stop(d.nursery);
	hand_stop(d.hand);
	guardian_dismiss(d.guardian);
	return code;
}
