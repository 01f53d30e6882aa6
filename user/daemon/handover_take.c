/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The successor's side: finds out whether there is somebody to take over from,
 * prepares, takes.  That it is root's or our own user's the hand has seen to.
 */
#include "user/daemon/handover_parts.h"
#include "user/sys/background.h"
#include "user/sys/log.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum take_numbers {
	PATIENCE_S = 10,
	TRIES = 1000, /* while it is busy, PAUSE_MS each */
	PREPARATIONS = 20,
	PAUSE_MS = 5,
	GONE_S = 30, /* for all groups to bow out */
	LINE_SIZE = 1024,
};

static void pause_ms(int ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&time, NULL);
}

/* --- finding -------------------------------------------------------------- */

/* A descriptor or -errno. */
static int open_connection(struct hand *hand)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = hand_connect(hand);

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return fd;
}

static bool send_request(int connection, bool takeover)
{
	char layout[CONTROLLER_LAYOUT_SIZE], line[LINE_SIZE];
	int size;

	controller_layout(layout);
	size = snprintf(line, sizeof(line),
			"{\"version\":%d,\"program\":\"%s\",\"verb\":"
			"\"handover\",\"layout\":\"%s\",\"takeover\":%s}\n",
			REQUEST_VERSION, CARP_XDP_VERSION, layout,
			takeover ? "true" : "false");
	return send(connection, line, (size_t)size, MSG_NOSIGNAL) == size;
}

/* Byte by byte: what follows the line is not text.  NULL: no answer. */
static struct json_object *read_answer(int connection)
{
	char line[LINE_SIZE];
	size_t used = 0;

	while (used < sizeof(line) - 1 &&
	       recv(connection, line + used, 1, 0) == 1) {
		if (line[used] == '\n') {
			line[used] = '\0';
			return json_tokener_parse(line);
		}
		used++;
	}
	return NULL;
}

static bool nobody(struct hand *hand)
{
	int fd = open_connection(hand);

	if (fd >= 0)
		close(fd);
	return fd == -ECONNREFUSED || fd == -ENOENT;
}

/* It bows out, and gives the socket up last. */
static enum handover_found await_end(struct hand *hand, const char *path,
				     char *error, size_t size)
{
	log_warnx("the running controller's state is of another layout: it "
		  "bows out, and nothing is taken over");
	for (int ms = 0; ms < GONE_S * 1000; ms += PAUSE_MS) {
		if (nobody(hand))
			return HANDOVER_NONE;
		pause_ms(PAUSE_MS);
	}
	snprintf(error, size, "%s: the controller there does not end", path);
	return HANDOVER_REFUSED;
}

static bool says(struct json_object *answer, const char *member)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(answer, member, &value) &&
	       json_object_get_boolean(value);
}

static enum handover_found judge(struct json_object *answer, struct hand *hand,
				 const char *path, char *error, size_t size)
{
	struct json_object *text = NULL;

	if (says(answer, "ok"))
		return HANDOVER_WILLING;
	if (says(answer, "ending"))
		return await_end(hand, path, error, size);
	json_object_object_get_ex(answer, "error", &text);
	snprintf(error, size, "%s: another controller answers there%s%s", path,
		 text ? ": " : "", text ? json_object_get_string(text) : "");
	return HANDOVER_REFUSED;
}

static enum handover_found talk(int connection, struct hand *hand,
				const char *path, bool takeover, char *error,
				size_t size)
{
	struct json_object *answer = NULL;
	enum handover_found found;

	if (send_request(connection, takeover))
		answer = read_answer(connection);
	/* One that was just ending closes without a word. */
	if (!answer && nobody(hand))
		return HANDOVER_NONE;
	found = judge(answer, hand, path, error, size);
	json_object_put(answer);
	return found;
}

enum handover_found handover_ask(struct hand *hand, const char *path,
				 bool takeover, int *out_connection,
				 char *error, size_t size)
{
	int connection = open_connection(hand);
	enum handover_found found;

	if (connection == -EACCES) {
		snprintf(error, size, "%s: another user's controller answers",
			 path);
		return HANDOVER_REFUSED;
	}
	/* Whatever is wrong with the path, the usual start says it. */
	if (connection < 0)
		return HANDOVER_NONE;
	found = talk(connection, hand, path, takeover, error, size);
	if (found == HANDOVER_WILLING)
		*out_connection = connection;
	else
		close(connection);
	return found;
}

/* --- taking --------------------------------------------------------------- */

/* The word of the answer, or -errno. */
static int question(int connection, const struct handover_question *q,
		    struct pack *pack)
{
	uint32_t word;
	int err;

	if (send(connection, q, sizeof(*q), MSG_NOSIGNAL) != sizeof(*q)) {
		*pack = (struct pack){ 0 };
		return -EPIPE;
	}
	err = pack_receive(connection, &word, PACK_SIZE_MAX, pack);
	return err ? err : (int)word;
}

static int say(int err, char *error, size_t size)
{
	if (!*error)
		snprintf(error, size, "handover: %s",
			 err < 0 ? strerror(-err) : "not understood");
	return EXIT_CODE_FAILED;
}

struct preparation {
	int connection;
	struct controller *controller;
	char *error;
	size_t size;
	int code;
};

/* All interfaces.  Loading programs keeps a CPU busy for long, and the other
 * one needs it every few milliseconds. */
static void prepare_slowly(void *argument)
{
	struct preparation *p = argument;
	struct controller *c = p->controller;
	struct handover_question q = { .kind = HANDOVER_ASK_NIC };
	int word, err = 0;

	background_step_back();
	controller_unprepare(c);
	do {
		struct pack pack;

		word = question(p->connection, &q, &pack);
		if (word == HANDOVER_NIC)
			err = controller_prepare_nic(c, &pack, p->error,
						     p->size);
		else if (word == HANDOVER_LAST && q.index == 0)
			pack_get(&pack, &c->plumbing, sizeof(c->plumbing));
		pack_free(&pack);
		q.index++;
	} while (word == HANDOVER_NIC && !err);
	p->code = word == HANDOVER_LAST
			  ? 0
			  : say(err ? err : word, p->error, p->size);
}

/* In a thread, whose priority can be lowered alone. */
static int prepare(int connection, struct controller *c, char *error,
		   size_t size)
{
	struct preparation p = { connection, c, error, size, 0 };
	struct background *background;
	int err = background_start(prepare_slowly, &p, &background);

	if (err)
		return say(err, error, size);
	background_join(background);
	return p.code;
}

static int ask_state(int connection, struct controller *c, struct pack *pack)
{
	const struct handover_question q = { .kind = HANDOVER_ASK_STATE,
					     .plumbing = c->plumbing };
	int word = 0;

	for (int i = 0; i < TRIES; i++) {
		word = question(connection, &q, pack);
		if (word != HANDOVER_BUSY)
			break;
		pack_free(pack);
		pause_ms(PAUSE_MS);
	}
	return word;
}

int handover_take(int connection, struct controller *c, struct pack *rest,
		  char *error, size_t size)
{
	int word = HANDOVER_CHANGED, code = 0;

	*error = '\0';
	for (int i = 0; i < PREPARATIONS && word == HANDOVER_CHANGED; i++) {
		pack_free(rest);
		code = prepare(connection, c, error, size);
		if (code)
			return code;
		word = ask_state(connection, c, rest);
	}
	if (word != HANDOVER_STATE)
		return say(word, error, size);
	code = controller_take_over(c, rest);
	return code ? say(code, error, size) : 0;
}
