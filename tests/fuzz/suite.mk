# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
SUITES += fuzz
FUZZ_FRAMES := $(call OBJ,$(addprefix tests/fuzz/,frames.c frames_advert.c \
               frames_hosts.c stage.c))
FUZZ_PLAY := $(call OBJ,$(addprefix tests/fuzz/,play.c oracle.c oracle_answer.c \
             oracle_state.c)) $(FUZZ_FRAMES)
CHECK_fuzz := $(B)/tests/fuzz/flood $(B)/tests/fuzz/differential

$(call OBJ,tests/fuzz/jit.c): $(B)/carp.skel.h

$(B)/tests/fuzz/flood: $(call OBJ,tests/fuzz/flood.c) $(FUZZ_PLAY) $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lnettle

$(B)/tests/fuzz/differential: $(call OBJ,tests/fuzz/differential.c tests/fuzz/jit.c) \
    $(FUZZ_FRAMES) $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lbpf
