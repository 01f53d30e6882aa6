/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Frames of Ethernet from a file of tcpdump's or wireshark's, pcap or pcapng.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct capture;

struct capture_frame {
	const uint8_t *bytes; /* up to the next one */
	size_t size;	      /* captured */
	size_t wire;	      /* was on the wire */
};

/* Takes over the stream; name is for the text.  0 or -errno with a line. */
int capture_open(FILE *stream, const char *name, struct capture **out,
		 char *error, size_t error_size);
/* 1, 0 at the end, or -errno with a line that has the frame's place. */
int capture_next(struct capture *capture, struct capture_frame *out,
		 char *error, size_t error_size);
/* Takes NULL. */
void capture_close(struct capture *capture);
