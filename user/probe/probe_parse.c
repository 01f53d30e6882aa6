/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Probes from words.  Asks nobody: an interface need not be there yet.
 */
#include "user/probe/probe.h"
#include "user/address.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct words {
	const char *const *at;
	size_t left;
	char *error;
	size_t size;
};

static __attribute__((format(printf, 2, 3))) bool refuse(const struct words *w,
							 const char *format,
							 ...)
{
	va_list arguments;

	if (!w->size)
		return false;
	va_start(arguments, format);
	vsnprintf(w->error, w->size, format, arguments);
	va_end(arguments);
	for (char *c = w->error; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	return false;
}

static const char *next(struct words *w)
{
	if (!w->left)
		return NULL;
	w->left--;
	return *w->at++;
}

/* The next word, if it is that one, is gone. */
static bool take(struct words *w, const char *word)
{
	return w->left && !strcmp(*w->at, word) && next(w);
}

static bool printable(const char *text)
{
	for (; *text; text++)
		if (iscntrl((unsigned char)*text))
			return false;
	return true;
}

static bool take_interface(struct words *w, char out[static PROBE_NAME_SIZE])
{
	const char *name = next(w);
	const size_t length = name ? strlen(name) : 0;

	if (length < 1 || length >= PROBE_NAME_SIZE)
		return refuse(w,
			      "interface \"%.64s\": %zu bytes, allowed are 1 "
			      "to %d",
			      name ? name : "", length, PROBE_NAME_SIZE - 1);
	if (!printable(name) || strpbrk(name, "/: "))
		return refuse(w, "interface \"%s\": no name of an interface",
			      name);
	memcpy(out, name, length + 1);
	return true;
}

static bool take_device(struct words *w, struct carp_probe *out)
{
	return !take(w, "dev") || take_interface(w, out->ifname);
}

static void keep_address(struct carp_probe *out, const struct address *from)
{
	out->family = from->family;
	memcpy(out->address, from->bytes, sizeof(out->address));
}

/* --- kinds ---------------------------------------------------------------- */

static bool parse_interface(struct words *w, struct carp_probe *out)
{
	return take_interface(w, out->ifname);
}

static bool has_host_bits(const struct vip *network)
{
	const unsigned int size = network->address.family == 4 ? 32 : 128;

	for (unsigned int bit = network->prefix; bit < size; bit++)
		if (network->address.bytes[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

static bool parse_network(struct words *w, struct carp_probe *out)
{
	const char *text = next(w);
	struct vip network;

	if (!text)
		return refuse(w, "route: wanted is default, inet6 default or a "
				 "network such as 192.0.2.0/24");
	if (!strchr(text, '/') || !vip_parse(text, &network))
		return refuse(w,
			      "route %.64s: wanted is default, inet6 default "
			      "or a network such as 192.0.2.0/24",
			      text);
	if (has_host_bits(&network))
		return refuse(w,
			      "route %.64s: has bits beyond its length of %u",
			      text, network.prefix);
	keep_address(out, &network.address);
	out->prefix = network.prefix;
	return true;
}

static bool parse_route(struct words *w, struct carp_probe *out)
{
	const int family = take(w, "inet6") ? 6 : take(w, "inet") ? 4 : 0;

	if (take(w, "default"))
		out->family = family ? family : 4;
	else if (!parse_network(w, out))
		return false;
	if (family && out->family != family)
		return refuse(w, "route: the network is not %s",
			      family == 4 ? "inet" : "inet6");
	return take_device(w, out);
}

static bool parse_address(struct words *w, struct carp_probe *out)
{
	const char *text = next(w);
	struct address address;
	const char *unfit;

	if (!text || !address_parse(text, &address))
		return refuse(w,
			      "address \"%.64s\": not an IPv4 or IPv6 address",
			      text ? text : "");
	unfit = address_unfit(&address);
	if (unfit)
		return refuse(w,
			      "address %s: %s, wanted is a host's unicast "
			      "address",
			      text, unfit);
	keep_address(out, &address);
	if (!take_device(w, out))
		return false;
	if (out->family == 6 && out->address[0] == 0xfe &&
	    (out->address[1] & 0xc0) == 0x80 && !*out->ifname)
		return refuse(w,
			      "address %s: link-local, wanted is its interface "
			      "too: dev NAME",
			      text);
	return true;
}

static bool parse_process(struct words *w, struct carp_probe *out)
{
	const char *name = next(w);
	const size_t length = name ? strlen(name) : 0;

	if (length < 1 || length >= PROBE_NAME_SIZE)
		return refuse(w,
			      "process \"%.64s\": %zu bytes, allowed are 1 to "
			      "%d: the kernel keeps no more of a name",
			      name ? name : "", length, PROBE_NAME_SIZE - 1);
	if (!printable(name))
		return refuse(w, "process \"%s\": has control characters",
			      name);
	memcpy(out->name, name, length + 1);
	return true;
}

static bool parse_path(struct words *w, struct carp_probe *out)
{
	const char *path = next(w);
	const size_t length = path ? strlen(path) : 0;

	if (length < 1 || length >= PROBE_PATH_SIZE)
		return refuse(w,
			      "path \"%.64s\": %zu bytes, allowed are 1 to %d",
			      path ? path : "", length, PROBE_PATH_SIZE - 1);
	if (*path != '/' || !printable(path))
		return refuse(w, "path \"%.64s\": wanted is an absolute path",
			      path);
	memcpy(out->path, path, length + 1);
	return true;
}

static const struct {
	const char *word;
	enum carp_probe_kind kind;
	bool (*parse)(struct words *w, struct carp_probe *out);
} kinds[] = {
	{ "interface", PROBE_INTERFACE, parse_interface },
	{ "route", PROBE_ROUTE, parse_route },
	{ "address", PROBE_ADDRESS, parse_address },
	{ "process", PROBE_PROCESS, parse_process },
	{ "pidfile", PROBE_PIDFILE, parse_path },
	{ "file", PROBE_FILE, parse_path },
};

bool carp_probe_parse(const char *const *words, size_t count,
		      struct carp_probe *out, char *error, size_t size)
{
	struct words w = { words, count, error, size };
	const char *word = next(&w);
	struct carp_probe probe = { 0 };
	size_t i = 0;

	while (word && i < sizeof(kinds) / sizeof(kinds[0]) &&
	       strcmp(kinds[i].word, word))
		i++;
	if (!word || i == sizeof(kinds) / sizeof(kinds[0]))
		return refuse(&w,
			      "probe \"%.64s\": allowed are interface, route, "
			      "address, process, pidfile, file",
			      word ? word : "");
	probe.kind = kinds[i].kind;
	if (!kinds[i].parse(&w, &probe))
		return false;
	if (w.left)
		return refuse(&w, "probe %s: \"%.64s\" is one word too many",
			      word, *w.at);
	*out = probe;
	return true;
}
