/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Connects, asks, reads.  Never believes an answer of another protocol
 * version, and never waits for a controller that has stopped.
 */
#include "user/cli/client.h"
#include "user/cli/cli.h"
#include "user/sys/server.h"
#include "user/sys/unix.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int client_open(const char *path, struct client *out)
{
	int fd = unix_connect(path, SOCK_STREAM, CLIENT_PATIENCE);
	struct client client = { .path = path };

	if (fd < 0)
		return fd;
	client.stream = fdopen(fd, "re");
	if (!client.stream) {
		int error = -errno;

		close(fd);
		return error;
	}
	*out = client;
	return 0;
}

void client_close(struct client *client)
{
	if (client->stream)
		fclose(client->stream);
	free(client->line);
	*client = (struct client){ 0 };
}

bool client_elsewhere(const struct client *client)
{
	struct stat ours, theirs;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	char path[64];

	if (getsockopt(fileno(client->stream), SOL_SOCKET, SO_PEERCRED, &peer,
		       &size))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer.pid);
	/* What cannot be seen is not held against it. */
	return !stat("/proc/self/ns/net", &ours) && !stat(path, &theirs) &&
	       ours.st_ino != theirs.st_ino;
}

bool client_nobody(int error)
{
	return error == -ENOENT || error == -ECONNREFUSED;
}

int client_explain(const char *path, int error)
{
	if (client_nobody(error))
		return cli_fail(EXIT_CODE_NO_CONTROLLER,
				"no controller answers on %s", path);
	if (error == -EACCES || error == -EPERM)
		return cli_fail(EXIT_CODE_FAILED,
				"%s: no privilege, only root and the "
				"controller's own user may ask it",
				path);
	if (error == -ENAMETOOLONG)
		return cli_fail(EXIT_CODE_INVALID,
				"socket %s: %zu bytes, allowed are 1 to %zu",
				path, strlen(path),
				sizeof(((struct sockaddr_un *)0)->sun_path) -
					1);
	if (error == -EAGAIN)
		return cli_fail(EXIT_CODE_FAILED,
				"%s: the controller does not answer", path);
	return cli_fail(EXIT_CODE_FAILED, "%s: %s", path, strerror(-error));
}

static int line_send(const struct client *client, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t sent =
			send(fileno(client->stream), text, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
			return CLIENT_GONE;
		if (sent < 0)
			return client_explain(client->path, -errno);
		text += sent;
		size -= (size_t)sent;
	}
	return 0;
}

static int request_send(const struct client *client,
			struct json_object *request)
{
	const char *text = json_object_to_json_string_ext(
		request, JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t size = strlen(text);
	int code;

	if (size >= SERVER_REQUEST_MAX)
		return cli_fail(EXIT_CODE_INVALID,
				"request of %zu bytes, the controller takes "
				"less than %d",
				size, SERVER_REQUEST_MAX);
	code = line_send(client, text, size);
	return code ? code : line_send(client, "\n", 1);
}

/* A line cut off by the end is no answer: half of one could mislead. */
static int line_read(struct client *client)
{
	ssize_t length;

	errno = 0;
	length = getline(&client->line, &client->line_size, client->stream);
	if (length > 0 && client->line[length - 1] == '\n')
		return 0;
	if (length > 0)
		return cli_fail(EXIT_CODE_FAILED,
				"%s: the answer breaks off after %zd bytes",
				client->path, length);
	if (feof(client->stream) || errno == ECONNRESET)
		return CLIENT_GONE;
	return client_explain(client->path, -errno);
}

static int version_check(const struct client *client,
			 struct json_object *answer)
{
	struct json_object *version = NULL;

	if (!json_object_is_type(answer, json_type_object))
		return cli_fail(EXIT_CODE_FAILED,
				"%s: the answer is not a JSON object",
				client->path);
	json_object_object_get_ex(answer, "version", &version);
	if (!json_object_is_type(version, json_type_int) ||
	    json_object_get_int64(version) != REQUEST_VERSION)
		return cli_fail(EXIT_CODE_FAILED,
				"%s: the controller speaks control protocol "
				"version %.20s, this program %d",
				client->path,
				version ? json_object_get_string(version)
					: "unknown",
				REQUEST_VERSION);
	return 0;
}

static int object_read(struct client *client, struct json_object **out)
{
	struct json_object *object;
	int code = line_read(client);

	if (code)
		return code;
	object = json_tokener_parse(client->line);
	code = version_check(client, object);
	if (code) {
		json_object_put(object);
		return code;
	}
	*out = object;
	return 0;
}

/* A refusal brings its own words and its own exit status. */
static int verdict_of(const struct client *client, struct json_object *answer)
{
	struct json_object *ok = NULL, *code = NULL, *error = NULL;
	int status;

	json_object_object_get_ex(answer, "ok", &ok);
	json_object_object_get_ex(answer, "code", &code);
	json_object_object_get_ex(answer, "error", &error);
	if (json_object_is_type(ok, json_type_boolean) &&
	    json_object_get_boolean(ok))
		return 0;
	status = code ? json_object_get_int(code) : EXIT_CODE_FAILED;
	if (status < EXIT_CODE_FAILED || status > EXIT_CODE_NOT_MASTER)
		status = EXIT_CODE_FAILED;
	if (!json_object_is_type(error, json_type_string))
		return cli_fail(status, "%s: refused without a reason",
				client->path);
	return cli_fail(status, "%s", json_object_get_string(error));
}

static void warning_print(struct json_object *answer)
{
	struct json_object *warning = NULL;

	json_object_object_get_ex(answer, "warning", &warning);
	if (json_object_is_type(warning, json_type_string))
		cli_fail(0, "warning: %s", json_object_get_string(warning));
}

int client_ask(struct client *client, struct json_object *request,
	       struct json_object **out_answer)
{
	struct json_object *answer = NULL;
	int code = request_send(client, request);

	/* It may have refused and hung up before the end of the request. */
	if (code == 0 || code == CLIENT_GONE)
		code = object_read(client, &answer);
	if (code == 0)
		code = verdict_of(client, answer);
	if (code) {
		json_object_put(answer);
		return code;
	}
	warning_print(answer);
	*out_answer = answer;
	return 0;
}

int client_next(struct client *client, struct json_object **out_line)
{
	int error = unix_patience(fileno(client->stream), 0);

	if (error)
		return client_explain(client->path, error);
	return object_read(client, out_line);
}
