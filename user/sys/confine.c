/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Root, user, capabilities and core, in the order in which each still has what
 * it needs.
 */
#include "user/sys/confine.h"
#include "user/sys/confine_calls.h"
#include "user/sys/confine_files.h"
#include "user/sys/log.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static const char user_name[] = "carp-xdp";
static const char runner_name[] = "carp-xdp-runner";

/* --- before --------------------------------------------------------------- */

/* A directory that has been removed: it has no entry, and gets none. */
static int make_empty(const char *where)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/carp-xdp-XXXXXX", where);
	if (!mkdtemp(path))
		return -1;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	rmdir(path);
	return fd;
}

struct identity {
	uid_t uid;
	gid_t gid;
};

static void find_user(int answer)
{
	const struct passwd *user = getpwnam(user_name);
	struct identity found = { 0 };

	if (user)
		found = (struct identity){ user->pw_uid, user->pw_gid };
	_exit(write(answer, &found, sizeof(found)) != sizeof(found));
}

/* In a process of its own: whoever answers for names on this host is loaded
 * into whoever asks, and stays there.  All 0: there is no such user. */
static struct identity ask_for_user(void)
{
	struct identity found = { 0 };
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return found;
	child = fork();
	if (!child)
		find_user(ends[1]);
	close(ends[1]);
	if (read(ends[0], &found, sizeof(found)) != sizeof(found))
		found = (struct identity){ 0 };
	close(ends[0]);
	if (child > 0)
		waitpid(child, NULL, 0);
	return found;
}

void confine_prepare(struct confine *out)
{
	static const char *const places[] = { "/run", "/tmp", "/dev/shm" };
	struct identity user;

	*out = (struct confine){ CONFINE_ID, CONFINE_ID, -1 };
	if (geteuid()) {
		*out = (struct confine){ geteuid(), getegid(), -1 };
		return;
	}
	user = ask_for_user();
	if (user.uid) {
		out->uid = user.uid;
		out->gid = user.gid;
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (out->root < 0)
			out->root = make_empty(places[i]);
}

/* --- the steps ------------------------------------------------------------ */

/* Only whoever may do so has something to lose. */
static void leave_out(const char *what)
{
	log_warn("%s, goes on without", what);
}

static bool change_root(int root)
{
	return root >= 0 && fchdir(root) == 0 && chroot(".") == 0;
}

static void change_user(const struct confine *confine)
{
	if (geteuid() == confine->uid)
		return;
	if (setgroups(0, NULL) < 0 ||
	    setresgid(confine->gid, confine->gid, confine->gid) < 0 ||
	    setresuid(confine->uid, confine->uid, confine->uid) < 0)
		leave_out("cannot become a user of its own (CAP_SETUID and "
			  "CAP_SETGID are needed)");
}

/* While there is the privilege to do so; who has none has little to bound, and
 * with no new ones it cannot come back. */
static void bound(__u64 kept)
{
	for (int i = 0; i <= CAP_LAST_CAP; i++)
		if (!(kept >> i & 1))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

static bool has_exactly(__u64 kept)
{
	capng_get_caps_process();
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (capng_have_capability(CAPNG_PERMITTED, i) !=
			    (int)(kept >> i & 1) ||
		    capng_have_capability(CAPNG_INHERITABLE, i))
			return false;
	return true;
}

/* Effective, permitted, and nobody's who comes after. */
static int have(__u64 kept)
{
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned int i = 0; i <= CAP_LAST_CAP; i++)
		if (kept >> i & 1)
			capng_update(CAPNG_ADD,
				     CAPNG_EFFECTIVE | CAPNG_PERMITTED, i);
	return capng_apply(CAPNG_SELECT_CAPS) ? -EPERM : 0;
}

/* A service manager may have seen to that, and left no call to do so again. */
static int keep(__u64 kept)
{
	return has_exactly(kept) ? 0 : have(kept);
}

static void keep_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static int gain_nothing(void)
{
	keep_secrets();
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Twice, where there is the privilege for an empty root as well. */
static void forget_files(bool rooted)
{
	int err = confine_files();

	errno = -err;
	if (err && !rooted)
		leave_out("no empty root (CAP_SYS_CHROOT is needed), and no "
			  "Landlock instead of one");
}

static void filter(const char *const *calls, enum confine_limits limits)
{
	int err = confine_filter(calls, limits);

	if (err)
		log_warnx("system calls are not filtered: %s", strerror(-err));
	/* What it took to make the filter. */
	malloc_trim(0);
}

/* At the end a sanitizer looks for what was not freed, and says so in a file,
 * with names and calls that we have no use for. */
#if defined(__SANITIZE_ADDRESS__)
enum {
	SANITIZED = true
};
#else
enum {
	SANITIZED = false
};
#endif

static int confine_all(const struct confine *confine, const char *const *calls,
		       enum confine_limits limits)
{
	const bool rooted = !SANITIZED && change_root(confine->root);
	int err;

	if (confine->root >= 0)
		close(confine->root);
	bound(0);
	if (!SANITIZED)
		change_user(confine);
	err = keep(0);
	if (err || SANITIZED)
		return err;
	err = gain_nothing();
	if (err)
		return err;
	forget_files(rooted);
	filter(calls, limits);
	return 0;
}

int confine_controller(const struct confine *confine)
{
	return confine_all(confine, confine_controller_calls, LIMIT_CONTROLLER);
}

int confine_guardian(const struct confine *confine)
{
	return confine_all(confine, confine_guardian_calls, LIMIT_NONE);
}

int confine_hand(bool coexist)
{
	static const unsigned int wanted[] = { CAP_NET_ADMIN, CAP_NET_RAW,
					       CAP_BPF, CAP_PERFMON };
	__u64 kept = 0;
	int err;

	capng_get_caps_process();
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (capng_have_capability(CAPNG_PERMITTED, wanted[i]))
			kept |= 1ULL << wanted[i];
	/* Which stands for CAP_BPF, as in the kernel. */
	if (coexist || !(kept >> CAP_BPF & 1))
		kept |= 1ULL << CAP_SYS_ADMIN;
	bound(kept);
	err = keep(kept);
	if (err || SANITIZED)
		return err;
	err = gain_nothing();
	if (!err)
		filter(confine_hand_calls, LIMIT_NONE);
	return err;
}

/* --- for programs of others ------------------------------------------------
 */

int confine_nursery(void)
{
	static const unsigned int wanted[] = { CAP_SETUID, CAP_SETGID,
					       CAP_SETPCAP, CAP_KILL,
					       CAP_NET_RAW };
	__u64 kept = 0;
	int err;

	capng_get_caps_process();
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (capng_have_capability(CAPNG_PERMITTED, wanted[i]))
			kept |= 1ULL << wanted[i];
	bound(kept);
	err = keep(kept);
	return err || SANITIZED ? err : gain_nothing();
}

/* Who fills the host with processes fills their own share of it. */
static void limit_processes(void)
{
	const struct rlimit most = { CONFINE_RUNNER_PROCESSES,
				     CONFINE_RUNNER_PROCESSES };

	setrlimit(RLIMIT_NPROC, &most);
}

int confine_runner(void)
{
	const struct passwd *user = geteuid() ? NULL : getpwnam(runner_name);
	struct confine runner = { CONFINE_RUNNER_ID, CONFINE_RUNNER_ID, -1 };
	__u64 kept = 0;
	int err;

	if (user && user->pw_uid)
		runner = (struct confine){ user->pw_uid, user->pw_gid, -1 };
	capng_get_caps_process();
	if (capng_have_capability(CAPNG_PERMITTED, CAP_NET_RAW))
		kept = 1ULL << CAP_NET_RAW;
	bound(kept);
	if (!geteuid()) {
		prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
		change_user(&runner);
		limit_processes();
	}
	err = have(kept);
	return err ? err : gain_nothing();
}

int confine_command(void)
{
	return have(0);
}
