/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A worker's data plane: put together from what the controller has sent, acted
 * upon, and sent back as far as it is new.
 */
#include "user/sys/hand_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct plane_work {
	const struct hand_config *config;
	const struct hand_request *request;
	struct dataplane *dataplane;
	const struct complaint *complaint;
};

static int act(const struct plane_work *w, enum hand_work kind)
{
	struct dataplane *d = w->dataplane;

	switch (kind) {
	case WORK_OPEN:
		return plane_open(d, w->complaint);
	case WORK_ADOPT:
		return plane_load(d, w->complaint);
	case WORK_ATTACH:
		return plane_attach(d, w->complaint);
	case WORK_DETACH:
		plane_detach(d);
		return 0;
	case WORK_RENAME:
		return plane_rename(d, w->request->name);
	case WORK_RENEW:
		return plane_renew(d);
	case WORK_STEP_ASIDE:
		plane_step_aside(d);
		return 0;
	case WORK_STEP_BACK:
		return plane_step_back(d, w->complaint);
	case WORK_LOOK:
		return plane_look(d);
	default:
		return -EBADMSG;
	}
}

static void on_dataplane(struct plane_work *w, enum hand_work kind,
			 struct pack *fds, struct hand_answer *answer,
			 struct pack *reply)
{
	const bool objects = kind == WORK_OPEN || kind == WORK_ADOPT;
	struct pack unused = { 0 };

	w->dataplane = dataplane_new(w->complaint);
	answer->err = -ENOMEM;
	if (!w->dataplane)
		return;
	answer->err = -EBADMSG;
	w->dataplane->plain = w->request->plane;
	snprintf(w->dataplane->pin_dir, sizeof(w->dataplane->pin_dir), "%s",
		 w->config->pin_dir);
	if (!dataplane_get_fds(w->dataplane, fds))
		return;
	answer->err = act(w, kind);
	/* The values travel in the answer, the descriptors beside it. */
	dataplane_put(w->dataplane, objects, answer->err ? &unused : reply);
	answer->plane = w->dataplane->plain;
	answer->plane.locked = w->dataplane->lock >= 0;
	answer->plane.objects = objects;
}

/* --- leftovers ------------------------------------------------------------ */

static void on_pinned(void *reply, const char *ifname)
{
	char name[IFNAMSIZ] = "";

	if (snprintf(name, sizeof(name), "%s", ifname) < IFNAMSIZ)
		pack_put(reply, name, sizeof(name));
}

static int recall(const char *pin_dir, const char *name, struct pack *reply)
{
	int map = plane_recall(pin_dir, name);

	if (map >= 0)
		pack_put_fd(reply, map);
	return map < 0 ? map : 0;
}

void hand_plane(const struct hand_config *config, enum hand_work kind,
		const struct hand_request *request, struct pack *fds,
		struct hand_answer *answer, struct pack *reply)
{
	const struct complaint complaint = { request->plane.ifname,
					     answer->error,
					     sizeof(answer->error) };
	struct plane_work w = { config, request, NULL, &complaint };

	switch (kind) {
	case WORK_PINNED:
		answer->err = bpffs_each(config->pin_dir, on_pinned, reply);
		break;
	case WORK_RECALL:
		answer->err = recall(config->pin_dir, request->name, reply);
		break;
	case WORK_UNPIN:
		answer->err = plane_unpin(config->pin_dir, request->name);
		break;
	default:
		on_dataplane(&w, kind, fds, answer, reply);
		break;
	}
}
