/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Loads the data plane once, for all packet tests of a guest: a verifier that
 * is emulated takes seconds.
 */
#include <criterion/criterion.h>

#include "tests/bpf/plane.h"

void plain_before(void)
{
	plane_open();
}
