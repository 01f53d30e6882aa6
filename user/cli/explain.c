/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp explain: what the program on an interface would do with frames.
 * Needs no controller, and changes nothing.
 */
#include "user/cli/explain_frame.h"
#include "user/cli/field.h"
#include "user/cli/verbs.h"
#include "user/daemon/verdicts.h"
#include "user/sys/capture.h"
#include "user/sys/rehearsal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum explain_numbers {
	ERROR_SIZE = 640,
	EXPLAIN_VERSION = 1, /* of the JSON */
};

struct explanation {
	struct rehearsal *rehearsal;
	bool json;
	unsigned long number; /* of the frame, from 1 on */
};

#define VERDICT_HELP(name, action, help) help,
static const char *const meanings[CARP_V_COUNT] = { CARP_VERDICTS(
	VERDICT_HELP) };
#undef VERDICT_HELP

static const char *action_name(enum carp_action action)
{
	switch (action) {
	case CARP_DROP:
		return "drop";
	case CARP_PASS:
		return "pass";
	case CARP_TX:
		return "tx";
	}
	return "abort";
}

/* --- one frame ------------------------------------------------------------ */

static void put_text(struct json_object *object, const char *name,
		     const char *text)
{
	json_object_object_add(object, name, json_object_new_string(text));
}

static void put_number(struct json_object *object, const char *name,
		       unsigned long number)
{
	json_object_object_add(object, name,
			       json_object_new_int64((long long)number));
}

static void print_json(const struct explanation *e,
		       const struct capture_frame *frame, const char *what,
		       const struct rehearsal_end *end)
{
	struct json_object *object = json_object_new_object();

	put_number(object, "version", EXPLAIN_VERSION);
	put_number(object, "frame", e->number);
	put_number(object, "length", frame->wire);
	put_number(object, "captured", frame->size);
	put_text(object, "what", what);
	json_object_object_add(object, "vhid",
			       end->vhid ? json_object_new_int(end->vhid)
					 : NULL);
	put_text(object, "verdict", verdict_names[end->verdict]);
	put_text(object, "action", action_name(end->action));
	put_text(object, "meaning", meanings[end->verdict]);
	put_text(object, "advice", explain_advice(end->verdict));
	printf("%s\n", json_object_to_json_string_ext(
			       object, JSON_C_TO_STRING_PLAIN |
					       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
}

static void print_text(const struct explanation *e,
		       const struct capture_frame *frame, const char *what,
		       const struct rehearsal_end *end)
{
	const char *advice = explain_advice(end->verdict);

	printf("%lu: %zu bytes", e->number, frame->wire);
	if (frame->size < frame->wire)
		printf(", %zu of them captured", frame->size);
	printf(": %s\n    %s: %s", what, verdict_names[end->verdict],
	       action_name(end->action));
	if (end->vhid)
		printf(", counted for vhid %u", end->vhid);
	printf("\n    %s%s%s\n", meanings[end->verdict], *advice ? " => " : "",
	       advice);
}

static int frame_explain(struct explanation *e,
			 const struct capture_frame *frame)
{
	char what[EXPLAIN_TEXT_MAX];
	struct rehearsal_end end;
	int err;

	e->number++;
	if (frame->size < REHEARSAL_FRAME_MIN)
		return cli_fail(EXIT_CODE_INVALID,
				"frame %lu: %zu bytes, an Ethernet header "
				"alone has %d",
				e->number, frame->size, REHEARSAL_FRAME_MIN);
	err = rehearsal_run(e->rehearsal, frame->bytes, frame->size, &end);
	if (err)
		return cli_fail(EXIT_CODE_FAILED, "frame %lu: %s", e->number,
				strerror(-err));
	explain_frame(frame->bytes, frame->size, what);
	if (e->json)
		print_json(e, frame, what, &end);
	else
		print_text(e, frame, what, &end);
	return 0;
}

/* --- where they come from ------------------------------------------------- */

/* place: what the error begins with. */
static int hex_explain(struct explanation *e, const char *place,
		       const char *text)
{
	static uint8_t bytes[EXPLAIN_FRAME_MAX];
	struct capture_frame frame = { .bytes = bytes };
	char error[ERROR_SIZE];

	if (explain_hex(text, bytes, &frame.size, error, sizeof(error)))
		return cli_fail(EXIT_CODE_INVALID, "%s, %s", place, error);
	frame.wire = frame.size;
	return frame_explain(e, &frame);
}

static int lines_explain(struct explanation *e, FILE *stream)
{
	unsigned long number = 0;
	char *line = NULL, place[64];
	size_t room = 0;
	int code = 0;

	while (code == 0 && getline(&line, &room, stream) > 0) {
		number++;
		if (line[strspn(line, " \t\r\n")] == '\0')
			continue;
		snprintf(place, sizeof(place), "standard input, line %lu",
			 number);
		code = hex_explain(e, place, line);
	}
	free(line);
	if (code == 0 && ferror(stream))
		return cli_fail(EXIT_CODE_FAILED, "standard input: %s",
				strerror(errno));
	if (code == 0 && e->number == 0)
		return cli_fail(EXIT_CODE_INVALID,
				"standard input: no frame in it");
	return code;
}

static int capture_explain(struct explanation *e, FILE *stream,
			   const char *name)
{
	struct capture *capture = NULL;
	struct capture_frame frame;
	char error[ERROR_SIZE];
	int code = 0, got;

	if (capture_open(stream, name, &capture, error, sizeof(error)))
		return cli_fail(EXIT_CODE_INVALID, "%s", error);
	while (code == 0 &&
	       (got = capture_next(capture, &frame, error, sizeof(error))) > 0)
		code = frame_explain(e, &frame);
	if (code == 0 && got < 0)
		code = cli_fail(EXIT_CODE_INVALID, "%s", error);
	if (code == 0 && e->number == 0)
		code = cli_fail(EXIT_CODE_INVALID, "%s: no frame in it", name);
	capture_close(capture);
	return code;
}

/* What is a file, or says with a slash or a suffix that it is one. */
static bool is_file(const char *word)
{
	struct stat st;

	return strchr(word, '/') || strstr(word, ".pcap") || !stat(word, &st);
}

/*
 * A capture begins with its magic number, hex with a digit or blank: pcap's is
 * 0xa1b2c3d4 or 0xa1b23c4d in either order, pcapng's 0x0a0d0d0a, which begins
 * as an empty line does.
 */
static bool is_capture(FILE *stream)
{
	const int first = getc(stream);
	int second;

	if (first != '\n') {
		ungetc(first, stream);
		return first == 0xa1 || first == 0xd4 || first == 0x4d;
	}
	second = getc(stream);
	ungetc(second, stream);
	ungetc(first, stream);
	return second == '\r';
}

static int input_explain(struct explanation *e)
{
	if (!is_capture(stdin))
		return lines_explain(e, stdin);
	return capture_explain(e, stdin, "standard input");
}

static int word_explain(struct explanation *e, const char *word)
{
	FILE *stream;

	if (strcmp(word, "-") == 0)
		return input_explain(e);
	if (!is_file(word))
		return hex_explain(e, "frame", word);
	stream = fopen(word, "re");
	if (!stream)
		return cli_fail(EXIT_CODE_INVALID, "%s: %s", word,
				strerror(errno));
	return capture_explain(e, stream, word);
}

int verbs_explain(struct cli *cli)
{
	struct explanation e = { .json = cli->flags & CLI_JSON };
	char error[ERROR_SIZE];
	int err = rehearsal_open(
		cli->pin_dir, field_text(cli->request, "interface"),
		cli->flags & CLI_FRESH, &e.rehearsal, error, sizeof(error));
	int code;

	if (err)
		return cli_fail(EXIT_CODE_FAILED, "%s", error);
	if (rehearsal_shared(e.rehearsal) && !e.json)
		printf("in libxdp's dispatcher with others: what our program "
		       "does by itself\n");
	code = word_explain(&e, field_text(cli->request, "frame"));
	rehearsal_close(e.rehearsal);
	return code;
}
