# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The data plane, and every parser of what others send, under frames and bytes
# nobody has thought of: see oracle.h and the head of each fuzz_*.c.
SUITES += fuzz
FUZZ_TARGETS := frames request config import control http election memory netlink \
                runner
CHECK_fuzz := $(B)/tests/fuzz/flood $(B)/tests/fuzz/differential \
              tests/fuzz/targets.sh

FUZZ_FRAMES_SRC := $(addprefix tests/fuzz/,frames.c frames_advert.c \
                   frames_hosts.c stage.c)
FUZZ_PLAY_SRC := $(addprefix tests/fuzz/,play.c oracle.c oracle_answer.c \
                 oracle_state.c) $(FUZZ_FRAMES_SRC)

$(call OBJ,tests/fuzz/jit.c): $(B)/carp.skel.h

$(B)/tests/fuzz/flood: $(call OBJ,tests/fuzz/flood.c $(FUZZ_PLAY_SRC)) \
    $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lnettle

$(B)/tests/fuzz/differential: \
    $(call OBJ,tests/fuzz/differential.c tests/fuzz/jit.c $(FUZZ_FRAMES_SRC)) \
    $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lbpf

# --- libFuzzer: everything under test is compiled by clang with sanitizers ----
FUZZ_FLAGS := -fsanitize=address,undefined,fuzzer-no-link \
              -fno-sanitize-recover=undefined -O1 -g -std=gnu11
FUZZ_OBJ    = $(patsubst %.c,$(B)/fuzz/%.o,$(1))
FUZZ_REQUEST := $(EDGE_SRC) user/core/cluster.c user/core/ledger.c user/core/election_text.c \
                user/sys/runner_check.c user/probe/probe_parse.c
FUZZ_NATIVE := tests/native/maps.c tests/native/native.c \
               tests/native/rooms.c

fuzz_frames_src := $(FUZZ_PLAY_SRC) $(FUZZ_NATIVE) user/core/auth.c
fuzz_request_src := $(FUZZ_REQUEST)
fuzz_config_src := $(FUZZ_REQUEST)
fuzz_import_src := $(FUZZ_REQUEST)
fuzz_control_src := tests/fuzz/fake_loop.c user/sys/server.c \
                    user/sys/listener.c user/sys/unix.c $(FUZZ_REQUEST)
fuzz_http_src := tests/fuzz/fake_loop.c user/sys/http_answer.c \
                 user/sys/http_stream.c user/sys/http_library.c \
                 user/sys/library.c
fuzz_election_src := $(FUZZ_NATIVE) $(CORE_SRC)
fuzz_memory_src := tests/fuzz/fake_loop.c user/sys/boot.c user/sys/statefile.c \
                   user/sys/readall.c \
                   user/sys/background.c user/sys/pack.c user/address.c \
                   user/controller_memory_file.c
fuzz_netlink_src := user/sys/netlink_parse.c
fuzz_runner_src := user/sys/runner_check.c

$(B)/fuzz/tests/native/rooms.o: tests/native/rooms.c tests/fuzz/suite.mk
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -D__bpf__ -Itests/native/shim -Iinclude -I. \
	  -Wno-address-of-packed-member $(FUZZ_FLAGS) -fno-sanitize=alignment \
	  -MMD -MP -c $< -o $@

$(B)/fuzz/%.o: %.c tests/fuzz/suite.mk
	$(call say,FUZZ,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(PKG_CFLAGS) -Wall -Wextra -Werror $(FUZZ_FLAGS) \
	  -MMD -MP -c $< -o $@

define FUZZ_TARGET
$(B)/tests/fuzz/fuzz_$(1): $$(call FUZZ_OBJ,$$(sort tests/fuzz/fuzz_$(1).c $$(fuzz_$(1)_src)))
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CLANG) -fsanitize=address,undefined,fuzzer $$^ -o $$@ \
	  -lnettle -ljson-c -lconfuse -lmnl -pthread
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call FUZZ_TARGET,$(t))))

# Phony, or make would not miss what they run.
.PHONY: tests/fuzz/campaign.sh
tests/fuzz/targets.sh tests/fuzz/campaign.sh: $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%)

campaign-fuzz: all $(CHECK_fuzz) tests/fuzz/campaign.sh
	$(Q)scripts/campaign.sh fuzz tests/fuzz/campaign.sh
