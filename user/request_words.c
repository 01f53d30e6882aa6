/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Words and nothing else.
 */
#include "user/request_words.h"
#include "user/request.h"

const char *const compat_words[] = {
	[COMPAT_OPENBSD] = "openbsd",
	[COMPAT_FREEBSD] = "freebsd",
	[COMPAT_UCARP] = "ucarp",
	NULL,
};

const char *const demotion_words[] = {
	[DEMOTION_AUTO] = "auto",
	[DEMOTION_BYTE] = "byte",
	[DEMOTION_ADVSKEW] = "advskew",
	[DEMOTION_BOTH] = "both",
	NULL,
};

const char *const auth_words[] = {
	[CARP_AUTH_AUTO] = "auto",
	[CARP_AUTH_STRICT] = "strict",
	[CARP_AUTH_COMPAT] = "compat",
	NULL,
};

const char *const mode_words[] = {
	[DATAPLANE_AUTO] = "auto",
	[DATAPLANE_NATIVE] = "native",
	[DATAPLANE_SKB] = "skb",
	NULL,
};

const char *const balancing_words[] = { "ip", "ip-stealth", "ip-unicast",
					NULL };
const char *const state_words[] = { "backup", "master", NULL };
const char *const switch_words[] = { "off", "on", NULL };

const char *compat_name(enum compat compat)
{
	return compat_words[compat];
}

const char *demotion_form_name(enum demotion_form form)
{
	return demotion_words[form];
}

const char *mode_name(enum dataplane_mode mode)
{
	return mode_words[mode];
}

const char *auth_mode_name(enum carp_auth_mode mode)
{
	return auth_words[mode];
}
