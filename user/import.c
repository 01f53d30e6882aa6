/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Lines, words, notes and groups, whatever the format.
 */
#include "user/import.h"
#include "user/import_parts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const format_names[IMPORT_FORMATS] = {
	[IMPORT_KEEPALIVED] = "keepalived",
	[IMPORT_UCARP] = "ucarp",
	[IMPORT_OPENBSD] = "openbsd",
	[IMPORT_FREEBSD] = "freebsd",
};

static void (*const readers[IMPORT_FORMATS])(struct import *,
					     const char *text) = {
	[IMPORT_KEEPALIVED] = import_keepalived,
	[IMPORT_UCARP] = import_ucarp,
	[IMPORT_OPENBSD] = import_openbsd,
	[IMPORT_FREEBSD] = import_freebsd,
};

int import_format(const char *name)
{
	for (int i = 0; i < IMPORT_FORMATS; i++)
		if (!strcmp(format_names[i], name))
			return i;
	return -1;
}

/* --- lines and words ------------------------------------------------------ */

/* One word from *at, which moves on. */
static void take_word(const char **at, const char *end, const char *stop,
		      char out[IMPORT_WORD_SIZE])
{
	const char *c = *at;
	size_t used = 0;
	char quote = '\0';

	for (; c < end; c++) {
		if (!quote && (*c == '"' || *c == '\'')) {
			quote = *c;
		} else if (quote && *c == quote) {
			quote = '\0';
		} else {
			if (!quote &&
			    (isspace((unsigned char)*c) || strchr(stop, *c)))
				break;
			if (used < IMPORT_WORD_SIZE - 1)
				out[used++] = *c;
		}
	}
	out[used] = '\0';
	*at = c;
}

static void take_words(const char *at, const char *end, const char *comments,
		       const char *single, struct words *out)
{
	out->count = 0;
	while (at < end && out->count < IMPORT_WORDS_MAX) {
		char *word = out->word[out->count];

		if (isspace((unsigned char)*at)) {
			at++;
			continue;
		}
		if (strchr(comments, *at))
			return;
		out->count++;
		if (strchr(single, *at)) {
			word[0] = *at++;
			word[1] = '\0';
		} else {
			take_word(&at, end, single, word);
		}
	}
}

bool import_line(struct import *import, const char **text, const char *comments,
		 const char *single, struct words *out)
{
	const char *end;

	if (!**text)
		return false;
	end = *text + strcspn(*text, "\n");
	import->line += 1 + import->joined;
	import->joined = 0;
	for (const char *c = *text; c < end; c++)
		import->joined += *c == '\v';
	take_words(*text, end, comments, single, out);
	*text = *end ? end + 1 : end;
	return true;
}

/* --- notes ---------------------------------------------------------------- */

void import_note(struct import *import, const char *format, ...)
{
	char line[IMPORT_WORD_SIZE * 2];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *c = line; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	fprintf(import->notes, "# %s:", import->file);
	if (import->line)
		fprintf(import->notes, "%u:", import->line);
	fprintf(import->notes, " %s\n", line);
	import->notes_count++;
}

/* --- groups --------------------------------------------------------------- */

static void clean_name(const char *name, char out[CONFIG_NAME_SIZE])
{
	snprintf(out, CONFIG_NAME_SIZE, "%s", *name ? name : "group");
	config_name_clean(out);
}

struct config_group *import_group(struct import *import, const char *name)
{
	char clean[CONFIG_NAME_SIZE];
	struct config_group *group;

	clean_name(name, clean);
	for (size_t i = 0; i < import->config->count; i++)
		if (!strcmp(import->config->groups[i].name, clean))
			return &import->config->groups[i];
	group = config_add(import->config, clean);
	if (group)
		group->attach = json_object_new_object();
	if (!group || !group->attach)
		import->failed = true;
	return group && group->attach ? group : NULL;
}

bool import_has(const struct config_group *group, const char *member)
{
	return json_object_object_get_ex(group->attach, member, NULL);
}

static void give(struct import *import, struct config_group *group,
		 const char *member, struct json_object *value)
{
	char why[REQUEST_TEXT_MAX];

	if (!request_check(REQUEST_ATTACH, member, value, why, sizeof(why))) {
		json_object_object_add(group->attach, member, value);
		return;
	}
	import_note(import, "%s: not carried over", why);
	json_object_put(value);
}

void import_number(struct import *import, struct config_group *group,
		   const char *member, const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (*text && !*end)
		give(import, group, member, json_object_new_int64(number));
	else
		import_note(import,
			    "%s %s: not a whole number: not carried "
			    "over",
			    member, text);
}

void import_word(struct import *import, struct config_group *group,
		 const char *member, const char *text)
{
	give(import, group, member, json_object_new_string(text));
}

void import_yes(struct import *import, struct config_group *group,
		const char *member)
{
	give(import, group, member, json_object_new_boolean(true));
}

void import_add(struct import *import, struct config_group *group,
		const char *member, const char *text)
{
	struct json_object *list = NULL;
	char why[REQUEST_TEXT_MAX];

	if (request_check_item(REQUEST_ATTACH, member, text, why,
			       sizeof(why))) {
		import_note(import, "%s: not carried over", why);
		return;
	}
	if (!json_object_object_get_ex(group->attach, member, &list)) {
		list = json_object_new_array();
		json_object_object_add(group->attach, member, list);
	}
	json_object_array_add(list, json_object_new_string(text));
}

void import_secret(struct import *import, struct config_group *group)
{
	char path[CONFIG_NAME_SIZE + 32];

	if (import_has(group, "pass_file"))
		return;
	snprintf(path, sizeof(path), "/etc/carp-xdp/%s.pass", group->name);
	import_note(import,
		    "write the passphrase that stands here to %s, mode 0600",
		    path);
	import_word(import, group, "pass_file", path);
}

static bool mask_bits(const char *mask, uint32_t *out)
{
	struct in_addr address;
	char *end;

	if (!strncmp(mask, "0x", 2)) {
		*out = (uint32_t)strtoul(mask + 2, &end, 16);
		return mask[2] && !*end;
	}
	if (inet_pton(AF_INET, mask, &address) != 1)
		return false;
	*out = ntohl(address.s_addr);
	return true;
}

bool import_masked(const char *address, const char *mask, char *out,
		   size_t size)
{
	unsigned int length = 0;
	uint32_t bits;

	if (!mask_bits(mask, &bits))
		return false;
	while (length < 32 && bits & (0x80000000U >> length))
		length++;
	if (length < 32 && bits << length)
		return false;
	snprintf(out, size, "%.64s/%u", address, length);
	return true;
}

/* --- all of it ------------------------------------------------------------ */

/* What we have written must be what we read. */
static void check_result(const char *text, char *bad, size_t size)
{
	const struct config_text file = { "result", text };
	struct config *config;

	*bad = '\0';
	if (config_parse(&file, 1, &config, bad, size) == 0)
		*bad = '\0';
	config_free(config);
}

static char *join(struct import *import, char **notes)
{
	char *groups = config_print(import->config), *text = NULL;

	if (fclose(import->notes) != 0 || !groups ||
	    asprintf(&text, "%s%s%s", *notes, **notes ? "\n" : "", groups) < 0)
		text = NULL;
	free(groups);
	return text;
}

char *import_text(enum import_format format, const char *file, const char *text,
		  size_t *out_notes, char *out_bad, size_t bad_size)
{
	struct import import = { .file = file, .config = config_new() };
	char *notes = NULL, *result = NULL;
	size_t size;

	import.notes = open_memstream(&notes, &size);
	if (import.config && import.notes) {
		readers[format](&import, text);
		if (!import.config->count)
			import_note(&import, "no group in it");
		result = join(&import, &notes);
	}
	if (import.failed) {
		free(result);
		result = NULL;
	}
	if (result)
		check_result(result, out_bad, bad_size);
	*out_notes = import.notes_count;
	free(notes);
	config_free(import.config);
	return result;
}
