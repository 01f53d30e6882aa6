/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * probe MS WORD...: one look; "up VALUE TEXT", "down VALUE TEXT", or with
 * status 1 "failed -ERRNO TEXT", or with 2 why these are no words of a probe.
 */
#include "user/probe/probe.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct carp_probe_result result;
	struct carp_probe probe;
	char error[256];
	int err;

	if (argc < 2)
		return 2;
	if (!carp_probe_parse((const char *const *)argv + 2, (size_t)argc - 2,
			      &probe, error, sizeof(error))) {
		printf("%s\n", error);
		return 2;
	}
	err = carp_probe_run(&probe, (unsigned int)atoi(argv[1]), &result);
	if (err)
		printf("failed %d %s\n", err, result.text);
	else
		printf("%s %d %s\n", result.state == PROBE_UP ? "up" : "down",
		       result.value, result.text);
	return err ? 1 : 0;
}
