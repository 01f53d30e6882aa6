/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * What is left of the file system and of TCP after confine_files(), for root,
 * who may do all of it before.
 */
#include "user/sys/confine_files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int failures;

static void claim(int good, const char *text)
{
	printf("%sok - %s\n", good ? "" : "not ", text);
	failures += !good;
}

static int opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int binds(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), done;

	any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	done = bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
	close(fd);
	return done;
}

static void confined(const char *kept, const char *inside, int open_before)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	claim(confine_files() == 0, "names are given up");
	claim(!opens("/etc/passwd", O_RDONLY) && errno == EACCES,
	      "no file is read");
	claim(!opens("/", O_RDONLY) && errno == EACCES, "no directory");
	claim(!opens(kept, O_WRONLY) && errno == EACCES, "none is written");
	claim(!opens(inside, O_CREAT | O_WRONLY), "none is made");
	claim(mkdir(inside, 0700) < 0 && errno == EACCES, "no directory made");
	claim(unlink(kept) < 0 && errno == EACCES, "none is removed");
	claim(execl("/bin/true", "true", (char *)NULL) < 0, "no program runs");
	claim(!binds() && errno == EACCES, "no port is taken");
	claim(write(open_before, "x", 1) == 1, "what was open still is");
}

int main(void)
{
	char made[] = "/tmp/carp-files-XXXXXX", kept[64], inside[64];
	int fd, status = 1;

	if (!mkdtemp(made))
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(kept, sizeof(kept), "%s/kept", made);
	snprintf(inside, sizeof(inside), "%s/new", made);
	claim(opens("/etc/passwd", O_RDONLY), "a file is read before");
	claim(opens(kept, O_CREAT | O_WRONLY), "one is made");
	claim(binds(), "a port is taken");
	fd = open(kept, O_WRONLY | O_CLOEXEC);
	if (fork() == 0) {
		confined(kept, inside, fd);
		_exit(failures != 0);
	}
	wait(&status);
	unlink(kept);
	rmdir(made);
	return failures || status;
}
