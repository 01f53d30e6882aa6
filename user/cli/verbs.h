/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the verbs do once their request is built and found good.  Each returns
 * the exit status.
 */
#pragma once

#include "user/cli/cli.h"

int verbs_attach(struct cli *cli);
int verbs_detach(struct cli *cli);
int verbs_set(struct cli *cli);
int verbs_demote(struct cli *cli);
int verbs_state(struct cli *cli);
int verbs_maintenance(struct cli *cli);
int verbs_status(struct cli *cli);
int verbs_monitor(struct cli *cli);
int verbs_check(struct cli *cli);
int verbs_import(struct cli *cli);
int verbs_explain(struct cli *cli);
int verbs_top(struct cli *cli);
int verbs_daemon(struct cli *cli);
int verbs_hand(struct cli *cli);
int verbs_runner(struct cli *cli);
int verbs_reload(struct cli *cli);
int verbs_showconf(struct cli *cli);

/* The controller's answer to the request, to be put; or an exit code, said. */
int verbs_ask(struct cli *cli, struct json_object **out_answer);
