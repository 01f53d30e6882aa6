/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configuration files, as bytes or put together from words: what is refused
 * names its place in one line; what is taken is, printed and read again, the
 * same.
 */
#include <string.h>

#include "choices.h"
#include "fuzz.h"
#include "user/config.h"
#include "user/config_options.h"

enum {
	TEXT_MAX = 8192
};

static const char *const values[] = {
	"eth0",
	"eth1",
	"3",
	"1",
	"255",
	"256",
	"-1",
	"0",
	"99999999999999999999",
	"yes",
	"no",
	"maybe",
	"openbsd",
	"ucarp",
	"strict",
	"skb",
	"{}",
	"{ 192.0.2.1/24 }",
	"{ 192.0.2.1/24, 2001:db8::1/64 }",
	"{ 1:0, 2:100 }",
	"{ carp, web }",
	"{ t0, t1 }",
	"/etc/pass",
	"'/a\\'b\\\\c'",
	"\"${HOME}\"",
	"\"\\x41\"",
	"'",
	"{ 1:0, ",
	"ip-stealth",
};
static const char *const marks[] = {
	"\n",  " = ",	 " += ",	  "{",	     "}",
	"#",   "group ", "group a {\n",	  "metrics", "\0",
	"/* ", "*/",	 "127.0.0.1:9112"
};

/* Lines that a track may have, of which most contradict each other. */
static const char *const track_lines[] = {
	"interface = eth1",
	"route = default",
	"route = 'inet6 default dev eth0'",
	"address = '192.0.2.1 dev eth0'",
	"process = haproxy",
	"pidfile = '/run/a\\'b.pid'",
	"file = /run/load",
	"command = { /bin/true, 'a b', '' }",
	"command += { \"\\n\" }",
	"command = { true }",
	"command = {}",
	"interval = 3599.999",
	"interval = 0.1",
	"interval = nan",
	"timeout = 59.001",
	"timeout = -1",
	"rise = 100",
	"fall = 101",
	"demotion = 255",
	"until-known = down",
	"all = yes",
	"bogus = 1",
};

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))

static void add(char *text, const char *more)
{
	if (strlen(text) + strlen(more) < TEXT_MAX)
		strcat(text, more);
}

static void draw_track(struct choices *c, char *text)
{
	static const char *const kinds[] = { "interface = eth0\n",
					     "file = /a\n",
					     "command = { /bin/true }\n", "" };
	char name[16];

	snprintf(name, sizeof(name), "%u", choose(c, 4));
	add(text, "track t");
	add(text, name);
	add(text, " {\n");
	add(text, kinds[choose(c, COUNT(kinds))]);
	while (c->size && choose(c, 3)) {
		add(text, track_lines[choose(c, COUNT(track_lines))]);
		add(text, "\n");
	}
	add(text, choose(c, 8) ? "}\n" : "");
}

/* Mostly groups that could be. */
static void draw_text(struct choices *c, char *text)
{
	char name[16];

	while (c->size) {
		const struct config_option *o = &config_options[choose(
			c, (uint32_t)config_options_count)];

		switch (choose(c, 9)) {
		case 0:
			snprintf(name, sizeof(name), "%u", choose(c, 4));
			add(text, "group g");
			add(text, name);
			add(text, " {\ninterface = eth0\nvhid = ");
			add(text, name);
			add(text, "\n");
			break;
		case 1:
			add(text, "}\n");
			break;
		case 3:
			draw_track(c, text);
			break;
		case 2:
			add(text, marks[choose(c, COUNT(marks))]);
			break;
		default:
			add(text, o->name);
			add(text, " = ");
			add(text, values[choose(c, COUNT(values))]);
			add(text, "\n");
		}
	}
}

static void check_refusal(const char *error)
{
	MUST(*error);
	MUST(!strncmp(error, "f.conf", 6));
	MUST(strlen(error) < CONFIG_ERROR_SIZE);
}

static struct config *read_text(const char *text)
{
	const struct config_text file = { "f.conf", text };
	char error[CONFIG_ERROR_SIZE] = "";
	struct config *config;
	int code = config_parse(&file, 1, &config, error, sizeof(error));

	MUST(!code == (config != NULL));
	if (code)
		check_refusal(error);
	return config;
}

static void check_taken(const struct config *config)
{
	char *text = config_print(config), *twice;
	struct config *again;

	MUST(text);
	again = read_text(text);
	MUST(again);
	twice = config_print(again);
	MUST(twice && !strcmp(text, twice));
	MUST(config->count == again->count);
	for (size_t i = 0; i < config->count; i++)
		MUST(json_object_equal(config->groups[i].attach,
				       again->groups[i].attach));
	MUST(config->tracks_count == again->tracks_count);
	for (size_t i = 0; i < config->tracks_count; i++) {
		const struct config_track *one = &config->tracks[i];
		const struct config_track *two = &again->tracks[i];

		MUST(config_track_same_rules(&one->rules, &two->rules));
		MUST(config_track_same_job(&one->job, &two->job));
		MUST(!runner_job_refuse(&one->job));
	}
	config_free(again);
	free(text);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);
	char text[TEXT_MAX + 1] = "";
	struct config *config;

	if (choose(&c, 4)) {
		draw_text(&c, text);
	} else {
		size_t length = c.size < TEXT_MAX ? c.size : TEXT_MAX;

		memcpy(text, c.data, length);
		text[length] = '\0';
	}
	config = read_text(text);
	if (config)
		check_taken(config);
	config_free(config);
	return 0;
}
