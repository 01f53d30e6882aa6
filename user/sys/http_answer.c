/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Answers of the metrics listener that are constant, and who gets those that
 * are for a browser.
 */
#include "user/sys/http_parts.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
	HOST_SIZE = 256
};

const char http_type_plain[] = "text/plain; version=0.0.4; charset=utf-8";

enum MHD_Result http_send(struct MHD_Connection *connection,
			  unsigned int status, const char *header,
			  const char *value, struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	result = mhd.add_response_header(response, header, value);
	if (result == MHD_YES)
		result = mhd.queue_response(connection, status, response);
	mhd.destroy_response(response);
	return result;
}

static struct MHD_Response *constant(const char *text, size_t size)
{
	return mhd.create_response_from_buffer(size, (void *)(uintptr_t)text,
					       MHD_RESPMEM_PERSISTENT);
}

enum MHD_Result http_say(struct MHD_Connection *connection, unsigned int status,
			 const char *text)
{
	return http_send(connection, status, MHD_HTTP_HEADER_CONTENT_TYPE,
			 http_type_plain, constant(text, strlen(text)));
}

enum MHD_Result http_refuse_method(struct MHD_Connection *connection)
{
	static const char text[] = "method not allowed\n";

	return http_send(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			 MHD_HTTP_HEADER_ALLOW, "GET, HEAD",
			 constant(text, sizeof(text) - 1));
}

/* --- who asks ------------------------------------------------------------- */

/* Without the port. */
static bool host_of(const char *header, char out[HOST_SIZE])
{
	size_t length = strcspn(header, ":");

	if (*header == '[')
		length = strcspn(header, "]") + 1;
	if (!length || length >= HOST_SIZE || length > strlen(header))
		return false;
	memcpy(out, header, length);
	out[length] = '\0';
	return true;
}

/* A name of somebody else's may be made to lead here; an address cannot, nor a
 * name that stands in no public zone. */
static bool host_is_ours(const struct http *http, const char *header)
{
	struct in_addr address;
	char host[HOST_SIZE];

	return host_of(header, host) &&
	       (*host == '[' || !strchr(host, '.') ||
		inet_pton(AF_INET, host, &address) == 1 ||
		!strcasecmp(host, http->service.host_name));
}

static const char *header_of(struct MHD_Connection *connection,
			     const char *name)
{
	return mhd.lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

const char *http_stranger(const struct http *http,
			  struct MHD_Connection *connection)
{
	static const char scheme[] = "http://";
	const char *host = header_of(connection, MHD_HTTP_HEADER_HOST);
	const char *origin = header_of(connection, MHD_HTTP_HEADER_ORIGIN);

	if (host && !host_is_ours(http, host))
		return "not by that name: use an address, or the name that "
		       "the host gives itself\n";
	if (origin && (!host || strncmp(origin, scheme, sizeof(scheme) - 1) ||
		       strcmp(origin + sizeof(scheme) - 1, host) != 0))
		return "not for pages of others\n";
	return NULL;
}

/* --- the page ------------------------------------------------------------- */

static const struct {
	const char *name, *value;
} page_headers[] = {
	{ MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
};

enum MHD_Result http_page(struct http *http, struct MHD_Connection *connection)
{
	const char *wrong = http_stranger(http, connection);
	struct MHD_Response *response;

	if (wrong)
		return http_say(connection, MHD_HTTP_MISDIRECTED_REQUEST,
				wrong);
	response = constant(http->service.page, http->service.page_size);
	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < sizeof(page_headers) / sizeof(*page_headers);
	     i++)
		(void)mhd.add_response_header(response, page_headers[i].name,
					      page_headers[i].value);
	/* Without it there is no page. */
	if (mhd.add_response_header(response, "Content-Security-Policy",
				    http->service.policy) != MHD_YES) {
		mhd.destroy_response(response);
		return MHD_NO;
	}
	return http_send(connection, MHD_HTTP_OK, MHD_HTTP_HEADER_CONTENT_TYPE,
			 "text/html; charset=utf-8", response);
}
