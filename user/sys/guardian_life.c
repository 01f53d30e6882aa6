/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * The guardian's life: waits for the end of the process it guards, then ends
 * every deadline and sends the frames whose deadline had not passed.  Parses
 * nothing, decides nothing, holds no secret and no privilege, and allocates
 * nothing until that is done.
 */
#include "user/sys/confine.h"
#include "user/sys/guardian_parts.h"
#include "user/sys/log.h"
#include "user/sys/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	struct guardian_area *area;
	pid_t child;
	int line, frames;
	struct {
		__u64 *words;
		size_t size;
	} maps[GUARDIAN_MAPS];
	bool live[GUARDIAN_CELLS];
} self;

/* --- the farewell --------------------------------------------------------- */

/* The frame in a cell; NULL if there is none, or nothing to be silenced. */
static const struct guardian_frame *frame_of(__u32 cell)
{
	struct guardian_cell *c = &self.area->cells[cell];
	__u32 current = __atomic_load_n(&c->current, __ATOMIC_ACQUIRE);
	const struct guardian_frame *frame = &c->frames[current == 2];

	if (!current || frame->map >= GUARDIAN_MAPS ||
	    !self.maps[frame->map].words ||
	    frame->word >= self.maps[frame->map].size / sizeof(__u64) ||
	    frame->size > sizeof(frame->bytes))
		return NULL;
	return frame;
}

/* Whose deadline has passed, somebody else may speak for already. */
static void find_live(__u32 cells)
{
	const __u64 now = loop_now().ns;

	for (__u32 i = 0; i < cells; i++) {
		const struct guardian_frame *frame = frame_of(i);

		self.live[i] =
			frame && self.maps[frame->map].words[frame->word] > now;
	}
}

static void end_deadlines(void)
{
	for (int map = 0; map < GUARDIAN_MAPS; map++)
		for (size_t i = 0; i < self.maps[map].size / sizeof(__u64); i++)
			__atomic_store_n(&self.maps[map].words[i], 0,
					 __ATOMIC_RELEASE);
}

/* The number of frames sent. */
static unsigned int send_frames(__u32 cells)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	unsigned int sent = 0;

	for (__u32 i = 0; i < cells; i++) {
		const struct guardian_frame *frame = frame_of(i);

		if (!self.live[i])
			continue;
		to.sll_ifindex = (int)frame->ifindex;
		if (sendto(self.frames, frame->bytes, frame->size, MSG_DONTWAIT,
			   (const struct sockaddr *)&to, sizeof(to)) >= 0)
			sent++;
	}
	return sent;
}

static unsigned int farewell(void)
{
	__u32 cells = self.area->cells_used;

	if (cells > GUARDIAN_CELLS)
		cells = GUARDIAN_CELLS;
	find_live(cells);
	end_deadlines();
	return send_frames(cells);
}

/* --- what is heard -------------------------------------------------------- */

static void take_map(const struct guardian_message *message, int fd)
{
	void *words;

	if (message->map >= GUARDIAN_MAPS)
		return;
	if (self.maps[message->map].words)
		munmap(self.maps[message->map].words,
		       self.maps[message->map].size);
	self.maps[message->map].words = NULL;
	self.maps[message->map].size = 0;
	if (fd < 0)
		return;
	words = mmap(NULL, message->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		     fd, 0);
	if (words == MAP_FAILED) {
		log_warn("the guardian cannot map leases: if the controller "
			 "dies they run out by themselves");
		return;
	}
	self.maps[message->map].words = words;
	self.maps[message->map].size = message->size;
}

static int descriptor_in(struct msghdr *header)
{
	const struct cmsghdr *control = CMSG_FIRSTHDR(header);
	int fd = -1;

	if (control && control->cmsg_level == SOL_SOCKET &&
	    control->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(control), sizeof(fd));
	return fd;
}

/* Everything on the line; false if it has ended. */
static bool read_line(void)
{
	for (;;) {
		union {
			char room[CMSG_SPACE(sizeof(int))];
			struct cmsghdr align;
		} control;
		struct guardian_message message;
		struct iovec part = { &message, sizeof(message) };
		struct msghdr header = { .msg_iov = &part,
					 .msg_iovlen = 1,
					 .msg_control = control.room,
					 .msg_controllen = sizeof(control) };
		ssize_t size = recvmsg(self.line, &header,
				       MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		int fd;

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return errno == EAGAIN;
		if (size == 0)
			return false;
		fd = descriptor_in(&header);
		if (size == sizeof(message))
			take_map(&message, fd);
		if (fd >= 0)
			close(fd);
	}
}

static void on_signal(int number)
{
	int saved = errno;

	if (number == SIGIO)
		read_line();
	else
		kill(self.child, number);
	errno = saved;
}

/* --- from start to end ---------------------------------------------------- */

/* Of the memory only what is used is locked: the rehearsal uses it. */
static void prepare(void)
{
	int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (score >= 0) {
		/* As far as we may: without us there is still the lease. */
		if (write(score, "-1000", 5) < 0)
			errno = 0;
		close(score);
	}
	prctl(PR_SET_NAME, "carp-guardian");
	signal(SIGPIPE, SIG_IGN);
	mlockall(MCL_CURRENT | MCL_ONFAULT);
	memset(self.live, 0, sizeof(self.live));
	memset(self.maps, 0, sizeof(self.maps));
	farewell();
	sendto(self.frames, NULL, 0, MSG_DONTWAIT, NULL, 0);
}

/* Until the guarded process is dying, or has become another program: false if
 * it has let us go. */
static bool wait_for_end(const sigset_t *mask, const struct confine *confine)
{
	struct pollfd line = { .fd = self.line, .events = POLLIN };
	int err;

	/* The first word: it holds life. */
	poll(&line, 1, -1);
	if (!read_line())
		return true;
	/* The guarded process is so by now, and only its like may signal it. */
	confine_guardian(confine);
	sigprocmask(SIG_UNBLOCK, mask, NULL);
	err = pthread_mutex_lock(&self.area->life);
	sigprocmask(SIG_BLOCK, mask, NULL);
	return err != 0;
}

static void act(bool died)
{
	unsigned int sent;

	read_line();
	if (!died && self.area->released)
		_exit(0);
	if (self.area->dismissed || self.area->handover)
		return;
	kill(self.child, SIGKILL); /* should it not be dying */
	sent = farewell();
	log_warnx("the controller has died: all leases ended, %u farewells "
		  "sent",
		  sent);
}

/* As the child has. */
__attribute__((noreturn)) static void end(void)
{
	sigset_t all;
	int status = 0;

	while (waitpid(self.child, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		sigfillset(&all);
		signal(WTERMSIG(status), SIG_DFL);
		sigprocmask(SIG_UNBLOCK, &all, NULL);
		raise(WTERMSIG(status));
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void hear_signals(const sigset_t *mask)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = SA_RESTART };

	action.sa_mask = *mask;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGIO, &action, NULL);
	fcntl(self.line, F_SETOWN, getpid());
	fcntl(self.line, F_SETFL, O_ASYNC | O_NONBLOCK);
}

void guardian_live(struct guardian_area *area, pid_t child, int line,
		   int frames, const sigset_t *mask,
		   const struct confine *confine, bool to_syslog)
{
	self.area = area;
	self.child = child;
	self.line = line;
	self.frames = frames;
	if (to_syslog)
		log_to_syslog();
	prepare();
	hear_signals(mask);
	act(wait_for_end(mask, confine));
	sigprocmask(SIG_UNBLOCK, mask, NULL);
	end();
}
