/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Groups as text that the parser reads as the same groups.
 */
#include "user/config.h"
#include "user/config_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct config_option config_options[] = {
	{ "interface", CONFIG_TEXT },
	{ "vhid", CONFIG_NUMBER },
	{ "nodes", CONFIG_LIST },
	{ "balancing", CONFIG_TEXT },
	{ "vips", CONFIG_LIST },
	{ "pass-file", CONFIG_TEXT },
	{ "advbase", CONFIG_NUMBER },
	{ "advskew", CONFIG_NUMBER },
	{ "dead-ratio", CONFIG_NUMBER },
	{ "preempt", CONFIG_SWITCH },
	{ "preempt-delay", CONFIG_NUMBER },
	{ "observe", CONFIG_SWITCH },
	{ "demotion", CONFIG_TEXT },
	{ "peers", CONFIG_LIST },
	{ "peer-ttl-min", CONFIG_NUMBER },
	{ "gateways", CONFIG_LIST },
	{ "announce-refresh", CONFIG_NUMBER },
	{ "groups", CONFIG_LIST },
	{ "track", CONFIG_LIST },
	{ "compat", CONFIG_TEXT },
	{ "auth", CONFIG_TEXT },
	{ "mode", CONFIG_TEXT },
	{ "coexist", CONFIG_SWITCH },
};

const size_t config_options_count =
	sizeof(config_options) / sizeof(config_options[0]);

void config_member(const char *name, char out[CONFIG_MEMBER_SIZE])
{
	snprintf(out, CONFIG_MEMBER_SIZE, "%s", name);
	for (char *c = out; *c; c++)
		if (*c == '-')
			*c = '_';
}

/* In quotes, where all but these two is taken as it stands: '...' expands
 * nothing. */
void config_print_text(FILE *out, const char *text)
{
	fputc('\'', out);
	for (const char *c = text; *c; c++) {
		if (*c == '\'' || *c == '\\')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('\'', out);
}

static void print_list(FILE *out, struct json_object *list)
{
	const size_t count = json_object_array_length(list);

	fputs("{ ", out);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputs(i % 4 ? ", " : ",\n\t\t", out);
		config_print_text(out,
				  json_object_get_string(
					  json_object_array_get_idx(list, i)));
	}
	fputs(count ? " }" : "}", out);
}

static void print_value(FILE *out, enum config_kind kind,
			struct json_object *value)
{
	switch (kind) {
	case CONFIG_TEXT:
		config_print_text(out, json_object_get_string(value));
		break;
	case CONFIG_NUMBER:
		fprintf(out, "%s", json_object_get_string(value));
		break;
	case CONFIG_SWITCH:
		fputs(json_object_get_boolean(value) ? "true" : "false", out);
		break;
	case CONFIG_LIST:
		print_list(out, value);
		break;
	}
}

static void print_group(FILE *out, const struct config_group *group)
{
	char member[CONFIG_MEMBER_SIZE];
	struct json_object *value;

	fprintf(out, "group %s {\n", group->name);
	for (size_t i = 0; i < config_options_count; i++) {
		const struct config_option *o = &config_options[i];

		config_member(o->name, member);
		if (!json_object_object_get_ex(group->attach, member, &value))
			continue;
		fprintf(out, "\t%s = ", o->name);
		print_value(out, o->kind, value);
		fputc('\n', out);
	}
	fputs("}\n", out);
}

char *config_print(const struct config *config)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (config->metrics)
		fprintf(out, "metrics = '%s'\n", config->metrics);
	for (size_t i = 0; i < config->tracks_count; i++) {
		if (i || config->metrics)
			fputc('\n', out);
		config_print_track(out, &config->tracks[i]);
	}
	for (size_t i = 0; i < config->hooks_count; i++) {
		if (i || config->metrics || config->tracks_count)
			fputc('\n', out);
		config_print_hook(out, &config->hooks[i]);
	}
	for (size_t i = 0; i < config->count; i++) {
		if (i || config->metrics || config->tracks_count ||
		    config->hooks_count)
			fputc('\n', out);
		print_group(out, &config->groups[i]);
	}
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
