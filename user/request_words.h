/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The words that values have, in the order of what they stand for; NULL ends
 * each list.
 */
#pragma once

extern const char *const compat_words[];
extern const char *const demotion_words[];
extern const char *const auth_words[];
extern const char *const mode_words[];
extern const char *const balancing_words[];
extern const char *const state_words[];
extern const char *const switch_words[];
