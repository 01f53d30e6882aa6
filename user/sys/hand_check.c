/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the hand does not do.  Looks at bytes only, calls nothing.
 */
#include "user/sys/hand_parts.h"

#include <netinet/in.h>
#include <string.h>

static bool is_address(const struct hand_item *item)
{
	return (item->family == 4 && item->prefix <= 32) ||
	       (item->family == 6 && item->prefix <= 128);
}

static bool are_addresses(const struct hand_quick *quick)
{
	if (!quick->count || quick->count > HAND_BATCH)
		return false;
	for (__u32 i = 0; i < quick->count; i++)
		if (!is_address(&quick->items[i]))
			return false;
	return true;
}

const char *hand_quick_refuse(const void *message, size_t size)
{
	struct hand_quick quick;

	if (size != sizeof(quick))
		return "size";
	memcpy(&quick, message, sizeof(quick));
	if (!quick.ifindex || quick.ifindex > INT_MAX)
		return "interface";
	switch (quick.kind) {
	case QUICK_CLEAR:
		return NULL;
	case QUICK_ADD:
	case QUICK_REMOVE:
	case QUICK_NEIGHBOR:
		return are_addresses(&quick) ? NULL : "address";
	default:
		return "kind";
	}
}

/* --- the slow ones -------------------------------------------------------- */

/* As the kernel has it, and no name of a directory's. */
static bool is_name(const char name[IFNAMSIZ])
{
	size_t length = strnlen(name, IFNAMSIZ);

	if (!length || length == IFNAMSIZ || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c == '/' || c == ':' || c <= ' ' || c == 0x7f)
			return false;
	}
	return true;
}

/* To bool, other bytes than 0 and 1 are none. */
static bool is_flag(const bool *flag)
{
	unsigned char byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}

static bool is_plane(const struct dataplane_plain *p)
{
	return is_flag(&p->auto_avoids_native) && is_flag(&p->tags_in_frames) &&
	       is_flag(&p->coexist) && is_flag(&p->aside) &&
	       is_flag(&p->locked) && is_flag(&p->objects) &&
	       is_flag(&p->hook.native) && is_flag(&p->hook.sees_tags) &&
	       is_flag(&p->egress.filter) && is_name(p->ifname) &&
	       p->mode <= DATAPLANE_SKB && p->ifindex &&
	       p->ifindex <= INT_MAX && p->layout == CARP_MAPS_LAYOUT &&
	       (!p->hook.tags_moved || p->hook.tags_moved == p->ifindex) &&
	       (!p->egress.ifindex || p->egress.ifindex == p->ifindex);
}

static const char *plane_refuse(unsigned int kind, const struct hand_request *r)
{
	const bool objects = kind == WORK_ADOPT || kind == WORK_ATTACH ||
			     kind == WORK_RENEW || kind == WORK_STEP_BACK;
	const bool link = kind == WORK_RENEW || kind == WORK_LOOK;

	if (!is_plane(&r->plane))
		return "data plane";
	if (objects && !r->plane.objects)
		return "programs";
	if (link && r->plane.hook.link < 0)
		return "link";
	return kind == WORK_RENAME && !is_name(r->name) ? "name" : NULL;
}

const char *hand_request_refuse(unsigned int kind, const struct hand_request *r,
				size_t size)
{
	const size_t text = size - sizeof(*r);

	if (size < sizeof(*r) ||
	    text > (kind == WORK_FILE_WRITE ? HAND_TEXT_MAX : 0))
		return "size";
	if (kind < WORK_OPEN || kind >= WORK_END)
		return "kind";
	if (kind <= WORK_LOOK)
		return plane_refuse(kind, r);
	switch (kind) {
	case WORK_RECALL:
	case WORK_UNPIN:
		return is_name(r->name) ? NULL : "name";
	case WORK_PACKET:
		return r->ifindex && r->ifindex <= INT_MAX ? NULL : "interface";
	case WORK_SECRET:
		return strnlen(r->path, sizeof(r->path)) < sizeof(r->path)
			       ? NULL
			       : "path";
	case WORK_FILE_READ:
	case WORK_FILE_WRITE:
	case WORK_FLAG_GET:
	case WORK_FLAG_SET:
		return r->file < HAND_FILES ? NULL : "file";
	case WORK_LISTEN_TCP:
		return r->address.ss_family == AF_INET ||
				       r->address.ss_family == AF_INET6
			       ? NULL
			       : "address";
	default:
		return NULL;
	}
}
