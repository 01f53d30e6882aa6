/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * carp-xdp check: of an interface or of a file?
 */
#include "user/cli/configure.h"
#include "user/cli/doctor_run.h"
#include "user/cli/field.h"
#include "user/cli/verbs.h"

#include <net/if.h>
#include <string.h>
#include <unistd.h>

/* A slash is in no interface's name; what ends in .conf is taken for a file,
 * too, and so is whatever is one and no interface. */
static bool is_file(const char *word)
{
	const size_t length = strlen(word), suffix = strlen(".conf");

	if (strchr(word, '/') ||
	    (length > suffix && !strcmp(word + length - suffix, ".conf")))
		return true;
	return !if_nametoindex(word) && access(word, F_OK) == 0;
}

int verbs_check(struct cli *cli)
{
	const char *word = field_text(cli->request, "interface");

	if (!is_file(word))
		return doctor_run(cli, word);
	if (field(cli->request, "vhid", json_type_int) ||
	    field(cli->request, "listen", json_type_int) ||
	    cli->flags & CLI_JSON)
		return cli_misused(cli,
				   "%s is a file: -j, --vhid and --listen are "
				   "for interfaces",
				   word);
	return configure_check(word);
}
