# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Codec, digests, election and the data plane's rooms on a machine whose bytes
# lie the other way round: the unit tests and the packet tests, compiled for
# s390x and run by qemu.
SUITES += $(if $(SANITIZE),,bigendian)
CHECK_bigendian := tests/bigendian/s390x.sh

BIGENDIAN      := $(B)/bigendian
BIGENDIAN_ROOT := build/peers/s390x/usr
BIGENDIAN_CC   := s390x-linux-gnu-gcc
BIGENDIAN_CAN  := $(and $(wildcard $(BIGENDIAN_ROOT)),$(shell command -v $(BIGENDIAN_CC)))
BIGENDIAN_OBJ   = $(patsubst %.c,$(BIGENDIAN)/%.o,$(1))
BIGENDIAN_INC  := -I$(BIGENDIAN_ROOT)/include -I$(BIGENDIAN_ROOT)/include/s390x-linux-gnu

# libconfuse is not among the libraries there.
BIGENDIAN_CORE  := $(filter-out %/test_config.c %/test_hooks.c %/test_import.c,$(wildcard tests/unit/*.c)) \
                   tests/plain/plain.c \
                   $(CORE_SRC) $(TESTED_SRC)
BIGENDIAN_ROOMS := $(filter-out %/plane_kernel.c %/test_budget.c, \
                   $(wildcard tests/bpf/*.c)) tests/plain/plain.c \
                   $(addprefix tests/native/,maps.c native.c plane.c rooms.c) \
                   user/core/auth.c

$(BIGENDIAN)/tests/native/rooms.o: tests/native/rooms.c tests/bigendian/suite.mk
	$(call say,S390X,$@)
	@mkdir -p $(@D)
	$(Q)$(BIGENDIAN_CC) $(ROOMS_FLAGS) -O2 -MMD -MP -c $< -o $@

$(BIGENDIAN)/%.o: %.c Makefile tests/bigendian/suite.mk
	$(call say,S390X,$@)
	@mkdir -p $(@D)
	$(Q)$(BIGENDIAN_CC) -Itests/plain $(CPPFLAGS) $(BIGENDIAN_INC) -std=gnu11 \
	  -O2 -g $(WARN) -MMD -MP -c $< -o $@

# OpenSSL would look up hosts, which a static program does badly.
BIGENDIAN_LINK = $(Q)$(BIGENDIAN_CC) -static -Wl,--no-warnings $^ -o $@ \
                 -L$(BIGENDIAN_ROOT)/lib/s390x-linux-gnu -ljson-c -lnettle -lcrypto

$(BIGENDIAN)/core: $(call BIGENDIAN_OBJ,$(BIGENDIAN_CORE))
	$(call say,LD,$@)
	$(BIGENDIAN_LINK)

$(BIGENDIAN)/rooms: $(call BIGENDIAN_OBJ,$(BIGENDIAN_ROOMS))
	$(call say,LD,$@)
	$(BIGENDIAN_LINK)

# Without the compiler the script says so.
tests/bigendian/s390x.sh: $(if $(BIGENDIAN_CAN),$(BIGENDIAN)/core $(BIGENDIAN)/rooms)
