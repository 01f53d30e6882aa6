# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The data plane compiled for the host: native.a for C, native.so for whoever
# can call C (see native.h).
SUITES += native
CHECK_native := $(B)/tests/native/hosts $(B)/tests/native/constant

# rooms.c reads the headers as the BPF side does.
ROOMS_FLAGS := -D__bpf__ -Itests/native/shim -Iinclude -I. -std=gnu11 -g \
               -Wall -Wextra -Werror -Wno-unknown-pragmas \
               -Wno-address-of-packed-member
# Frames lie at any address, as they do in the kernel.
ROOMS_UNALIGNED := $(if $(SANITIZE),-fno-sanitize=alignment)
NATIVE_SRC := tests/native/maps.c tests/native/native.c tests/native/trust.c

$(B)/obj/tests/native/rooms.o: tests/native/rooms.c Makefile tests/native/suite.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ROOMS_FLAGS) -O2 $(HARDEN) $(ROOMS_UNALIGNED) -MMD -MP -c $< -o $@

$(B)/tests/native/native.a: $(call OBJ,$(NATIVE_SRC) tests/native/rooms.c user/core/auth.c)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/obj/tests/native/shared/rooms.o: tests/native/rooms.c Makefile tests/native/suite.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ROOMS_FLAGS) -O2 -fPIC -MMD -MP -c $< -o $@

$(B)/tests/native/native.so: $(B)/obj/tests/native/shared/rooms.o $(NATIVE_SRC) user/core/auth.c \
    $(wildcard tests/native/*.h include/carp/*.h)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -O2 -g $(WARN) -fPIC -shared \
	  $(filter %.o %.c,$^) -o $@

$(B)/tests/native/constant: $(call OBJ,tests/bpf/packets.c tests/bpf/seals.c)
$(B)/tests/native/%: $(B)/obj/tests/native/%.o $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lnettle -lcrypto

# The tests of tests/bpf with this data plane behind them: on_test_*.
NATIVE_TESTS := $(patsubst $(B)/tests/bpf/%,$(B)/tests/native/on_%,\
                $(filter-out %/test_budget,$(BPF_TESTS)))
NATIVE_PARTS := $(filter-out tests/bpf/test_% %/plane_kernel.c,\
                $(wildcard tests/bpf/*.c)) tests/native/plane.c

$(B)/tests/native/on_%: $(B)/obj/tests/bpf/%.o \
    $(call OBJ,$(NATIVE_PARTS) $(CORE_SRC)) $(B)/tests/native/native.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(TEST_LIBS) -ljson-c
