/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What the kernel says of an interface and its host.
 */
#pragma once

#include "user/cli/doctor.h"

struct doctor_facts {
	struct doctor_link link;
	struct doctor_host host;
	bool managed; /* networkd's and NetworkManager's files are of this
			 network namespace */
};

/* 0, or -errno: -ENODEV if there is no such interface. */
int doctor_survey(const char *interface, struct doctor_facts *out);
