/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Settings as a whole: what does not go together.
 */
#pragma once

#include "user/request.h"

/* 0, or EXIT_CODE_INVALID with a line of text. */
int request_rules(const struct settings *settings, bool has_key, char *error,
		  size_t error_size);
/* Which of the settings differ, those of set and attach: bits of enum
 * request_has. */
unsigned int request_differs(const struct settings *a,
			     const struct settings *b);
