/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libpcap, and where in the file it gave up.
 */
#include "user/sys/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

struct capture {
	pcap_t *pcap;
	const char *name;
	unsigned long frames; /* read */
};

static const char *link_name(int type)
{
	const char *name = pcap_datalink_val_to_description(type);

	return name ? name : "an unknown link type";
}

int capture_open(FILE *stream, const char *name, struct capture **out,
		 char *error, size_t error_size)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_t *pcap = pcap_fopen_offline(stream, reason);

	if (!pcap) {
		snprintf(error, error_size, "%s: %s", name, reason);
		fclose(stream);
		return -EINVAL;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		snprintf(error, error_size,
			 "%s: frames of %s, wanted are Ethernet's (capture on "
			 "one interface, not on \"any\")",
			 name, link_name(pcap_datalink(pcap)));
		pcap_close(pcap);
		return -EINVAL;
	}
	*out = calloc(1, sizeof(**out));
	if (!*out) {
		snprintf(error, error_size, "%s: out of memory", name);
		pcap_close(pcap);
		return -ENOMEM;
	}
	**out = (struct capture){ .pcap = pcap, .name = name };
	return 0;
}

int capture_next(struct capture *capture, struct capture_frame *out,
		 char *error, size_t error_size)
{
	const long place = ftell(pcap_file(capture->pcap));
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int got = pcap_next_ex(capture->pcap, &header, &bytes);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	capture->frames++;
	if (got != 1) {
		snprintf(error, error_size, "%s: frame %lu, at byte %ld: %s",
			 capture->name, capture->frames, place < 0 ? 0 : place,
			 pcap_geterr(capture->pcap));
		return -EINVAL;
	}
	*out = (struct capture_frame){ .bytes = bytes,
				       .size = header->caplen,
				       .wire = header->len };
	return 1;
}

void capture_close(struct capture *capture)
{
	if (!capture)
		return;
	pcap_close(capture->pcap);
	free(capture);
}
