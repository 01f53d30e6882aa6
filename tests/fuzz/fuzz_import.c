/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Configurations of others, as any bytes: there is always a result, and if
 * nothing is missing in it, it is read as ours.
 */
#include <string.h>

#include "choices.h"
#include "fuzz.h"
#include "user/import.h"

enum {
	TEXT_MAX = 4096
};

static const char *const words[] = {
	"vrrp_instance",
	"x",
	"{",
	"}",
	"\n",
	" ",
	"interface",
	"eth0",
	"vhid",
	"3",
	"virtual_router_id",
	"ucarp",
	"-v",
	"--vhid=",
	"-a",
	"10.0.0.1/24",
	"10.0.0.2",
	"255.255.255.0",
	"2001:db8::1",
	"64",
	"pass",
	"secret",
	"carpnodes",
	"1:0,2:100",
	"\"",
	"ifconfig_em0_alias0=",
	"inet",
	"\\\n",
	"virtual_ipaddress",
	"authentication",
	"auth_pass",
	"unicast_peer",
	"priority",
	"carpdev",
	"netmask",
	"0xffffff00",
	"--pass",
	"description",
	"\v",
	"#",
	"alias",
	"vrrp_script",
	"script",
	"weight",
	"-2",
	"reverse",
	"interval",
	"0.5",
	"rise",
	"track_script",
	"track_interface",
	"vrrp_track_process",
	"track_process",
	"process",
	"delay",
	"vrrp_track_file",
	"track_file",
	"file",
	"/run/x",
	"'/bin/x \"a b\"'",
	"notify",
	"notify_master",
	"-u",
	"-d",
};

static void draw_text(struct choices *c, char *text)
{
	while (c->size) {
		const char *word = words[choose(
			c, (uint32_t)(sizeof(words) / sizeof(*words)))];

		if (strlen(text) + strlen(word) + 1 >= TEXT_MAX)
			return;
		strcat(text, word);
		if (choose(c, 4))
			strcat(text, " ");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices c = choices_bytes(data, size);
	enum import_format format =
		(enum import_format)choose(&c, IMPORT_FORMATS);
	char text[TEXT_MAX + 1] = "", bad[CONFIG_ERROR_SIZE];
	size_t notes, length;
	char *result;

	if (choose(&c, 4)) {
		draw_text(&c, text);
	} else {
		length = c.size < TEXT_MAX ? c.size : TEXT_MAX;
		memcpy(text, c.data, length);
		text[length] = '\0';
	}
	result = import_text(format, "f", text, &notes, bad, sizeof(bad));
	MUST(result);
	MUST(!*bad || strstr(bad, "result"));
	free(result);
	return 0;
}
