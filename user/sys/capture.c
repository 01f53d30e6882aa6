/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * libpcap, and where in the file it gave up.
 */
#include "user/sys/capture.h"
#include "user/sys/library.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#define CALLS(X) \
	X(close) \
	X(datalink) \
	X(datalink_val_to_description) \
	X(file) \
	X(fopen_offline) \
	X(geterr) \
	X(next_ex)

#define SLOT(name) __typeof__(&pcap_##name) name;
#define CALL(name) { "pcap_" #name, &pcap.name },

static struct {
	CALLS(SLOT)
} pcap;
static const struct library_call calls[] = { CALLS(CALL) };

struct capture {
	pcap_t *file;
	const char *name;
	unsigned long frames; /* read */
};

static const char *link_name(int type)
{
	const char *name = pcap.datalink_val_to_description(type);

	return name ? name : "an unknown link type";
}

int capture_open(FILE *stream, const char *name, struct capture **out,
		 char *error, size_t error_size)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_t *file;

	if (library_load("libpcap.so.0.8", calls,
			 sizeof(calls) / sizeof(*calls), error, error_size)) {
		fclose(stream);
		return -ENOENT;
	}
	file = pcap.fopen_offline(stream, reason);
	if (!file) {
		snprintf(error, error_size, "%s: %s", name, reason);
		fclose(stream);
		return -EINVAL;
	}
	if (pcap.datalink(file) != DLT_EN10MB) {
		snprintf(error, error_size,
			 "%s: frames of %s, wanted are Ethernet's (capture on "
			 "one interface, not on \"any\")",
			 name, link_name(pcap.datalink(file)));
		pcap.close(file);
		return -EINVAL;
	}
	*out = calloc(1, sizeof(**out));
	if (!*out) {
		snprintf(error, error_size, "%s: out of memory", name);
		pcap.close(file);
		return -ENOMEM;
	}
	**out = (struct capture){ .file = file, .name = name };
	return 0;
}

int capture_next(struct capture *capture, struct capture_frame *out,
		 char *error, size_t error_size)
{
	const long place = ftell(pcap.file(capture->file));
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int got = pcap.next_ex(capture->file, &header, &bytes);

	if (got == PCAP_ERROR_BREAK)
		return 0;
	capture->frames++;
	if (got != 1) {
		snprintf(error, error_size, "%s: frame %lu, at byte %ld: %s",
			 capture->name, capture->frames, place < 0 ? 0 : place,
			 pcap.geterr(capture->file));
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
	pcap.close(capture->file);
	free(capture);
}
