# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Other kernels and other compilers: Debian's kernels in guests, each with the
# program as each clang here builds it.  `make check` has the oldest kernel we
# promise and the program that is shipped; all of them need what
# `install-deps.sh kernels` brings.
KERNELS := $(B)/kernels
# The one that builds what is shipped first, and not twice.
CLANGS  := clang $(filter-out \
           clang-$(firstword $(subst ., ,$(shell $(CLANG) -dumpversion))), \
           $(filter $(notdir $(wildcard /usr/bin/clang-*)), \
           clang-14 clang-16 clang-19))

PLAIN_OBJ = $(patsubst %.c,$(B)/plain/%.o,$(1))
# The packet tests of tests/bpf in one program, that loads the data plane once.
PACKETS_SRC := $(filter-out %/plane_kernel.c %/test_budget.c, \
               $(wildcard tests/bpf/*.c)) tests/plain/plain.c tests/kernels/loaded.c \
               user/core/auth.c
PACKETS_OF  := tests/bpf/plane_kernel.c tests/bpf/test_budget.c

$(B)/plain/%.o: %.c Makefile tests/kernels/suite.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -Itests/plain $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

define KERNELS_CLANG
$(KERNELS)/$(1)/carp.bpf.o: bpf/carp.bpf.c Makefile
	$$(call say,BPF,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(if $$(filter clang,$(1)),$$(CLANG),$(1)) $$(BPF_CFLAGS) \
	  -MMD -MP -MF $$(@D)/carp.bpf.d -c $$< -o $$@

$(KERNELS)/$(1)/carp.skel.h: $(KERNELS)/$(1)/carp.bpf.o
	$$(call say,SKEL,$$@)
	$$(Q)$$(BPFTOOL) gen skeleton $$< name carp_bpf > $$@

$(KERNELS)/$(1)/%.o: %.c $(KERNELS)/$(1)/carp.skel.h
	$$(call say,CC,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) -Itests/plain -I$(KERNELS)/$(1) $$(CPPFLAGS) $$(CFLAGS) \
	  -MMD -MP -c $$< -o $$@

$(KERNELS)/$(1)/packets: $(PACKETS_OF:%.c=$(KERNELS)/$(1)/%.o) $$(call PLAIN_OBJ,$(PACKETS_SRC))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $$^ -o $$@ -lnettle -lcrypto -ljson-c -lbpf
endef
$(foreach c,$(CLANGS),$(eval $(call KERNELS_CLANG,$(c))))

# A later release's controller, as far as its program is another.
COEXIST     := $(B)/coexist
COEXIST_SRC := $(shell grep -l 'carp\.skel\.h' $(SYS_SRC))

$(COEXIST)/carp.bpf.o: bpf/carp.bpf.c Makefile
	$(call say,BPF,$@)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -mcpu=v1 -MMD -MP -MF $(@D)/carp.bpf.d -c $< -o $@
$(COEXIST)/carp.skel.h: $(COEXIST)/carp.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name carp_bpf > $@
$(COEXIST)/%.o: %.c $(COEXIST)/carp.skel.h
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -I$(COEXIST) $(CPPFLAGS) $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@
$(COEXIST)/next: $(COEXIST_SRC:%.c=$(COEXIST)/%.o) $(call OBJ,$(filter-out $(COEXIST_SRC),$(PROG_SRC))) $(PAGE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)

# The guests of tests/qemu run them.
check check-qemu tests/kernels/run.sh: $(KERNELS)/clang/packets $(COEXIST)/next

# --coexist as a service, in a Debian that boots: two minutes, so by itself.
.PHONY: check-service tests/qemu/service.sh
check-service: all
	$(Q)scripts/run-tests.sh service tests/qemu/service.sh

.PHONY: check-kernels campaign-kernels tests/kernels/run.sh
tests/kernels/run.sh: all $(CLANGS:%=$(KERNELS)/%/packets)
check-kernels: tests/kernels/run.sh
	$(Q)CLANGS="$(CLANGS)" tests/kernels/run.sh
campaign-kernels: tests/kernels/run.sh
	$(Q)CLANGS="$(CLANGS)" scripts/campaign.sh kernels tests/kernels/run.sh
