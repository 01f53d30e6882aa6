/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Files are read and parsed beside the loop; the difference is applied in it,
 * group by group, with elections between.
 */
#include "user/daemon/reload.h"
#include "user/daemon/control_parts.h"
#include "user/daemon/put.h"
#include "user/request_render.h"
#include "user/sys/log.h"
#include "user/sys/textfiles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum reload_numbers {
	RETRY_FIRST_S = 2,
	RETRY_LAST_S = 32,
};

/* --- reading -------------------------------------------------------------- */

struct reading {
	struct hand *hand;
	struct config *config;
	int code;
	char error[CONTROLLER_ERROR_SIZE];
};

static const struct config_group *with_same_key(const struct config *config,
						size_t before)
{
	const char *path = config->groups[before].pass_file;

	for (size_t i = before; i-- > 0;)
		if (config->groups[i].pass_file &&
		    !strcmp(config->groups[i].pass_file, path))
			return &config->groups[i];
	return NULL;
}

static int read_keys(struct reading *r)
{
	char why[REQUEST_TEXT_MAX];

	for (size_t i = 0; i < r->config->count; i++) {
		struct config_group *g = &r->config->groups[i];
		const struct config_group *same;

		if (!g->pass_file)
			continue;
		same = with_same_key(r->config, i);
		if (same) {
			memcpy(g->key, same->key, sizeof(g->key));
		} else if (hand_secret(r->hand, g->pass_file, g->key, why,
				       sizeof(why)) != 0) {
			snprintf(r->error, sizeof(r->error),
				 "%s: group %s: %.160s", g->place, g->name,
				 why);
			return EXIT_CODE_INVALID;
		}
		g->has_key = true;
	}
	return 0;
}

static void read_slowly(void *argument)
{
	struct reading *r = argument;
	struct textfile *files;
	size_t count;

	r->code = EXIT_CODE_INVALID;
	if (hand_config(r->hand, &files, &count, r->error, sizeof(r->error)))
		return;
	r->code = config_read(files, count, &r->config, r->error,
			      sizeof(r->error));
	if (!r->code)
		r->code = read_keys(r);
	textfiles_free(files, count);
}

int reload_read(struct control *control, struct config **out, char *error,
		size_t size)
{
	struct reading r = { .hand = control->hand,
			     .code = EXIT_CODE_FAILED,
			     .error = "cannot read it beside the elections" };

	controller_background(control->controller, read_slowly, &r);
	*out = r.config;
	if (!r.code && r.config)
		return 0;
	snprintf(error, size, "%s", r.error);
	config_free(r.config);
	*out = NULL;
	return r.code ? r.code : EXIT_CODE_FAILED;
}

/* --- telling -------------------------------------------------------------- */

struct report {
	struct json_object *changes; /* NULL: to the log alone */
	bool dry, quiet;	     /* quiet: no failure is told again */
	int64_t unchanged;
};

static const char *action_name(enum config_action action)
{
	static const char *const names[] = {
		[CONFIG_KEEP] = "keep",
		[CONFIG_ATTACH] = "attach",
		[CONFIG_SET] = "set",
		[CONFIG_AGAIN] = "attach again",
		[CONFIG_DETACH] = "detach",
		[CONFIG_TRACK_ADD] = "add track",
		[CONFIG_TRACK_CHANGE] = "change track",
		[CONFIG_TRACK_REMOVE] = "remove track",
		[CONFIG_HOOK_ADD] = "add hook",
		[CONFIG_HOOK_CHANGE] = "change hook",
		[CONFIG_HOOK_REMOVE] = "remove hook",
	};

	return names[action];
}

static void put_change(struct json_object *changes,
		       const struct config_step *step)
{
	struct json_object *object = json_object_new_object();

	put_text(object, "action", action_name(step->action));
	put_text(object, "name", step->name);
	put_text_or_null(object, "interface", step->interface);
	put_int(object, "vhid", step->vhid);
	put(object, "changed", request_names(step->changed));
	put_text_or_null(object, "with", step->with);
	put_text_or_null(object, "error", step->error);
	put_item(changes, object);
}

static void log_change(const struct config_step *step)
{
	if (!step->interface)
		log_info("configuration: %s %s", action_name(step->action),
			 step->name);
	else if (step->error)
		log_warnx("configuration: %s %s (%s vhid %u): %s",
			  action_name(step->action), step->name,
			  step->interface, step->vhid, step->error);
	else
		log_info("configuration: %s %s (%s vhid %u)",
			 action_name(step->action), step->name, step->interface,
			 step->vhid);
}

static void on_step(void *context, const struct config_step *step)
{
	struct report *report = context;

	if (step->action == CONFIG_KEEP && !step->error) {
		report->unchanged++;
		return;
	}
	if (report->changes)
		put_change(report->changes, step);
	if (!report->dry && !(report->quiet && step->error))
		log_change(step);
}

/* --- applying ------------------------------------------------------------- */

static void on_retry(void *context);

static void try_again_later(struct control *control)
{
	if (alarm_set(&control->retry, control->loop, control->retry_s,
		      on_retry, control) != 0)
		log_warnx("configuration: groups that failed are not tried "
			  "again; reload does so");
	control->retry_s *= 2;
	if (control->retry_s > RETRY_LAST_S)
		control->retry_s = RETRY_LAST_S;
}

/* What an interface was missing for may have come. */
static void on_retry(void *context)
{
	struct control *control = context;
	struct report report = { .quiet = true };
	const struct config_report told = { on_step, &report };

	alarm_clear(&control->retry);
	if (controller_configure_again(control->controller, control->wanted,
				       &told))
		try_again_later(control);
}

static size_t apply(struct control *control, struct config *config,
		    struct report *report)
{
	const struct config_report told = { on_step, report };
	size_t failed;

	/* First, for what becomes of the groups is their business. */
	hooks_settle(control->hooks, config, report->dry, &told);
	failed = controller_configure(control->controller, config, report->dry,
				      &told);
	if (report->dry) {
		config_free(config);
		return failed;
	}
	alarm_clear(&control->retry);
	config_free(control->wanted);
	control->wanted = config;
	control->retry_s = RETRY_FIRST_S;
	if (failed)
		try_again_later(control);
	return failed;
}

static void forget_before(struct control *control)
{
	alarm_clear(&control->confirm);
	config_free(control->before);
	control->before = NULL;
}

static void on_unconfirmed(void *context)
{
	struct control *control = context;
	struct config *before = control->before;
	struct report report = { 0 };
	char error[CONTROLLER_ERROR_SIZE];

	alarm_clear(&control->confirm);
	control->before = NULL;
	log_warnx("configuration: not confirmed in time, goes back to what "
		  "was before");
	if (control_follow_metrics(control, before->metrics, false, error,
				   sizeof(error)))
		log_warnx("configuration: %s", error);
	apply(control, before, &report);
}

/* What is to be gone back to: of several reloads without a confirmation, what
 * was before the first. */
static int remember_before(struct control *control, unsigned int seconds,
			   char *error, size_t size)
{
	struct config *before = control->before;

	if (!before) {
		before = controller_config(control->controller, false);
		if (before && !hooks_fill(control->hooks, before)) {
			config_free(before);
			before = NULL;
		}
		if (before && control->metrics_followed && control->metrics)
			before->metrics = strdup(control->metrics);
	}
	control->before = before;
	if (before && alarm_set(&control->confirm, control->loop, seconds,
				on_unconfirmed, control) == 0)
		return 0;
	forget_before(control);
	snprintf(error, size, "confirm: cannot prepare to go back");
	return EXIT_CODE_FAILED;
}

int reload_apply(struct control *control, struct config *config,
		 const struct request *request, struct json_object *reply,
		 char *error, size_t size)
{
	struct report report = { .dry = request->dry_run };
	int code = control_follow_metrics(control, config->metrics,
					  request->dry_run, error, size);
	size_t failed;

	if (!code && request->confirm_seconds && !request->dry_run)
		code = remember_before(control, request->confirm_seconds, error,
				       size);
	if (code) {
		config_free(config);
		return code;
	}
	if (!request->confirm_seconds && !request->dry_run)
		forget_before(control);
	if (reply)
		report.changes = json_object_new_array();
	failed = apply(control, config, &report);
	if (!reply)
		return 0;
	put(reply, "changes", report.changes);
	put_int(reply, "unchanged", report.unchanged);
	put_int(reply, "failed", (int64_t)failed);
	put_bool(reply, "dry_run", request->dry_run);
	put_int(reply, "confirm", request->confirm_seconds);
	return 0;
}

int reload(struct control *control, const struct request *request,
	   struct json_object *reply, char *error, size_t size)
{
	struct config *config;
	int code = reload_read(control, &config, error, size);

	return code ? code
		    : reload_apply(control, config, request, reply, error,
				   size);
}

void reload_on_hangup(void *context)
{
	const struct request request = { .verb = REQUEST_RELOAD };
	char error[CONTROLLER_ERROR_SIZE] = "";

	if (reload(context, &request, NULL, error, sizeof(error)))
		log_warnx("configuration: %s; nothing has been changed", error);
}

int reload_show(struct control *control, struct json_object *reply, char *error,
		size_t size)
{
	struct config *config = controller_config(control->controller, true);
	char *text = NULL;

	if (config && hooks_fill(control->hooks, config)) {
		config->metrics =
			control->metrics ? strdup(control->metrics) : NULL;
		text = config_print(config);
	}
	config_free(config);
	if (!text) {
		snprintf(error, size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	put_text(reply, "configuration", text);
	free(text);
	return 0;
}

void reload_close(struct control *control)
{
	alarm_clear(&control->retry);
	forget_before(control);
	config_free(control->wanted);
	control->wanted = NULL;
}
