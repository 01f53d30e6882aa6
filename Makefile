# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# carp-xdp.  `make` builds, `make check` tests (root), `make demo` shows (root).
# V=1 prints the commands; SANITIZE=address,undefined builds with sanitizers, and
# `make check-asan` tests what comes of it.

.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash -o pipefail

CC      := gcc
CLANG   := clang
BPFTOOL := $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PREFIX  ?= /usr/local
DESTDIR ?=
B       := build
VERSION := $(shell cat VERSION 2>/dev/null || echo 0.1.0)

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' '$(1)' '$(2)')

LIBS     := libbpf libmnl libsystemd json-c libcap-ng libseccomp libconfuse zlib
# Loaded by who needs them: user/sys/library.h.
LOADED   := libmicrohttpd libpcap ncursesw
WARN     := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wimplicit-fallthrough -Wvla -Wundef -Wwrite-strings
# What a packager says of it holds.
FORTIFY  := $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS))$(filter -O0,$(CFLAGS)),,\
            -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
HARDEN   := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer,$(FORTIFY)) \
            -fstack-protector-strong -fstack-clash-protection -fPIE \
            $(if $(filter x86_64-% i686-%,$(shell $(CC) -dumpmachine)),-fcf-protection)
# Ours come first, so that CPPFLAGS, CFLAGS and LDFLAGS of the caller's have the
# last word; scripts/lint/hardened.sh looks at what has come of them.
override CPPFLAGS := -D_GNU_SOURCE -DCARP_XDP_VERSION='"$(VERSION)"' -Iinclude -I. -I$(B) \
            $(CPPFLAGS)
override CFLAGS := -std=gnu11 -O2 -g $(WARN) $(HARDEN) $(CFLAGS) $(EXTRA_CFLAGS)
override LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack \
            $(if $(SANITIZE),-fsanitize=$(SANITIZE) -static-libasan -static-libubsan) $(LDFLAGS)
PKG_CFLAGS = $(shell pkg-config --cflags $(LIBS) $(LOADED))
PKG_LIBS   = $(shell pkg-config --libs $(LIBS))

# Without the 32-bit registers of v3: what clang spills of them, the verifier of
# Linux 6.1 refuses without CAP_PERFMON.
# The program carries this object: no path of the machine that built it.
BPF_CFLAGS := -g -O2 -target bpf -fdebug-compilation-dir=. -mcpu=v2 -std=gnu11 -Wall -Wextra -Werror \
              -Wshadow -Wimplicit-int-conversion -Wenum-conversion \
              -Wimplicit-fallthrough -Wno-address-of-packed-member \
              -Ivmlinux -Iinclude

CORE_SRC   := $(wildcard user/core/*.c)
SYS_SRC    := $(wildcard user/sys/*.c)
DAEMON_SRC := $(wildcard user/daemon/*.c) $(wildcard user/controller*.c)
PROBE_SRC  := $(wildcard user/probe/*.c)
EDGE_SRC   := $(wildcard user/request*.c) $(wildcard user/config*.c) $(wildcard user/import*.c) user/address.c
CLI_SRC    := $(wildcard user/cli/*.c) user/main.c
PROG_SRC   := $(CORE_SRC) $(SYS_SRC) $(PROBE_SRC) $(EDGE_SRC) $(DAEMON_SRC) $(CLI_SRC)
# The status page.
PAGE_OBJ   := $(B)/obj/page.o
OBJ         = $(patsubst %.c,$(B)/obj/%.o,$(1))

UNIT_TESTS  := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
BPF_TESTS   := $(patsubst tests/bpf/%.c,$(B)/tests/bpf/%,$(wildcard tests/bpf/test_*.c))
TEST_LIBS   := -lcriterion -lnettle -lcrypto

.PHONY: all install uninstall deb clean demo check check-unit check-bpf check-netns \
        check-qemu check-static check-man bench format
all: $(B)/carp-xdp

# --- data plane -------------------------------------------------------------
$(B)/carp.bpf.o: bpf/carp.bpf.c Makefile
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(B)/carp.bpf.d -c $< -o $@

$(B)/carp.skel.h: $(B)/carp.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name carp_bpf > $@

# --- controller and command line ----------------------------------------------
$(B)/carp-xdp: $(call OBJ,$(PROG_SRC)) $(PAGE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)

$(call OBJ,$(wildcard user/sys/dataplane_*.c)): $(B)/carp.skel.h

$(B)/obj/%.o: %.c Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@

$(B)/page.c: user/daemon/page.html scripts/embed-page.sh
	$(call say,PAGE,$@)
	@mkdir -p $(@D)
	$(Q)scripts/embed-page.sh $< >$@

$(PAGE_OBJ): $(B)/page.c Makefile
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

# --- tests --------------------------------------------------------------------
$(call OBJ,$(wildcard tests/bpf/*.c)): $(B)/carp.skel.h

# What unit tests are about beside the core.
TESTED_SRC := $(wildcard user/request*.c) user/address.c user/sys/hand_check.c user/sys/kind.c \
              user/sys/runner_check.c \
              user/probe/probe_parse.c \
              user/cli/explain_frame.c \
              $(addprefix user/cli/doctor_,finding.c link.c host.c managers.c wire.c)
CONFIG_SRC := $(wildcard user/config*.c) $(wildcard user/import*.c)
$(B)/tests/unit/%: $(B)/obj/tests/unit/%.o $(call OBJ,$(CORE_SRC) $(TESTED_SRC) $(CONFIG_SRC) $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c)))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(TEST_LIBS) -ljson-c -lconfuse

$(B)/tests/bpf/%: $(B)/obj/tests/bpf/%.o $(call OBJ,$(CORE_SRC) $(filter-out tests/bpf/test_%,$(wildcard tests/bpf/*.c)))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(TEST_LIBS) -ljson-c -lbpf

check-unit: $(UNIT_TESTS)
	$(Q)scripts/run-tests.sh unit $^
check-bpf: $(BPF_TESTS)
	$(Q)scripts/run-tests.sh bpf $^
check-netns: all
	$(Q)scripts/run-tests.sh netns $(sort $(wildcard tests/netns/[0-9]*.sh))
check-qemu: all
	$(Q)scripts/run-tests.sh qemu $(sort $(wildcard tests/qemu/[0-9]*.sh))
check-static: all
	$(Q)scripts/run-tests.sh static $(sort $(wildcard scripts/lint/*.sh))

# The proofs: each tests/NAME/suite.mk adds its NAME to SUITES, says in
# CHECK_NAME what runs in `make check`, and has a target campaign-NAME that
# runs the full amount and writes down the figure (scripts/campaign.sh).
SUITES :=
include $(sort $(wildcard tests/*/suite.mk))

# A script is there before what it needs is built, and .SECONDARY would then
# spare make the building: so scripts count as out of date always.
.PHONY: $(SUITES:%=check-%) $(SUITES:%=campaign-%) \
        $(filter %.sh %.py,$(foreach s,$(SUITES),$(CHECK_$s)))
$(SUITES:%=check-%): check-%: all
	$(Q)$(MAKE) --no-print-directory $(CHECK_$*)
	$(Q)scripts/run-tests.sh $* $(CHECK_$*)

check: all $(UNIT_TESTS) $(BPF_TESTS) $(foreach s,$(SUITES),$(CHECK_$s))
	$(Q)scripts/run-tests.sh all static $(sort $(wildcard scripts/lint/*.sh)) \
	  unit $(UNIT_TESTS) bpf $(BPF_TESTS) \
	  netns $(sort $(wildcard tests/netns/[0-9]*.sh)) \
	  qemu $(sort $(wildcard tests/qemu/[0-9]*.sh)) \
	  $(foreach s,$(SUITES),$s $(CHECK_$s))

demo: all
	$(Q)scripts/demo.sh --no-build

# --- benchmark ------------------------------------------------------------------
BENCH_OBJ   := $(call OBJ,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)))
BENCH_PARTS := $(call OBJ,tests/bpf/packets.c tests/bpf/seals.c tests/bpf/neighbours.c user/core/auth.c)

$(B)/bench/bench.bpf.o: tests/bench/bench.bpf.c Makefile
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(shell $(CC) -print-multiarch) \
	  -MMD -MP -MF $(B)/bench/bench.bpf.d -c $< -o $@

$(B)/bench.skel.h: $(B)/bench/bench.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name bench_bpf > $@

$(BENCH_OBJ): $(B)/carp.skel.h $(B)/bench.skel.h

$(B)/bench/bench: $(BENCH_OBJ) $(BENCH_PARTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lbpf -lcap-ng -lcrypto -lnettle -ljson-c -pthread

bench: all $(B)/bench/bench $(B)/flood/generator
	$(Q)tests/bench/run.sh --no-build

UNITS := $(patsubst %.in,%,$(notdir $(wildcard scripts/*.service scripts/*.socket scripts/*.service.in)))

# Where zsh looks for what is installed there.
ZSH := $(if $(filter /usr,$(PREFIX)),vendor-completions,site-functions)

# --- installation -------------------------------------------------------------
install: all
	install -D -m 0755 $(B)/carp-xdp $(DESTDIR)$(PREFIX)/sbin/carp-xdp
	install -D -m 0644 docs/carp-xdp.8 $(DESTDIR)$(PREFIX)/share/man/man8/carp-xdp.8
	install -D -m 0644 docs/carp-xdp.conf.5 \
	  $(DESTDIR)$(PREFIX)/share/man/man5/carp-xdp.conf.5
	[ -e $(DESTDIR)/etc/carp-xdp/carp-xdp.conf ] || install -D -m 0644 \
	  docs/carp-xdp.conf $(DESTDIR)/etc/carp-xdp/carp-xdp.conf
	scripts/install-units.sh $(PREFIX)/sbin $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -D -m 0644 scripts/carp-xdp.sysusers \
	  $(DESTDIR)$(PREFIX)/lib/sysusers.d/carp-xdp.conf
	install -D -m 0644 scripts/completions/carp-xdp.bash \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/carp-xdp
	install -D -m 0644 scripts/completions/carp-xdp.zsh \
	  $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH)/_carp-xdp
	$(if $(DESTDIR),,-systemd-sysusers $(PREFIX)/lib/sysusers.d/carp-xdp.conf)
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/sbin/carp-xdp \
	  $(DESTDIR)$(PREFIX)/share/man/man8/carp-xdp.8 \
	  $(DESTDIR)$(PREFIX)/share/man/man5/carp-xdp.conf.5 \
	  $(DESTDIR)$(PREFIX)/lib/sysusers.d/carp-xdp.conf \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/carp-xdp \
	  $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH)/_carp-xdp \
	  $(UNITS:%=$(DESTDIR)$(PREFIX)/lib/systemd/system/%)
# Debian's package, in build/deb.
deb:
	$(Q)scripts/deb.sh $(VERSION) $(B)/deb
	@ls $(B)/deb/*.deb
format:
	clang-format -i $(shell git ls-files '*.c' '*.h' | grep -v vmlinux/)
clean:
	rm -rf $(B)

-include $(shell find $(B) \( -path $(B)/deb -o -path $(B)/peers \) -prune -o -type f -name '*.d' -print 2>/dev/null)
