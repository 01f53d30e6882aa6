/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Lists of groups, and the requests they stand for.
 */
#include "user/config.h"
#include "user/sys/textfiles.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_named_with(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._:-", c));
}

bool config_name_valid(const char *name)
{
	const size_t length = strlen(name);

	for (const char *c = name; *c; c++)
		if (!is_named_with(*c))
			return false;
	return length >= 1 && length < CONFIG_NAME_SIZE;
}

void config_name_clean(char *name)
{
	for (char *c = name; *c; c++)
		if (!is_named_with(*c))
			*c = '_';
}

struct config *config_new(void)
{
	return calloc(1, sizeof(struct config));
}

/* Old copies may hold keys, so no realloc(). */
static bool make_room(struct config *config)
{
	const size_t count = config->count;
	struct config_group *groups;

	if (count & (count - 1))
		return true; /* room for the next power of two */
	groups = calloc(count ? count * 2 : 1, sizeof(*groups));
	if (!groups)
		return false;
	if (count) {
		memcpy(groups, config->groups, count * sizeof(*groups));
		explicit_bzero(config->groups, count * sizeof(*groups));
	}
	free(config->groups);
	config->groups = groups;
	return true;
}

struct config_group *config_add(struct config *config, const char *name)
{
	struct config_group *group;

	if (config->count == CONFIG_GROUPS_MAX || !make_room(config))
		return NULL;
	group = &config->groups[config->count++];
	snprintf(group->name, sizeof(group->name), "%s", name);
	return group;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->count; i++) {
		json_object_put(config->groups[i].attach);
		explicit_bzero(config->groups[i].key,
			       sizeof(config->groups[i].key));
	}
	free(config->groups);
	free(config->tracks);
	free(config->hooks);
	free(config->metrics);
	free(config);
}

int config_read(const struct textfile *files, size_t count, struct config **out,
		char *error, size_t error_size)
{
	struct config_text *texts = calloc(count + 1, sizeof(*texts));
	int code;

	*out = NULL;
	if (!texts) {
		snprintf(error, error_size, "out of memory");
		return EXIT_CODE_FAILED;
	}
	for (size_t i = 0; i < count; i++)
		texts[i] = (struct config_text){ files[i].name, files[i].text };
	code = config_parse(texts, count, out, error, error_size);
	free(texts);
	return code;
}

int config_request(const struct config_group *group, struct request *out,
		   char *error, size_t error_size)
{
	int code = request_parse(group->attach, out, error, error_size);

	if (code)
		return code;
	out->has |= REQUEST_HAS_SETTINGS;
	if (out->has & REQUEST_HAS_NODES)
		out->has = (out->has | REQUEST_HAS_BALANCING) &
			   ~(unsigned int)REQUEST_HAS_ADVSKEW;
	if (group->has_key)
		out->key = group->key;
	return 0;
}
