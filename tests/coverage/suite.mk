# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Is every branch of the core and of the data plane taken both ways by a test?
# Those two are compiled by clang, which counts each condition by itself, and
# linked with the tests as they are; so not if those have a sanitizer in them.
SUITES += $(if $(SANITIZE),,coverage)
CHECK_coverage := tests/coverage/check.py

COVERAGE_FLAGS := -fprofile-instr-generate=$(B)/coverage/by-hand.profraw \
                  -fcoverage-mapping
COVERAGE_OBJ    = $(patsubst %.c,$(B)/coverage/obj/%.o,$(1))
# Asks functions of headers, so they are compiled in it.
COVERAGE_DIRECT := $(addprefix tests/unit/test_,instant.c sha1.c words.c)
# The vectors lie outside the tree, and the budget needs a kernel.
COVERAGE_UNIT  := $(filter-out %/test_vectors.c $(COVERAGE_DIRECT), \
                  $(wildcard tests/unit/*.c)) $(TESTED_SRC) $(CONFIG_SRC)
COVERAGE_ROOMS := $(filter-out %/plane_kernel.c %/test_vectors.c %/test_budget.c, \
                  $(wildcard tests/bpf/*.c)) $(wildcard tests/coverage/*.c) \
                  $(addprefix tests/native/,maps.c native.c plane.c)

$(B)/coverage/obj/tests/native/rooms.o: tests/native/rooms.c tests/coverage/suite.mk
	$(call say,COVER,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(ROOMS_FLAGS) -Wno-pass-failed -O1 $(COVERAGE_FLAGS) \
	  -MMD -MP -c $< -o $@

$(B)/coverage/obj/%.o: %.c tests/coverage/suite.mk
	$(call say,COVER,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g $(COVERAGE_FLAGS) -MMD -MP -c $< -o $@

COVERAGE_LINK = $(Q)$(CLANG) -fprofile-instr-generate $^ -o $@ $(TEST_LIBS) -ljson-c -lconfuse

$(B)/coverage/core: $(call OBJ,$(COVERAGE_UNIT)) $(call COVERAGE_OBJ,$(CORE_SRC) $(COVERAGE_DIRECT))
	$(call say,LD,$@)
	$(COVERAGE_LINK)

$(B)/coverage/rooms: $(call OBJ,$(COVERAGE_ROOMS)) \
    $(call COVERAGE_OBJ,tests/native/rooms.c user/core/auth.c)
	$(call say,LD,$@)
	$(COVERAGE_LINK)

tests/coverage/check.py: $(B)/coverage/core $(B)/coverage/rooms
