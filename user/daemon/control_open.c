/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Controller, socket and metrics listener: opened afresh, taken over from
 * another process, handed over to one, closed.
 */
#include "user/daemon/control_parts.h"
#include "user/daemon/metrics.h"
#include "user/daemon/page.h"
#include "user/daemon/reload.h"
#include "user/sys/listener.h"
#include "user/sys/log.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- handing over --------------------------------------------------------- */

static void describe(void *context, struct pack *pack)
{
	struct control *control = context;
	int metrics = http_fd(control->http);

	pack_put_fd(pack, server_listener(control->server)->fd);
	pack_put_text(pack, metrics >= 0 ? control->metrics : NULL);
	pack_put(pack, &control->metrics_followed,
		 sizeof(control->metrics_followed));
	hooks_describe(control->hooks, pack);
	if (metrics >= 0)
		pack_put_fd(pack, metrics);
}

static void on_given(void *context)
{
	struct control *control = context;

	control->given = true;
	news_flush(control->controller);
	loop_quit(control->loop);
}

static void on_dropped(void *context)
{
	struct control *control = context;

	handover_end(control->handover);
	control->handover = NULL;
	if (control->overdue)
		loop_quit(control->loop);
}

bool control_lost(const struct control *control)
{
	return control->controller->lost;
}

bool control_given(const struct control *control)
{
	return control->given;
}

void control_offer(struct control *control, struct server_client *client)
{
	const struct handover_offer offer = { .loop = control->loop,
					      .controller = control->controller,
					      .describe = describe,
					      .given = on_given,
					      .dropped = on_dropped,
					      .context = control };
	int connection = server_detach(client);

	if (connection >= 0)
		handover_serve(&offer, connection, &control->handover);
}

/* The service manager starts the successor once the guardian has ended, for
 * that is its main process. */
static void on_linger(void *context)
{
	struct control *control = context;

	control->lingering = true;
	controller_unguard(control->controller);
}

static void on_linger_end(void *context)
{
	struct control *control = context;

	/* A successor that has come may be slow; told again, we end. */
	control->overdue =
		control->lingering && control->handover && !control->overdue;
	if (!control->overdue)
		loop_quit(control->loop);
}

/* --- opening ---------------------------------------------------------------
 */

static char *on_scrape(void *context, bool open_metrics)
{
	struct feed *feed = context;

	return metrics_render(feed_controller(feed), open_metrics);
}

static void on_wake(void *context)
{
	struct control *control = context;

	http_wake(control->http);
}

/* For the background. */
struct listening {
	struct hand *hand;
	struct sockaddr_storage where;
	int fd; /* or -errno */
};

static void listen_slowly(void *argument)
{
	struct listening *l = argument;

	l->fd = hand_listen_tcp(l->hand, &l->where);
}

static int serve_metrics(struct control *control, const char *address,
			 int listening, char *error, size_t error_size)
{
	struct listening l = { .hand = control->hand, .fd = listening };
	const struct http_service service = {
		.metrics = on_scrape,
		.page = page_text,
		.page_size = page_size,
		.policy = page_policy,
		.host_name = feed_host(control->feed),
		.open = feed_reader_open,
		.read = feed_reader_read,
		.close = feed_reader_close,
		.tick = feed_tick,
		.context = control->feed,
	};
	int err;

	if (control->metrics && !strcmp(control->metrics, address))
		return 0;
	if (control->metrics) {
		snprintf(error, error_size, "metrics %s: already served at %s",
			 address, control->metrics);
		return EXIT_CODE_INVALID;
	}
	err = http_address(address, &l.where);
	if (!err && l.fd < 0) {
		controller_background(control->controller, listen_slowly, &l);
		err = l.fd < 0 ? l.fd : 0;
	}
	if (!err)
		err = http_open(control->loop, address, l.fd, &service,
				&control->http);
	if (!err) {
		control->metrics = strdup(address);
		return 0;
	}
	if (err == -EINVAL)
		snprintf(error, error_size,
			 "metrics %s: expected ADDRESS:PORT such as "
			 "127.0.0.1:9112",
			 address);
	else if (err == -ENOSYS)
		snprintf(error, error_size,
			 "metrics %s: this controller has not loaded what "
			 "serves them, and cannot any more; "
			 "\"carp-xdp daemon --takeover --metrics %s\" goes on "
			 "in its place with them",
			 address, address);
	else
		snprintf(error, error_size, "metrics %s: %s", address,
			 strerror(-err));
	return err == -EINVAL ? EXIT_CODE_INVALID : EXIT_CODE_FAILED;
}

int control_metrics(struct control *control, const char *address, char *error,
		    size_t error_size)
{
	return serve_metrics(control, address, -1, error, error_size);
}

int control_follow_metrics(struct control *control, const char *address,
			   bool dry, char *error, size_t error_size)
{
	struct http *served = control->http;
	char *where = control->metrics;
	int code = 0;

	if (dry || (where && !control->metrics_followed) ||
	    (where && address && !strcmp(where, address)))
		return 0;
	control->http = NULL;
	control->metrics = NULL;
	if (address)
		code = serve_metrics(control, address, -1, error, error_size);
	if (code) {
		control->http = served;
		control->metrics = where;
		return code;
	}
	control->metrics_followed = address != NULL;
	http_close(served);
	free(where);
	return 0;
}

static int open_server(struct control *control, const char *path, int listening,
		       char *error, size_t size)
{
	struct server_handler handler = { .request = control_on_request,
					  .gone = control_on_gone,
					  .context = control };
	struct listener listener;
	int err = listening < 0 ? hand_listen(control->hand, &listener)
				: hand_listener_adopt(control->hand, listening,
						      &listener);

	if (!err)
		err = server_open(control->loop, &listener, control->owner,
				  &handler, &control->server);

	if (!err)
		return 0;
	if (err == -EADDRINUSE)
		snprintf(error, size, "%s: another controller answers there",
			 path);
	else
		snprintf(error, size, "%s: %s", path, strerror(-err));
	return EXIT_CODE_FAILED;
}

static int start_afresh(struct control *control,
			const struct control_config *config, char *error,
			size_t size)
{
	int code = open_server(control, config->socket_path, -1, error, size);

	if (!code)
		code = controller_begin(control->controller, error, size);
	return code;
}

/* What describe() has said in the other process. */
static int take_rest(struct control *control,
		     const struct control_config *config, struct pack *rest,
		     char *error, size_t size)
{
	int listening = pack_take_fd(rest);
	char *metrics = pack_get_text(rest);
	int code = open_server(control, config->socket_path, listening, error,
			       size);

	pack_get(rest, &control->metrics_followed,
		 sizeof(control->metrics_followed));
	if (!code && hooks_take(control->hooks, rest) != 0)
		log_warnx("hooks are not taken over: out of order");
	/* Our own command line may name another place. */
	if (!code && metrics &&
	    (!config->metrics || !strcmp(config->metrics, metrics)))
		code = serve_metrics(control, metrics, pack_take_fd(rest),
				     error, size);
	free(metrics);
	return code;
}

static int take_over(struct control *control,
		     const struct control_config *config, int connection,
		     char *error, size_t size)
{
	struct pack rest = { 0 };
	int code = handover_take(connection, control->controller, &rest, error,
				 size);

	if (!code)
		code = take_rest(control, config, &rest, error, size);
	pack_free(&rest);
	return code;
}

/* A bad configuration is no reason to let go of what runs, and one to start
 * nothing. */
static int start(struct control *control, const struct control_config *config,
		 struct config **wanted, char *error, size_t size)
{
	int connection = -1, bad = 0;
	int code;

	if (config->configured)
		bad = reload_read(control, wanted, error, size);
	switch (handover_ask(config->hand, config->socket_path,
			     config->takeover, &connection, error, size)) {
	case HANDOVER_WILLING:
		if (bad)
			log_warnx("configuration: %s; goes on with the groups "
				  "as they are",
				  error);
		code = take_over(control, config, connection, error, size);
		close(connection);
		return code;
	case HANDOVER_NONE:
		return bad ? bad : start_afresh(control, config, error, size);
	case HANDOVER_REFUSED:
	default:
		return EXIT_CODE_FAILED;
	}
}

int control_open(const struct control_config *config, struct control **out,
		 char *error, size_t error_size)
{
	struct control *control = calloc(1, sizeof(*control));
	struct controller_events events = { .told = control_on_told,
					    .tracked = control_on_tracked,
					    .hooked = control_on_hooked,
					    .calm = control_on_calm,
					    .context = control };
	int code;

	if (!control) {
		snprintf(error, error_size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	control->loop = config->loop;
	control->hand = config->hand;
	control->owner = config->owner;
	control->embedded = config->embedded;
	control->retry = control->confirm = ALARM_NONE;
	code = controller_open(config->loop, config->hand, config->pin_dir,
			       config->state_dir, &events, &control->controller,
			       error, error_size);
	if (!code)
		code = tracks_open(control->controller, config->nursery, error,
				   error_size);
	if (!code)
		control->feed =
			feed_open(control->controller, on_wake, control);
	if (!code)
		control->hooks = hooks_new(config->loop, control->controller);
	if (!code && (!control->feed || !control->hooks)) {
		snprintf(error, error_size, "out of memory");
		code = EXIT_CODE_FAILED;
	}
	if (code) {
		controller_close(control->controller);
		free(control);
	} else {
		*out = control;
	}
	return code;
}

int control_begin(struct control *control, const struct control_config *config,
		  char *error, size_t error_size)
{
	const struct linger_events linger = { .begin = on_linger,
					      .end = on_linger_end,
					      .context = control };
	const struct request begin = { .verb = REQUEST_RELOAD };
	struct config *wanted = NULL;
	int code = start(control, config, &wanted, error, error_size);

	if (code) {
		config_free(wanted);
		return code;
	}
	controller_guard(control->controller, config->guardian);
	if (linger_open(config->loop, config->hand, &linger,
			&control->linger) != 0)
		log_warnx("restarts will not be hitless");
	loop_on_hangup(config->loop, reload_on_hangup, control);
	return wanted ? reload_apply(control, wanted, &begin, NULL, error,
				     error_size)
		      : 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	handover_end(control->handover);
	reload_close(control);
	linger_close(control->linger);
	/* First, so that monitors see the last changes. */
	controller_leave(control->controller);
	http_close(control->http);
	feed_close(control->feed);
	control->feed = NULL;
	control->embedded = false;
	/* While we still answer there, nobody replaces it. */
	if (control->server)
		hand_listener_leave(control->hand,
				    server_listener(control->server));
	server_close(control->server);
	/* All that is ours is given back: this may take a while. */
	hooks_last(control->hooks);
	hooks_free(control->hooks);
	controller_close(control->controller);
	free(control->metrics);
	free(control);
}
