/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The guarded process's side: makes the guardian, and keeps what it would do
 * up to date.  Whatever the instant of our end, the guardian finds whole frames
 * only.  Sends none itself.
 */
#include "user/sys/guardian_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum guardian_numbers {
	SEND_BUFFER = 16 << 20, /* frames all at once */
	OOM_SCORE_STEP = 10,	/* as much as 1 % of memory */
	OOM_SCORE_TEXT = 16,
};

struct guardian {
	struct guardian_area *area;
	int line;
	pid_t pid; /* 0: it has ended */
	bool maps[GUARDIAN_MAPS];
	unsigned short free[GUARDIAN_CELLS]; /* a stack */
	unsigned int free_count;
};

/* --- the start ------------------------------------------------------------ */

/* Made before the fork; the ends that the other side keeps are closed. */
struct making {
	struct guardian *guardian;
	int line[2]; /* ours, the guardian's */
	int frames;  /* the guardian's packet socket */
	sigset_t signals, before;
};

static void make_signals(struct making *making)
{
	static const int heard[] = { SIGTERM, SIGINT, SIGHUP, SIGIO };

	sigemptyset(&making->signals);
	for (size_t i = 0; i < sizeof(heard) / sizeof(*heard); i++)
		sigaddset(&making->signals, heard[i]);
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_BLOCK, &making->signals, &making->before);
}

int guardian_frames(void)
{
	const int size = SEND_BUFFER;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

static int make_sockets(struct making *making, int frames)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
		       making->line) < 0)
		return -errno;
	making->frames = frames < 0 ? guardian_frames() : dup(frames);
	if (making->frames < 0)
		return frames < 0 ? making->frames : -errno;
	return 0;
}

static int make_area(struct making *making)
{
	struct guardian *guardian = calloc(1, sizeof(*guardian));

	if (!guardian)
		return -ENOMEM;
	making->guardian = guardian;
	guardian->area =
		mmap(NULL, sizeof(*guardian->area), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (guardian->area == MAP_FAILED)
		return -errno;
	while (guardian->free_count < GUARDIAN_CELLS) {
		guardian->free[guardian->free_count] =
			(unsigned short)(GUARDIAN_CELLS - 1 -
					 guardian->free_count);
		guardian->free_count++;
	}
	return 0;
}

static int make_life(struct guardian_area *area)
{
	pthread_mutexattr_t kind;
	int err = pthread_mutexattr_init(&kind);

	if (!err)
		err = pthread_mutexattr_setpshared(&kind,
						   PTHREAD_PROCESS_SHARED);
	if (!err)
		err = pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
	if (!err)
		err = pthread_mutex_init(&area->life, &kind);
	return -err;
}

/* False if the guardian does not hear. */
static bool tell(const struct guardian *guardian, int map, size_t size, int fd)
{
	struct guardian_message message = { (__u32)map, (__u32)size };
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { { 0 } };
	struct iovec part = { &message, sizeof(message) };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *rights;

	if (fd >= 0) {
		header.msg_control = control.room;
		header.msg_controllen = sizeof(control);
		rights = CMSG_FIRSTHDR(&header);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(rights), &fd, sizeof(fd));
	}
	return sendmsg(guardian->line, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >=
	       0;
}

/* If memory is short, the kernel is to kill us and not the guardian, which is
 * about as big.  What cannot be set stays. */
static void precede_guardian(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[OOM_SCORE_TEXT] = "";
	int size;

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0) {
		size = snprintf(text, sizeof(text), "%d",
				atoi(text) + OOM_SCORE_STEP);
		if (pwrite(fd, text, (size_t)size, 0) < 0)
			errno = 0;
	}
	close(fd);
}

/* The guardian waits for the word that we hold life, or for our end. */
int guardian_begin(struct guardian *guardian)
{
	return !guardian || tell(guardian, GUARDIAN_MAPS, 0, -1) ? 0 : -EPIPE;
}

static int become_guarded(struct making *making)
{
	struct guardian *guardian = making->guardian;

	close(making->line[1]);
	close(making->frames);
	sigprocmask(SIG_SETMASK, &making->before, NULL);
	guardian->line = making->line[0];
	precede_guardian();
	/* A core that is being written keeps a process from ending for longer
	 * than its leases last, and tells its secrets; but without privilege
	 * nobody who has none may change his own score. */
	prctl(PR_SET_DUMPABLE, 0);
	/* What is to be sent is not to be waited for. */
	mlock2(guardian->area, sizeof(*guardian->area), MLOCK_ONFAULT);
	return -pthread_mutex_lock(&guardian->area->life);
}

static void unmake(struct making *making)
{
	struct guardian *guardian = making->guardian;

	for (int i = 0; i < 2; i++)
		if (making->line[i] >= 0)
			close(making->line[i]);
	if (making->frames >= 0)
		close(making->frames);
	sigprocmask(SIG_SETMASK, &making->before, NULL);
	if (guardian && guardian->area && guardian->area != MAP_FAILED)
		munmap(guardian->area, sizeof(*guardian->area));
	free(guardian);
}

int guardian_start(bool to_syslog, const struct confine *confine, int frames,
		   struct guardian **out)
{
	struct making making = { .line = { -1, -1 }, .frames = -1 };
	pid_t guardian = getpid(), child = -1;
	int err = make_area(&making);

	make_signals(&making);
	if (!err)
		err = make_life(making.guardian->area);
	if (!err)
		err = make_sockets(&making, frames);
	if (!err) {
		child = fork();
		err = child < 0 ? -errno : 0;
	}
	if (err) {
		unmake(&making);
		return err;
	}
	if (child) {
		prctl(PR_SET_DUMPABLE, 0);
		close(making.line[0]);
		guardian_live(making.guardian->area, child, making.line[1],
			      making.frames, &making.signals, confine,
			      to_syslog);
	}
	making.guardian->pid = guardian;
	*out = making.guardian;
	return become_guarded(&making);
}

void guardian_dismiss(struct guardian *guardian)
{
	if (!guardian)
		return;
	__atomic_store_n(&guardian->area->dismissed, 1, __ATOMIC_RELEASE);
	guardian_lost(guardian);
	pthread_mutex_unlock(&guardian->area->life);
	munmap(guardian->area, sizeof(*guardian->area));
	free(guardian);
}

void guardian_handover(struct guardian *guardian, bool handover)
{
	if (guardian)
		__atomic_store_n(&guardian->area->handover, handover,
				 __ATOMIC_RELEASE);
}

void guardian_release(struct guardian *guardian)
{
	if (!guardian || guardian->line < 0)
		return;
	__atomic_store_n(&guardian->area->released, 1, __ATOMIC_RELEASE);
	guardian_lost(guardian);
	pthread_mutex_unlock(&guardian->area->life);
}

/* --- is it there? --------------------------------------------------------- */

pid_t guardian_pid(const struct guardian *guardian)
{
	return guardian ? guardian->pid : 0;
}

int guardian_fd(const struct guardian *guardian)
{
	return guardian->line;
}

void guardian_lost(struct guardian *guardian)
{
	if (guardian->line >= 0)
		close(guardian->line);
	guardian->line = -1;
	guardian->pid = 0;
}

/* --- maps ----------------------------------------------------------------- */

int guardian_map_add(struct guardian *guardian, int fd, size_t size)
{
	int map = 0;

	while (map < GUARDIAN_MAPS && guardian->maps[map])
		map++;
	if (map == GUARDIAN_MAPS || !tell(guardian, map, size, fd))
		return GUARDIAN_NONE;
	guardian->maps[map] = true;
	return map;
}

/* If it does not hear, it has a memory that nobody else looks at: its number
 * is not given out again. */
void guardian_map_remove(struct guardian *guardian, int map)
{
	if (tell(guardian, map, 0, -1))
		guardian->maps[map] = false;
}

/* --- frames --------------------------------------------------------------- */

int guardian_cell_take(struct guardian *guardian)
{
	int cell;

	if (!guardian->free_count)
		return GUARDIAN_NONE;
	cell = guardian->free[--guardian->free_count];
	if ((__u32)cell >= guardian->area->cells_used)
		__atomic_store_n(&guardian->area->cells_used, (__u32)cell + 1,
				 __ATOMIC_RELEASE);
	return cell;
}

void guardian_cell_drop(struct guardian *guardian, int cell)
{
	__atomic_store_n(&guardian->area->cells[cell].current, 0,
			 __ATOMIC_RELEASE);
	guardian->free[guardian->free_count++] = (unsigned short)cell;
}

void guardian_cell_put(struct guardian *guardian, int cell,
		       const struct guardian_frame *frame)
{
	struct guardian_cell *c = &guardian->area->cells[cell];
	__u32 next = c->current == 1 ? 2 : 1;

	c->frames[next - 1] = *frame;
	__atomic_store_n(&c->current, next, __ATOMIC_RELEASE);
}
