/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Words of ifconfig(8), as hostname.if(5) of OpenBSD and rc.conf(5) of FreeBSD
 * have them.
 */
#include "user/import_parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- ifconfig ------------------------------------------------------------- */

struct pair {
	const char *word, *member;
	bool number;
};

static const struct pair pairs[] = {
	{ "vhid", "vhid", true },
	{ "advbase", "advbase", true },
	{ "advskew", "advskew", true },
	{ "carpdev", "interface", false },
	{ "balancing", "balancing", false },
};

static bool take_pair(struct import *import, struct config_group *group,
		      const char *word, const char *value)
{
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (strcmp(pairs[i].word, word))
			continue;
		if (pairs[i].number)
			import_number(import, group, pairs[i].member, value);
		else
			import_word(import, group, pairs[i].member, value);
		return true;
	}
	return false;
}

static bool is_address(const char *word)
{
	return strchr(word, ':') ||
	       (isdigit((unsigned char)*word) && strchr(word, '.'));
}

static bool is_number(const char *word)
{
	return *word && word[strspn(word, "0123456789")] == '\0';
}

/* ADDRESS/LENGTH, ADDRESS MASK, ADDRESS LENGTH (inet6), ADDRESS netmask MASK,
 * ADDRESS prefixlen LENGTH.  The index behind. */
static size_t take_address(struct import *import, struct config_group *group,
			   const struct words *w, size_t at)
{
	const char *address = w->word[at];
	const char *next = at + 1 < w->count ? w->word[at + 1] : "";
	char vip[IMPORT_WORD_SIZE] = "";
	size_t used = 1;

	if ((!strcmp(next, "netmask") || !strcmp(next, "prefixlen")) &&
	    at + 2 < w->count) {
		next = w->word[at + 2];
		used++;
	}
	if (!strchr(address, '/') && is_number(next) && strchr(address, ':'))
		snprintf(vip, sizeof(vip), "%.64s/%.3s", address, next);
	else if (!strchr(address, '/') &&
		 import_masked(address, next, vip, sizeof(vip)))
		;
	else
		used = 0;
	import_add(import, group, "vips", used ? vip : address);
	at += used + 1;
	/* A broadcast address says nothing new. */
	if (used && at < w->count && is_address(w->word[at]) &&
	    !strchr(w->word[at], ':'))
		at++;
	return at;
}

static void take_nodes(struct import *import, struct config_group *group,
		       char *list)
{
	for (char *node = strtok(list, ","); node; node = strtok(NULL, ","))
		import_add(import, group, "nodes", node);
}

void import_ifconfig(struct import *import, struct config_group *group,
		     const struct words *w, size_t at)
{
	/* "\\": the line goes on, as if it had not ended. */
	static const char *const empty[] = { "inet",   "inet6", "alias",
					     "up",     "NONE",	"add",
					     "vhinet", "\\",	NULL };

	while (at < w->count) {
		const char *word = w->word[at];
		const char *value = at + 1 < w->count ? w->word[at + 1] : "";
		size_t i = 0;

		while (empty[i] && strcmp(empty[i], word))
			i++;
		if (empty[i]) {
			at++;
		} else if (!strcmp(word, "pass")) {
			import_secret(import, group);
			at += 2;
		} else if (!strcmp(word, "carpnodes")) {
			take_nodes(import, group, (char *)(uintptr_t)value);
			at += 2;
		} else if (!strcmp(word, "carppeer") || !strcmp(word, "peer") ||
			   !strcmp(word, "peer6")) {
			import_add(import, group, "peers", value);
			at += 2;
		} else if (!strcmp(word, "group")) {
			import_add(import, group, "groups", value);
			at += 2;
		} else if (take_pair(import, group, word, value)) {
			at += 2;
		} else if (is_address(word)) {
			at = take_address(import, group, w, at);
		} else if (!strcmp(word, "description") ||
			   !strcmp(word, "state")) {
			import_note(import, "%s %s: not carried over", word,
				    value);
			at += 2;
		} else {
			import_note(import, "%s: not carried over", word);
			at++;
		}
	}
}

/* --- OpenBSD -------------------------------------------------------------- */

/* Of hostname.carp0 the group is carp0. */
static const char *name_of_file(const char *file)
{
	const char *base = strrchr(file, '/'), *dot;

	base = base ? base + 1 : file;
	dot = strrchr(base, '.');
	return dot && dot[1] ? dot + 1 : base;
}

void import_openbsd(struct import *import, const char *text)
{
	struct words *line = calloc(1, sizeof(*line));
	struct config_group *group =
		import_group(import, name_of_file(import->file));

	if (!line || !group) {
		import->failed = true;
		free(line);
		return;
	}
	while (import_line(import, &text, "#", "", line)) {
		if (!line->count)
			continue;
		if (line->word[0][0] == '!')
			import_note(import, "a command: not carried over");
		else
			import_ifconfig(import, group, line, 0);
	}
	if (!import_has(group, "interface"))
		import_note(import, "no carpdev: say which interface it is");
	/* The nodes have their own. */
	if (import_has(group, "nodes")) {
		json_object_object_del(group->attach, "vhid");
		json_object_object_del(group->attach, "advskew");
	}
	free(line);
}

/* --- FreeBSD -------------------------------------------------------------- */

/* The groups of one interface, by vhid; what has none is an address of its
 * own. */
static void take_alias(struct import *import, const char *interface,
		       struct words *w, size_t at)
{
	char name[CONFIG_NAME_SIZE];
	struct config_group *group;
	size_t vhid = at;

	while (vhid + 1 < w->count && strcmp(w->word[vhid], "vhid"))
		vhid++;
	if (vhid + 1 >= w->count)
		return;
	snprintf(name, sizeof(name), "%.16s-%.8s", interface,
		 w->word[vhid + 1]);
	group = import_group(import, name);
	if (!group)
		return;
	import_word(import, group, "compat", "freebsd");
	if (strncmp(interface, "carp", 4))
		import_word(import, group, "interface", interface);
	else if (!import_has(group, "interface"))
		import_note(import, "%s: say which interface it is on",
			    interface);
	import_ifconfig(import, group, w, at);
}

/* "ifconfig_em0_alias0=..." and "ifconfig_em0_aliases=..." are em0's. */
static bool interface_of(const char *word, char out[NETLINK_NAME_SIZE])
{
	const char *end = strchr(word, '='), *alias;

	if (strncmp(word, "ifconfig_", 9) || !end)
		return false;
	word += 9;
	alias = strstr(word, "_alias");
	if (!alias || alias > end)
		alias = strstr(word, "_ipv6");
	if (alias && alias < end)
		end = alias;
	snprintf(out, NETLINK_NAME_SIZE, "%.*s", (int)(end - word), word);
	return true;
}

/* What stands behind the "=" is words again; each "vhid" after the first
 * begins another alias. */
static void take_value(struct import *import, const char *interface,
		       const char *value)
{
	struct words *w = calloc(2, sizeof(*w));
	struct import inner = { .file = import->file };
	const char *at = value;

	if (!w) {
		import->failed = true;
		return;
	}
	import_line(&inner, &at, "", "", w);
	for (size_t i = 0; i < w->count; i++) {
		const bool begins = !strcmp(w->word[i], "vhid") ||
				    !strcmp(w->word[i], "inet") ||
				    !strcmp(w->word[i], "inet6");
		bool has_address = false;

		for (size_t k = 0; k < w[1].count; k++)
			has_address |= is_address(w[1].word[k]);
		if (begins && has_address) {
			take_alias(import, interface, &w[1], 0);
			w[1].count = 0;
		}
		memcpy(w[1].word[w[1].count++], w->word[i], IMPORT_WORD_SIZE);
	}
	take_alias(import, interface, &w[1], 0);
	free(w);
}

/* Lines inside quotes, and those that end with "\", are one. */
static char *join_quoted(const char *text)
{
	char *joined = strdup(text), quote = '\0';

	for (char *c = joined; c && *c; c++) {
		if (*c == '\\' && c[1] == '\n') {
			*c = ' ';
			c[1] = '\v';
		}
		if (*c == '"' || *c == '\'')
			quote = quote == *c ? '\0' : quote ? quote : *c;
		else if (*c == '\n' && quote)
			*c = '\v';
		else if (*c == '#' && !quote)
			while (c[1] && c[1] != '\n')
				*c++ = ' ';
	}
	return joined;
}

static void take_setting(struct import *import, const char *line, size_t size)
{
	const char *equals = memchr(line, '=', size);
	char interface[NETLINK_NAME_SIZE];
	char *value;

	if (!equals || !interface_of(line, interface))
		return;
	value = strndup(equals + 1, size - (size_t)(equals + 1 - line));
	if (!value) {
		import->failed = true;
		return;
	}
	for (char *c = value; *c; c++)
		if (*c == '"' || *c == '\'')
			*c = ' ';
	take_value(import, interface, value);
	free(value);
}

void import_freebsd(struct import *import, const char *text)
{
	char *joined = join_quoted(text);
	struct words *line = calloc(1, sizeof(*line));
	const char *at = joined, *begin = joined;

	if (!joined || !line)
		import->failed = true;
	while (!import->failed && import_line(import, &at, "", "", line)) {
		take_setting(import, begin, strcspn(begin, "\n"));
		begin = at;
	}
	free(line);
	free(joined);
}
