/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Argument vectors: options and words of one verb become its request.
 */
#pragma once

#include "user/cli/cli.h"

/*
 * Reads the options of cli->verb; argv[0] is skipped.  Options and words may
 * mix, except before the verb, where the first word ends the options.  0 with
 * the index of the first word left in argv, or an enum exit_code, said.
 */
int options_parse(struct cli *cli, int argc, char **argv, int *out_index);

/* Takes the signed amount of demote out of argv, before getopt(3) can mistake
 * "-5" for an option.  0 or an enum exit_code, said. */
int options_amount(struct cli *cli, int *argc, char **argv);

/* The words of the verb, and whether all it needs is there. */
int options_words(struct cli *cli, int count, char **words);

/* The lines of --help. */
void options_print(enum cli_verb verb);
