/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * A control socket that is never waited for, whatever the controller does.
 */
#include "user/cli/top.h"
#include "user/sys/unix.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum link_numbers {
	LINK_CHUNK = 16384,
	LINK_LINE_MAX = 64 << 20, /* bytes: 4,096 groups are 20 MB */
};

void top_link_close(struct top_link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	free(link->text);
	link->fd = -1;
	link->text = NULL;
	link->length = link->searched = 0;
}

void top_link_ask(struct top_link *link, const char *path, const char *request)
{
	const size_t size = strlen(request);

	top_link_close(link);
	link->fd = unix_connect(path, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (link->fd >= 0 &&
	    send(link->fd, request, size, MSG_NOSIGNAL) != (ssize_t)size)
		top_link_close(link);
}

/* False: nothing more for now, or for good. */
static bool fill(struct top_link *link)
{
	char *text = NULL;
	ssize_t got;

	if (link->length <= LINK_LINE_MAX)
		text = realloc(link->text, link->length + LINK_CHUNK);
	if (!text) {
		top_link_close(link);
		return false;
	}
	link->text = text;
	got = recv(link->fd, text + link->length, LINK_CHUNK, MSG_DONTWAIT);
	if (got == 0)
		top_link_close(link);
	if (got <= 0)
		return false;
	link->length += (size_t)got;
	return true;
}

static struct json_object *line_take(struct top_link *link)
{
	char *start = link->text + link->searched, *end;
	struct json_object *object;

	end = link->text ? memchr(start, '\n', link->length - link->searched)
			 : NULL;
	link->searched = link->length;
	if (!end)
		return NULL;
	*end = '\0';
	object = json_tokener_parse(link->text);
	link->length -= (size_t)(end + 1 - link->text);
	memmove(link->text, end + 1, link->length);
	link->searched = 0;
	return object;
}

struct json_object *top_link_read(struct top_link *link)
{
	struct json_object *object;

	while (link->fd >= 0) {
		object = line_take(link);
		if (object || !fill(link))
			return object;
	}
	return NULL;
}
