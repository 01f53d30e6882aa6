/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The status page, page.html; scripts/embed-page.sh puts it into the program.
 */
#pragma once

#include <stddef.h>

extern const char page_text[];
extern const size_t page_size;
/* Its Content-Security-Policy: no other script or style than its own. */
extern const char page_policy[];
