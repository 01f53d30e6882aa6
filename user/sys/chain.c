/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Has libxdp do it, and reads its refusals.  Never loads or removes another's
 * program.
 */
#include "user/sys/chain.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cap-ng.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xdp/libxdp.h>

/* --- the library ---------------------------------------------------------- */

#define CHAIN_CALLS(CALL) \
	CALL(libxdp_get_error) \
	CALL(libxdp_set_print) \
	CALL(xdp_program__attach) \
	CALL(xdp_program__close) \
	CALL(xdp_program__detach) \
	CALL(xdp_program__fd) \
	CALL(xdp_program__from_bpf_obj) \
	CALL(xdp_program__from_fd) \
	CALL(xdp_program__id) \
	CALL(xdp_program__name) \
	CALL(xdp_program__run_prio) \
	CALL(xdp_program__set_run_prio) \
	CALL(xdp_multiprog__attach_mode) \
	CALL(xdp_multiprog__close) \
	CALL(xdp_multiprog__detach) \
	CALL(xdp_multiprog__is_legacy) \
	CALL(xdp_multiprog__main_prog) \
	CALL(xdp_multiprog__next_prog) \
	CALL(xdp_multiprog__get_from_ifindex)

static struct {
#define CHAIN_POINTER(name) __typeof__(&(name)) name;
	CHAIN_CALLS(CHAIN_POINTER)
#undef CHAIN_POINTER
} lib;

/* The first thing libxdp has complained about since the last call. */
static char libxdp_said[CHAIN_TEXT_SIZE / 2];

static __attribute__((format(printf, 2, 0))) int listen_to_libxdp(
	enum libxdp_print_level level, const char *format, va_list args)
{
	if (level == LIBXDP_DEBUG || libxdp_said[0])
		return 0;
	vsnprintf(libxdp_said, sizeof(libxdp_said), format, args);
	libxdp_said[strcspn(libxdp_said, "\n")] = '\0';
	return 0;
}

/* It repeats on standard error what libxdp returns, and tells of what it does
 * without. */
static int no_words(enum libbpf_print_level level, const char *format,
		    va_list args)
{
	(void)level, (void)format, (void)args;
	return 0;
}

static bool find_calls(void *library)
{
#define CHAIN_FIND(name) \
	lib.name = (__typeof__(lib.name))dlsym(library, #name); \
	if (!lib.name) \
		return false;
	CHAIN_CALLS(CHAIN_FIND)
#undef CHAIN_FIND
	return true;
}

static int begin(char *reason, size_t size)
{
	void *library;

	libxdp_said[0] = '\0';
	libbpf_set_print(no_words);
	capng_get_caps_process();
	if (!capng_have_capability(CAPNG_EFFECTIVE, CAP_SYS_ADMIN)) {
		snprintf(reason, size,
			 "other XDP programs are joined with CAP_SYS_ADMIN "
			 "only: carp-xdp daemon --coexist keeps it; the "
			 "service, with a drop-in: carp-xdp(8)");
		return -EPERM;
	}
	if (lib.xdp_multiprog__next_prog)
		return 0;
	library = dlopen("libxdp.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library || !find_calls(library)) {
		snprintf(reason, size,
			 "libxdp (Debian: libxdp1) cannot be loaded: %.100s",
			 dlerror());
		return -ELIBACC;
	}
	lib.libxdp_set_print(listen_to_libxdp);
	return 0;
}

static int refuse(char *reason, size_t size, const char *what, int err)
{
	snprintf(reason, size, "%s: %s%s%s%s", what, strerror(-err),
		 libxdp_said[0] ? " (" : "", libxdp_said,
		 libxdp_said[0] ? ")" : "");
	return err;
}

/* --- who is there --------------------------------------------------------- */

/* *out: NULL where no program is. */
static int get(unsigned int ifindex, struct xdp_multiprog **out, char *reason,
	       size_t size)
{
	struct xdp_multiprog *there =
		lib.xdp_multiprog__get_from_ifindex((int)ifindex);
	const int err = (int)lib.libxdp_get_error(there);

	*out = err ? NULL : there;
	if (!err || err == -ENOENT)
		return 0;
	return refuse(reason, size, "the programs there cannot be looked at",
		      err);
}

static void copy(const struct xdp_multiprog *there, struct chain *out)
{
	struct xdp_program *p = NULL;

	out->dispatcher =
		lib.xdp_program__id(lib.xdp_multiprog__main_prog(there));
	while (out->count < CHAIN_MAX &&
	       (p = lib.xdp_multiprog__next_prog(p, there))) {
		struct chain_program *program = &out->programs[out->count++];

		program->id = lib.xdp_program__id(p);
		program->priority = lib.xdp_program__run_prio(p);
		snprintf(program->name, sizeof(program->name), "%.31s",
			 lib.xdp_program__name(p));
	}
}

static int refuse_alone(struct xdp_multiprog *there, char *reason, size_t size)
{
	struct xdp_program *program = lib.xdp_multiprog__main_prog(there);

	snprintf(reason, size,
		 "XDP program %.31s (id %u) is there without libxdp's "
		 "dispatcher, where nobody can join it: have xdp-loader load "
		 "it instead",
		 lib.xdp_program__name(program), lib.xdp_program__id(program));
	return -EBUSY;
}

int chain_look(unsigned int ifindex, struct chain *out, char *reason,
	       size_t size)
{
	struct xdp_multiprog *there = NULL;
	int err = begin(reason, size);

	*out = (struct chain){ .dispatcher = 0 };
	if (!err)
		err = get(ifindex, &there, reason, size);
	if (err)
		return err;
	if (!there) {
		snprintf(reason, size, "no XDP program is there");
		return -ENOENT;
	}
	if (lib.xdp_multiprog__is_legacy(there))
		err = refuse_alone(there, reason, size);
	else
		copy(there, out);
	lib.xdp_multiprog__close(there);
	return err;
}

const struct chain_program *chain_find(const struct chain *chain, __u32 id)
{
	for (__u32 i = 0; i < chain->count; i++)
		if (chain->programs[i].id == id)
			return &chain->programs[i];
	return NULL;
}

bool chain_names(unsigned int ifindex, __u32 dispatcher, char *out, size_t size)
{
	size_t used = 0;

	*out = '\0';
	for (int i = 0; i < CHAIN_MAX && used < size; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 length = sizeof(info);
		char path[80];
		int fd;

		snprintf(path, sizeof(path),
			 "/sys/fs/bpf/xdp/dispatch-%u-%u/prog%d-prog", ifindex,
			 dispatcher, i);
		fd = bpf_obj_get(path);
		if (fd < 0)
			break;
		if (bpf_obj_get_info_by_fd(fd, &info, &length) == 0)
			used += (size_t)snprintf(out + used, size - used,
						 "%s%s", i ? ", " : "",
						 info.name);
		close(fd);
	}
	return *out;
}

/* --- joining -------------------------------------------------------------- */

static enum xdp_attach_mode mode_word(bool native)
{
	return native ? XDP_MODE_NATIVE : XDP_MODE_SKB;
}

/* All programs of an interface are in one mode. */
static int choose_mode(struct xdp_multiprog *there,
		       const struct chain_wish *wish, bool *native,
		       char *reason, size_t size)
{
	*native = wish->native;
	if (!there)
		return 0;
	if (lib.xdp_multiprog__is_legacy(there))
		return refuse_alone(there, reason, size);
	*native = lib.xdp_multiprog__attach_mode(there) == XDP_MODE_NATIVE;
	if (*native == wish->native || wish->or_generic)
		return 0;
	snprintf(reason, size,
		 "the programs there are in %s mode, and so must ours be",
		 *native ? "native" : "skb");
	return -EBUSY;
}

/* Where the kernel cannot extend programs libxdp attaches without a dispatcher,
 * in nobody's way who comes first. */
static int take_back(unsigned int ifindex, __u32 id, char *reason, size_t size)
{
	char unused[CHAIN_TEXT_SIZE];
	struct xdp_multiprog *there;

	if (get(ifindex, &there, unused, sizeof(unused)) == 0 && there &&
	    lib.xdp_program__id(lib.xdp_multiprog__main_prog(there)) == id)
		lib.xdp_multiprog__detach(there);
	lib.xdp_multiprog__close(there);
	return refuse(reason, size,
		      "this kernel lets no dispatcher call our program",
		      -EOPNOTSUPP);
}

static int keep(unsigned int ifindex, struct xdp_program *program,
		struct chain_place *out, char *reason, size_t size)
{
	struct xdp_multiprog *there;

	out->id = lib.xdp_program__id(program);
	if (get(ifindex, &there, reason, size) == 0 && there &&
	    !lib.xdp_multiprog__is_legacy(there))
		copy(there, &out->chain);
	lib.xdp_multiprog__close(there);
	if (!chain_find(&out->chain, out->id))
		return take_back(ifindex, out->id, reason, size);
	out->program = fcntl(lib.xdp_program__fd(program), F_DUPFD_CLOEXEC, 3);
	return out->program < 0 ? refuse(reason, size, "no descriptor", -errno)
				: 0;
}

static int attach(struct xdp_program *program, const struct chain_wish *wish,
		  struct xdp_multiprog *there, struct chain_place *out,
		  char *reason, size_t size)
{
	int err = choose_mode(there, wish, &out->native, reason, size);

	if (err)
		return err;
	err = lib.xdp_program__attach(program, (int)wish->ifindex,
				      mode_word(out->native), 0);
	if (err && err != -EBUSY && out->native && wish->or_generic && !there) {
		out->refusal = err;
		out->native = false;
		err = lib.xdp_program__attach(program, (int)wish->ifindex,
					      XDP_MODE_SKB, 0);
	}
	if (err == -E2BIG)
		return refuse(reason, size, "libxdp's dispatcher there is full",
			      err);
	if (err)
		return refuse(reason, size,
			      "libxdp cannot put our program there", err);
	return keep(wish->ifindex, program, out, reason, size);
}

int chain_join(const struct chain_wish *wish, struct bpf_object *object,
	       struct chain_place *out, char *reason, size_t size)
{
	struct xdp_multiprog *there = NULL;
	struct xdp_program *program;
	int err = begin(reason, size);

	*out = (struct chain_place){ .program = -1 };
	if (!err)
		err = get(wish->ifindex, &there, reason, size);
	if (err)
		return err;
	/* What passes goes on: libxdp's default. */
	program = lib.xdp_program__from_bpf_obj(object, "xdp");
	err = (int)lib.libxdp_get_error(program);
	if (err) {
		refuse(reason, size, "libxdp does not take our program", err);
	} else {
		lib.xdp_program__set_run_prio(program, CHAIN_PRIORITY);
		err = attach(program, wish, there, out, reason, size);
		lib.xdp_program__close(program);
	}
	lib.xdp_multiprog__close(there);
	return err;
}

/* --- leaving -------------------------------------------------------------- */

static int leave(unsigned int ifindex, struct xdp_program *program,
		 char *reason, size_t size)
{
	struct xdp_multiprog *there;
	struct chain chain = { .dispatcher = 0 };
	int err = get(ifindex, &there, reason, size);

	if (err || !there)
		return err;
	if (!lib.xdp_multiprog__is_legacy(there))
		copy(there, &chain);
	if (chain_find(&chain, lib.xdp_program__id(program)))
		err = lib.xdp_program__detach(
			program, (int)ifindex,
			lib.xdp_multiprog__attach_mode(there), 0);
	lib.xdp_multiprog__close(there);
	return err ? refuse(reason, size,
			    "our program cannot leave libxdp's dispatcher", err)
		   : 0;
}

/* With an interface all that was on it has gone, too. */
static bool is_empty(unsigned int ifindex)
{
	struct bpf_xdp_query_opts there;
	int err;

	memset(&there, 0, sizeof(there));
	there.sz = sizeof(there);
	err = bpf_xdp_query((int)ifindex, 0, &there);
	return err ? err == -ENODEV : there.attach_mode == XDP_ATTACHED_NONE;
}

int chain_leave(unsigned int ifindex, int program, char *reason, size_t size)
{
	struct xdp_program *ours;
	int err;

	if (is_empty(ifindex))
		return 0;
	err = begin(reason, size);
	if (err)
		return err;
	ours = lib.xdp_program__from_fd(program);
	err = (int)lib.libxdp_get_error(ours);
	if (err)
		return refuse(reason, size, "our program cannot be looked at",
			      err);
	err = leave(ifindex, ours, reason, size);
	lib.xdp_program__close(ours);
	return err;
}
