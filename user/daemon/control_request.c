/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Requests: parsed by request_parse.c, carried out by the controller, answered
 * here.
 */
#include "user/daemon/control_parts.h"
#include "user/daemon/host.h"
#include "user/daemon/put.h"
#include "user/daemon/reload.h"
#include "user/daemon/status.h"
#include "user/sys/log.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- answers ------------------------------------------------------------- */

static struct json_object *answer(bool ok)
{
	struct json_object *object = json_object_new_object();

	put(object, "version", json_object_new_int(REQUEST_VERSION));
	put(object, "ok", json_object_new_boolean(ok));
	if (json_object_object_get(object, "ok"))
		return object;
	json_object_put(object); /* no memory: an answer that says nothing */
	return NULL;
}

static struct json_object *refusal(int code, const char *text)
{
	struct json_object *object = answer(false);

	put(object, "code", json_object_new_int(code));
	put(object, "error", json_object_new_string(text));
	return object;
}

/* NULL: there was no memory for it, and the client is hung up on.  Its size. */
static size_t send_json(struct server_client *client,
			struct json_object *object)
{
	const char *text = object ? json_object_to_json_string_ext(
					    object, JSON_C_TO_STRING_PLAIN)
				  : NULL;

	server_reply(client, text);
	return text ? strlen(text) : 0;
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

void control_on_told(void *context, const struct news *news)
{
	struct control *control = context;

	tell_monitors(control, status_news(news));
	if (control->feed)
		feed_told(control->feed, news);
	hooks_told(control->hooks, news);
}

void control_on_hooked(void *context, const struct runner_result *result)
{
	struct control *control = context;

	hooks_result(control->hooks, result);
}

void control_on_tracked(void *context, const struct track *track)
{
	struct control *control = context;

	tell_monitors(control, status_track_change(control->controller, track));
	if (control->feed)
		feed_tracked(control->feed, track);
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

static unsigned int groups(const struct controller *c)
{
	unsigned int count = 0;

	for (const struct nic *nic = c->nics; nic; nic = nic->next)
		count += nic->members_count;
	return count;
}

static int detach(struct controller *c, const struct request *request,
		  struct json_object *reply, char *error, size_t size)
{
	const unsigned int before = groups(c);
	const int code = controller_detach(c, request, error, size);

	if (!code)
		put(reply, "detached",
		    json_object_new_int((int)(before - groups(c))));
	return code;
}

static int status(struct control *control, const struct request *request,
		  struct json_object *reply)
{
	unsigned int vhid =
		request->has & REQUEST_HAS_VHID ? request->settings.vhid : 0;

	put(reply, "program", json_object_new_string(CARP_XDP_VERSION));
	put(reply, "pid", json_object_new_int(getpid()));
	put(reply, "guardian", guardian_of(control->controller));
	put(reply, "hand", json_object_new_int(hand_pid(control->hand)));
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
		return detach(c, request, reply, error, size);
	case REQUEST_STATUS:
		return status(control, request, reply);
	case REQUEST_DEMOTE:
		return controller_demote(c, request, error, size);
	case REQUEST_STATE:
		return controller_state(c, request, error, size);
	case REQUEST_MAINTENANCE:
		return controller_maintenance(c, request, error, size);
	case REQUEST_RELOAD:
		return reload(control, request, reply, error, size);
	case REQUEST_SHOWCONF:
		return reload_show(control, reply, error, size);
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
	size_t size;
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
	size = send_json(client, reply);
	json_object_put(reply);
	host_spare_answer(size);
}

/* --- the successor ------------------------------------------------------- */

static void refuse_successor(struct control *control,
			     struct server_client *client, bool ending,
			     const char *text)
{
	struct json_object *reply = refusal(EXIT_CODE_FAILED, text);

	if (ending)
		put(reply, "ending", json_object_new_boolean(true));
	send_json(client, reply);
	json_object_put(reply);
	if (!ending)
		return;
	log_warnx("a successor has come: %s", text);
	loop_quit(control->loop);
}

/* Also if the guardian has been killed: to the service manager that was the
 * main process, and it starts another one. */
static bool control_expects(const struct control *control)
{
	const struct guardian *guardian = control->controller->guardian;

	return control->lingering || (guardian && !guardian_pid(guardian));
}

static void hand_over(struct control *control, struct server_client *client,
		      struct json_object *request)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	bool ending = false;
	int code = handover_check(request, control_expects(control), &ending,
				  error, sizeof(error));

	if (!code && control->handover) {
		snprintf(error, sizeof(error), "a handover is under way");
		code = EXIT_CODE_FAILED;
	}
	if (code) {
		refuse_successor(control, client, ending, error);
		return;
	}
	control_offer(control, client);
}

static bool is_handover(struct json_object *request)
{
	struct json_object *verb = NULL;

	return json_object_is_type(request, json_type_object) &&
	       json_object_object_get_ex(request, "verb", &verb) &&
	       json_object_is_type(verb, json_type_string) &&
	       !strcmp(json_object_get_string(verb), "handover");
}

/* False: not now.  Whatever is wrong with a request can be said at any time. */
static bool take_request(struct control *control, struct server_client *client,
			 struct json_object *object)
{
	char error[CONTROLLER_ERROR_SIZE] = "";
	struct json_object *reply;
	struct request request;
	int code = EXIT_CODE_USAGE;
	bool taken = true;

	if (!object || !json_object_is_type(object, json_type_object))
		snprintf(error, sizeof(error), "not a JSON object");
	else
		code = request_parse(object, &request, error, sizeof(error));
	if (code) {
		reply = refusal(code, error);
		send_json(client, reply);
		json_object_put(reply);
		return true;
	}
	taken = controller_allows(control->controller, request.verb);
	if (taken)
		carry_out(control, client, &request);
	request_free(&request);
	return taken;
}

bool control_on_request(void *context, struct server_client *client,
			const char *line)
{
	struct control *control = context;
	struct json_object *object = json_tokener_parse(line);
	bool taken = true;

	if (!is_handover(object))
		taken = take_request(control, client, object);
	else if (control->controller->busy)
		taken = false;
	else
		hand_over(control, client, object);
	json_object_put(object);
	return taken;
}

void control_on_calm(void *context)
{
	struct control *control = context;

	server_resume(control->server);
}

/* Slow work may be what brings the first group; who has asked for that leaves,
 * too. */
void control_on_gone(void *context, struct server_client *client)
{
	struct control *control = context;

	stop_monitor(control, client);
	if (control->embedded && !control->controller->busy &&
	    !control->controller->node.groups)
		loop_quit(control->loop);
}
