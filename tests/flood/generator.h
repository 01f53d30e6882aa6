/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What both halves of the generator know of a frame. */
#pragma once

enum flood_frame_shape {
	FLOOD_FRAME_MAX = 96, /* bytes */
	/* The last four of an IPv4 advertisement: the end of its digest. */
	FLOOD_VARY_AT = 66,
	FLOOD_ADVERT = 70,
	FLOOD_PROTOCOL = 112, /* of IP */
};
