/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller as a process: privileges, loop, signals, readiness.
 */
#include "user/daemon/daemon.h"
#include "user/daemon/control.h"
#include "user/sys/guardian.h"
#include "user/sys/log.h"
#include "user/sys/timens.h"

#include <cap-ng.h>
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

static bool lacks(capng_type_t type, unsigned int capability)
{
	return !capng_have_capability(type, capability);
}

/* CAP_SYS_ADMIN stands for CAP_BPF, as in the kernel. */
static int check_privilege(char *error, size_t size)
{
	bool no_bpf, no_admin, no_raw;

	capng_get_caps_process();
	no_bpf = lacks(CAPNG_EFFECTIVE, CAP_BPF) &&
		 lacks(CAPNG_EFFECTIVE, CAP_SYS_ADMIN);
	no_admin = lacks(CAPNG_EFFECTIVE, CAP_NET_ADMIN);
	no_raw = lacks(CAPNG_EFFECTIVE, CAP_NET_RAW);
	if (!no_bpf && !no_admin && !no_raw)
		return 0;
	snprintf(error, size, "privilege missing:%s%s%s (run as root)",
		 no_bpf ? " CAP_BPF" : "", no_admin ? " CAP_NET_ADMIN" : "",
		 no_raw ? " CAP_NET_RAW" : "");
	return EXIT_CODE_FAILED;
}

/* A lease would begin or end by another clock than the data plane's. */
static int check_clock(char *error, size_t size)
{
	long long s;

	if (!timens_shifted(&s))
		return 0;
	snprintf(error, size,
		 "in a time namespace whose boot clock is %+lld s off the "
		 "kernel's, which leases go by (start it outside)",
		 s);
	return EXIT_CODE_FAILED;
}

static int start(const struct daemon_options *options, struct loop *loop,
		 struct guardian *guardian, struct control **out, char *error,
		 size_t size)
{
	struct control_config config = { .loop = loop,
					 .guardian = guardian,
					 .socket_path = options->socket_path,
					 .pin_dir = options->pin_dir,
					 .state_dir = options->state_dir,
					 .embedded = options->embedded,
					 .metrics = options->metrics,
					 .takeover = options->takeover };
	int code = control_open(&config, out, error, size);

	if (!code && options->metrics)
		code = control_metrics(*out, options->metrics, error, size);
	if (!code && options->first_request)
		code = control_execute(*out, options->first_request, error,
				       size);
	return code;
}

static int serve(const struct daemon_options *options, struct loop *loop,
		 struct guardian *guardian)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct control *control = NULL;
	int code =
		start(options, loop, guardian, &control, error, sizeof(error));

	if (code) {
		/* First leave nothing behind, then say so. */
		control_close(control);
		tell_starter(options, code, error);
		return code;
	}
	tell_starter(options, 0, "");
	loop_notify("READY=1");
	code = loop_run(loop);
	if (control_given(control)) {
		log_info("another process has taken over");
		_exit(EXIT_CODE_OK); /* nothing here is ours any more */
	}
	loop_notify("STOPPING=1");
	control_close(control);
	if (!code)
		return 0;
	/* The service manager starts again what ends with an error. */
	log_warnx("the event loop has ended: %s", strerror(-code));
	return EXIT_CODE_FAILED;
}

/* Returns in the process that is to be guarded only. */
static int guard(const struct daemon_options *options, struct guardian **out,
		 char *error, size_t size)
{
	int err = guardian_start(options->embedded, out);

	if (!err)
		return 0;
	snprintf(error, size, "cannot make the guardian: %s", strerror(-err));
	return EXIT_CODE_FAILED;
}

int daemon_main(const struct daemon_options *options)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct guardian *guardian = NULL;
	struct loop *loop = NULL;
	int code = check_privilege(error, sizeof(error));

	if (!code)
		code = check_clock(error, sizeof(error));
	if (!code && !options->unguarded)
		code = guard(options, &guardian, error, sizeof(error));
	if (!code && (loop_open(&loop) != 0 || loop_catch_signals(loop) != 0)) {
		snprintf(error, sizeof(error), "cannot make an event loop");
		code = EXIT_CODE_FAILED;
	}
	if (code) {
		tell_starter(options, code, error);
	} else {
		signal(SIGPIPE, SIG_IGN);
		if (options->embedded)
			log_to_syslog();
		code = serve(options, loop, guardian);
	}
	loop_close(loop);
	guardian_dismiss(guardian);
	return code;
}
