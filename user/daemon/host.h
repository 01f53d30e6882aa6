/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What this host must let us do, asked before anything else is done; and what
 * it gets back.
 */
#pragma once

#include <stddef.h>

/* Each 0, or an enum exit_code with its reason. */
int host_privilege(char *error, size_t size);
int host_clock(char *error, size_t size);

/* What is no longer needed goes back to the host: an answer about thousands of
 * groups is of megabytes, for a moment. */
void host_spare_memory(void);
/* Once an answer of that many bytes has been freed. */
void host_spare_answer(size_t size);
