/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Requests: parsed by request_parse.c, carried out by the controller, answered
 * here.
 */
#include "user/daemon/control.h"
#include "user/daemon/metrics.h"
#include "user/daemon/put.h"
#include "user/daemon/status.h"
#include "user/sys/http.h"
#include "user/sys/server.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct control {
	struct loop *loop;
	struct controller *controller;
	struct server *server;
	struct http *http;
	char *metrics;
	bool embedded;
	struct server_client *monitors[SERVER_CLIENTS_MAX];
};

/* --- answers ------------------------------------------------------------- */

static struct json_object *answer(bool ok)
{
	struct json_object *object = json_object_new_object();

	put(object, "version", json_object_new_int(REQUEST_VERSION));
	put(object, "ok", json_object_new_boolean(ok));
	return object;
}

static struct json_object *refusal(int code, const char *text)
{
	struct json_object *object = answer(false);

	put(object, "code", json_object_new_int(code));
	put(object, "error", json_object_new_string(text));
	return object;
}

/* NULL: there was no memory for it, and the client is hung up on. */
static void send_json(struct server_client *client, struct json_object *object)
{
	server_reply(client, object ? json_object_to_json_string_ext(
					      object, JSON_C_TO_STRING_PLAIN)
				    : NULL);
}

/* --- the monitor --------------------------------------------------------- */

/* Takes over line. */
static void tell_monitors(struct control *control, struct json_object *line)
{
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (control->monitors[i])
			send_json(control->monitors[i], line);
	json_object_put(line);
}

static void on_changed(void *context, const struct member *member,
		       const struct election_output *output)
{
	tell_monitors(context, status_change(member, output));
}

static void on_noticed(void *context, const struct member *member,
		       const struct notice *notice)
{
	tell_monitors(context, status_notice(member, notice));
}

static bool start_monitor(struct control *control, struct server_client *client)
{
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (!control->monitors[i] || control->monitors[i] == client) {
			control->monitors[i] = client;
			return true;
		}
	return false;
}

static void stop_monitor(struct control *control, struct server_client *client)
{
	for (size_t i = 0; i < SERVER_CLIENTS_MAX; i++)
		if (control->monitors[i] == client)
			control->monitors[i] = NULL;
}

/* --- verbs --------------------------------------------------------------- */

static void add_group(struct json_object *reply, const struct member *member)
{
	put(reply, "group", status_group(member));
	if (!member->has_key)
		put(reply, "warning",
		    json_object_new_string(
			    "no passphrase: anyone on the link can speak "
			    "for this group (see --pass-file)"));
}

static int attach(struct control *control, struct request *request,
		  struct json_object *reply, char *error, size_t size)
{
	struct member *member = NULL;
	int code = 0;

	if (request->has & REQUEST_HAS_METRICS)
		code = control_metrics(control, request->metrics, error, size);
	if (!code)
		code = controller_attach(control->controller, request, &member,
					 error, size);
	if (!code)
		add_group(reply, member);
	return code;
}

static int set(struct control *control, struct request *request,
	       struct json_object *reply, char *error, size_t size)
{
	struct member *member = NULL;
	int code = controller_set(control->controller, request, &member, error,
				  size);

	if (!code)
		add_group(reply, member);
	return code;
}

/* Its pid, or null. */
static struct json_object *guardian_of(const struct controller *c)
{
	const int pid = guardian_pid(c->guardian);

	return pid ? json_object_new_int(pid) : NULL;
}

static int status(struct control *control, const struct request *request,
		  struct json_object *reply)
{
	unsigned int vhid =
		request->has & REQUEST_HAS_VHID ? request->settings.vhid : 0;

	put(reply, "program", json_object_new_string(CARP_XDP_VERSION));
	put(reply, "pid", json_object_new_int(getpid()));
	put(reply, "guardian", guardian_of(control->controller));
	put(reply, "maintenance",
	    json_object_new_boolean(control->controller->maintenance));
	put(reply, "sequences_kept",
	    json_object_new_boolean(memory_kept(control->controller)));
	status_fill(reply, control->controller, request->interface, vhid);
	return 0;
}

/* Everything but the monitor, which needs a client. */
static int execute(struct control *control, struct request *request,
		   struct json_object *reply, char *error, size_t size)
{
	struct controller *c = control->controller;

	switch (request->verb) {
	case REQUEST_ATTACH:
		return attach(control, request, reply, error, size);
	case REQUEST_SET:
		return set(control, request, reply, error, size);
	case REQUEST_DETACH:
		return controller_detach(c, request, error, size);
	case REQUEST_STATUS:
		return status(control, request, reply);
	case REQUEST_DEMOTE:
		return controller_demote(c, request, error, size);
	case REQUEST_STATE:
		return controller_state(c, request, error, size);
	case REQUEST_MAINTENANCE:
		return controller_maintenance(c, request, error, size);
	case REQUEST_MONITOR:
	default:
		snprintf(error, size, "monitor: needs a connection");
		return EXIT_CODE_FAILED;
	}
}

int control_execute(struct control *control, struct json_object *object,
		    char *error, size_t error_size)
{
	struct json_object *reply = answer(true);
	struct request request;
	int code = request_parse(object, &request, error, error_size);

	if (!code) {
		code = execute(control, &request, reply, error, error_size);
		request_free(&request);
	}
	json_object_put(reply);
	return code;
}

/* --- the socket ---------------------------------------------------------- */

static void carry_out(struct control *control, struct server_client *client,
		      struct request *request)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct json_object *reply = answer(true);
	struct server_peer peer = server_peer(client);
	int code = 0;

	snprintf(request->by, sizeof(request->by), "uid %u, pid %d", peer.uid,
		 peer.pid);
	if (request->verb != REQUEST_MONITOR)
		code = execute(control, request, reply, error, sizeof(error));
	else if (!start_monitor(control, client)) {
		snprintf(error, sizeof(error), "monitor: %d at most",
			 SERVER_CLIENTS_MAX);
		code = EXIT_CODE_FAILED;
	}
	if (code) {
		json_object_put(reply);
		reply = refusal(code, error);
	}
	send_json(client, reply);
	json_object_put(reply);
}

static void on_request(void *context, struct server_client *client,
		       const char *line)
{
	struct control *control = context;
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct json_object *object = json_tokener_parse(line);
	struct json_object *reply;
	struct request request;
	int code = EXIT_CODE_USAGE;

	if (!object || !json_object_is_type(object, json_type_object))
		snprintf(error, sizeof(error), "not a JSON object");
	else
		code = request_parse(object, &request, error, sizeof(error));
	if (!code) {
		carry_out(control, client, &request);
		request_free(&request);
	} else {
		reply = refusal(code, error);
		send_json(client, reply);
		json_object_put(reply);
	}
	json_object_put(object);
}

static void on_gone(void *context, struct server_client *client)
{
	struct control *control = context;

	stop_monitor(control, client);
	if (control->embedded && !control->controller->node.groups)
		loop_quit(control->loop);
}

static char *on_scrape(void *context, bool open_metrics)
{
	struct control *control = context;

	return metrics_render(control->controller, open_metrics);
}

int control_metrics(struct control *control, const char *address, char *error,
		    size_t error_size)
{
	int err;

	if (control->metrics && !strcmp(control->metrics, address))
		return 0;
	if (control->metrics) {
		snprintf(error, error_size, "metrics %s: already served at %s",
			 address, control->metrics);
		return EXIT_CODE_INVALID;
	}
	err = http_open(control->loop, address, on_scrape, control,
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
	else
		snprintf(error, error_size, "metrics %s: %s", address,
			 strerror(-err));
	return err == -EINVAL ? EXIT_CODE_INVALID : EXIT_CODE_FAILED;
}

static int open_server(struct control *control, const char *path, char *error,
		       size_t size)
{
	struct server_handler handler = { .request = on_request,
					  .gone = on_gone,
					  .context = control };
	int err = server_open(control->loop, path, &handler, &control->server);

	if (!err)
		return 0;
	if (err == -EADDRINUSE)
		snprintf(error, size, "%s: another controller answers there",
			 path);
	else
		snprintf(error, size, "%s: %s", path, strerror(-err));
	return EXIT_CODE_FAILED;
}

int control_open(const struct control_config *config, struct control **out,
		 char *error, size_t error_size)
{
	struct control *control = calloc(1, sizeof(*control));
	struct controller_events events = { .changed = on_changed,
					    .noticed = on_noticed,
					    .context = control };
	int code;

	if (!control) {
		snprintf(error, error_size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	control->loop = config->loop;
	control->embedded = config->embedded;
	code = open_server(control, config->socket_path, error, error_size);
	if (!code)
		code = controller_open(config->loop, config->pin_dir,
				       config->state_dir, &events,
				       &control->controller, error, error_size);
	if (code) {
		control_close(control);
		return code;
	}
	controller_guard(control->controller, config->guardian);
	*out = control;
	return 0;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	/* First, so that monitors see the last changes. */
	controller_close(control->controller);
	http_close(control->http);
	control->embedded = false;
	server_close(control->server);
	free(control->metrics);
	free(control);
}
