/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The controller's side of what needs privilege: sends a data plane's
 * descriptors to the hand, and keeps what comes back.  Never leaves a lease
 * alive behind itself: on the way out the leases go first.
 */
#include "user/sys/hand_parts.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The answer's data plane, in one of its own: nothing of ours has changed. */
static int ask(struct dataplane *d, enum hand_work kind, const char *name,
	       struct hand_request *request, struct dataplane *out,
	       const struct complaint *complaint)
{
	struct pack fds = { 0 }, pack;
	struct hand_answer answer;
	int err;

	dataplane_put(d, true, &fds);
	request->plane = d->plain;
	request->plane.layout = CARP_MAPS_LAYOUT;
	request->plane.locked = d->lock >= 0;
	request->plane.objects = d->programs[0] >= 0;
	if (name)
		snprintf(request->name, sizeof(request->name), "%s", name);
	err = hand_ask(d->config.hand, kind, request, NULL, &fds, &answer,
		       &pack);
	pack_free(&fds);
	if (!err) {
		out->plain = answer.plane;
		pack.at = pack.used; /* the values, once more */
		if (!dataplane_get_fds(out, &pack))
			err = -EBADMSG;
	} else if (complaint) {
		snprintf(complaint->text, complaint->size, "%s", answer.error);
	}
	pack_free(&pack);
	return err;
}

/* Without a new one there is no answer to be kept. */
static int ask_and_keep(struct dataplane *d, enum hand_work kind,
			const char *name, struct hand_request *request,
			const struct complaint *complaint,
			void (*keep)(struct dataplane *to,
				     struct dataplane *from))
{
	struct complaint nobody = { "", NULL, 0 };
	struct dataplane *got = dataplane_new(complaint ? complaint : &nobody);
	int err;

	if (!got)
		return -ENOMEM;
	err = ask(d, kind, name, request, got, complaint);
	if (!err)
		keep(d, got);
	dataplane_free(got);
	return err;
}

static void swap(int *a, int *b)
{
	int was = *a;

	*a = *b;
	*b = was;
}

static void keep_hooks(struct dataplane *to, struct dataplane *from)
{
	const struct dataplane_plain was = to->plain;

	to->plain = from->plain;
	from->plain = was;
	swap(&to->lock, &from->lock);
}

static void keep_programs(struct dataplane *to, struct dataplane *from)
{
	to->plain.loaded_id = from->plain.loaded_id;
	for (int i = 0; i < DATAPLANE_PROGRAMS; i++)
		swap(&to->programs[i], &from->programs[i]);
}

static void keep_all(struct dataplane *to, struct dataplane *from)
{
	keep_programs(to, from);
	keep_hooks(to, from);
	for (int i = 0; i < DATAPLANE_MAPS; i++)
		swap(&to->maps[i], &from->maps[i]);
}

/* Descriptors are in use by the loop: they stay. */
static void keep_name(struct dataplane *to, struct dataplane *from)
{
	memcpy(to->plain.ifname, from->plain.ifname, IFNAMSIZ);
}

static void keep_chain(struct dataplane *to, struct dataplane *from)
{
	to->plain.hook.dispatcher = from->plain.hook.dispatcher;
	to->plain.chain = from->plain.chain;
}

static void keep_hook(struct dataplane *to, struct dataplane *from)
{
	const struct hook was = to->plain.hook;

	to->plain.hook = from->plain.hook;
	to->plain.chain = from->plain.chain;
	to->plain.program_id = from->plain.program_id;
	to->plain.loaded_id = from->plain.loaded_id;
	from->plain.hook = was;
}

/* --- opening and closing -------------------------------------------------- */

static int configure(struct dataplane *d, const struct dataplane_config *config,
		     const struct complaint *complaint)
{
	if (strlen(config->ifname) >= IFNAMSIZ)
		return dataplane_refuse(complaint, -ENAMETOOLONG,
					"name too long");
	d->config = *config;
	snprintf(d->plain.ifname, IFNAMSIZ, "%s", config->ifname);
	d->config.ifname = d->plain.ifname;
	d->plain.ifindex = config->ifindex;
	d->plain.mode = config->mode;
	d->plain.auto_avoids_native = config->auto_avoids_native;
	d->plain.tags_in_frames = config->tags_in_frames;
	d->plain.coexist = config->coexist;
	return 0;
}

static int map_memory(struct dataplane *d, const struct complaint *complaint)
{
	int err = dataplane_map_memory(d);

	return err ? dataplane_refuse(complaint, err,
				      "cannot map the BPF maps: %s",
				      strerror(-err))
		   : 0;
}

static int open_parts(struct dataplane *d,
		      const struct dataplane_config *config,
		      const struct complaint *complaint)
{
	struct hand_request request = { 0 };
	int err = configure(d, config, complaint);

	if (!err)
		err = ask_and_keep(d, WORK_OPEN, NULL, &request, complaint,
				   keep_all);
	return err ? err : map_memory(d, complaint);
}

int dataplane_open(const struct dataplane_config *config,
		   struct dataplane **out, char *error, size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	struct dataplane *d = dataplane_new(&complaint);
	int err;

	if (!d)
		return -ENOMEM;
	err = open_parts(d, config, &complaint);
	if (err)
		dataplane_close(d);
	else
		*out = d;
	return err;
}

static void end_leases(struct dataplane *d)
{
	for (__u32 slot = 0; d->leases && slot < CARP_VHID_SLOTS; slot++)
		dataplane_lease(d, slot, 0);
}

/* If nobody takes it off it stays, silent, as after a crash. */
void dataplane_detach(struct dataplane *d)
{
	struct hand_request request = { 0 };

	end_leases(d);
	if (d->lock < 0 && d->plain.hook.link < 0 && d->plain.egress.link < 0 &&
	    !d->plain.egress.filter)
		return;
	ask_and_keep(d, WORK_DETACH, NULL, &request, NULL, keep_hooks);
	if (d->lock >= 0)
		close(d->lock);
	d->lock = -1;
	if (d->plain.hook.link >= 0)
		close(d->plain.hook.link);
	d->plain.hook = (struct hook){ .link = -1 };
	if (d->plain.egress.link >= 0)
		close(d->plain.egress.link);
	d->plain.egress = (struct egress_hook){ .link = -1 };
}

void dataplane_close(struct dataplane *d)
{
	if (!d)
		return;
	dataplane_detach(d);
	dataplane_abandon(d);
}

void dataplane_leave(struct dataplane *d)
{
	if (!d)
		return;
	end_leases(d);
	dataplane_abandon(d);
}

void dataplane_abandon(struct dataplane *d)
{
	if (!d)
		return;
	dataplane_unmap_memory(d);
	dataplane_free(d);
}

/* --- another interface, another name -------------------------------------- */

int dataplane_attach(struct dataplane *d, const struct dataplane_config *config,
		     char *error, size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	struct hand_request request = { 0 };
	int err;

	dataplane_detach(d);
	err = configure(d, config, &complaint);
	return err ? err
		   : ask_and_keep(d, WORK_ATTACH, NULL, &request, &complaint,
				  keep_hooks);
}

int dataplane_rename(struct dataplane *d, const char *ifname)
{
	struct hand_request request = { 0 };

	if (d->lock < 0 || !strcmp(d->plain.ifname, ifname))
		return 0;
	if (strlen(ifname) >= IFNAMSIZ)
		return -ENAMETOOLONG;
	return ask_and_keep(d, WORK_RENAME, ifname, &request, NULL, keep_name);
}

/* --- another program below ------------------------------------------------ */

void dataplane_step_aside(struct dataplane *d)
{
	struct hand_request request = { 0 };

	if (d->plain.hook.link < 0)
		return;
	d->plain.aside = true;
	ask_and_keep(d, WORK_STEP_ASIDE, NULL, &request, NULL, keep_hook);
}

int dataplane_step_back(struct dataplane *d, char *error, size_t error_size)
{
	const struct complaint complaint = { d->plain.ifname, error,
					     error_size };
	struct hand_request request = { 0 };
	int err;

	if (!d->plain.aside)
		return 0;
	err = ask_and_keep(d, WORK_STEP_BACK, NULL, &request, &complaint,
			   keep_hook);
	d->plain.aside = false;
	return err;
}

/* --- another process ------------------------------------------------------ */

void dataplane_hand_over(const struct dataplane *d, struct pack *pack)
{
	dataplane_put(d, true, pack);
}

static int adopt_parts(struct dataplane *d,
		       const struct dataplane_config *config, struct pack *pack,
		       const struct complaint *complaint)
{
	struct hand_request request = { 0 };
	int err;

	if (!dataplane_get(d, pack))
		return -EBADMSG;
	d->config = *config;
	d->config.ifname = d->plain.ifname;
	if (d->plain.layout != CARP_MAPS_LAYOUT || !d->plain.objects)
		return dataplane_refuse(complaint, -EPROTO,
					"maps of another layout");
	err = ask_and_keep(d, WORK_ADOPT, NULL, &request, complaint,
			   keep_programs);
	return err ? err : map_memory(d, complaint);
}

int dataplane_adopt(const struct dataplane_config *config, struct pack *pack,
		    struct dataplane **out, char *error, size_t error_size)
{
	const struct complaint complaint = { config->ifname, error,
					     error_size };
	struct dataplane *d = dataplane_new(&complaint);
	int err;

	if (!d)
		return -ENOMEM;
	err = adopt_parts(d, config, pack, &complaint);
	if (err)
		dataplane_abandon(d);
	else
		*out = d;
	return err;
}

int dataplane_renew(struct dataplane *d)
{
	struct hand_request request = { 0 };

	if (d->plain.program_id == d->plain.loaded_id || d->plain.hook.link < 0)
		return 0;
	return ask_and_keep(d, WORK_RENEW, NULL, &request, NULL, keep_hook);
}

int dataplane_look(struct dataplane *d)
{
	struct hand_request request = { 0 };

	if (!d->plain.hook.dispatcher || dataplane_attached(d))
		return 0;
	return ask_and_keep(d, WORK_LOOK, NULL, &request, NULL, keep_chain);
}

/* --- leftovers ------------------------------------------------------------ */

static int ask_name(struct hand *hand, enum hand_work kind, const char *ifname,
		    struct pack *pack)
{
	struct hand_request request = { 0 };
	struct hand_answer answer;

	snprintf(request.name, sizeof(request.name), "%s", ifname);
	return hand_ask(hand, kind, &request, NULL, NULL, &answer, pack);
}

int dataplane_pinned(struct hand *hand,
		     void (*found)(void *context, const char *ifname),
		     void *context)
{
	char name[IFNAMSIZ];
	struct pack pack;
	int err = ask_name(hand, WORK_PINNED, "", &pack);

	while (!err && pack.used - pack.at >= sizeof(name)) {
		pack_get(&pack, name, sizeof(name));
		name[IFNAMSIZ - 1] = '\0';
		found(context, name);
	}
	pack_free(&pack);
	return err;
}

int dataplane_recall(struct hand *hand, const char *ifname)
{
	struct pack pack;
	int err = ask_name(hand, WORK_RECALL, ifname, &pack);
	int map = err ? err : pack_take_fd(&pack);

	pack_free(&pack);
	return map;
}

int dataplane_unpin(struct hand *hand, const char *ifname)
{
	struct pack pack;
	int err = ask_name(hand, WORK_UNPIN, ifname, &pack);

	pack_free(&pack);
	return err;
}
