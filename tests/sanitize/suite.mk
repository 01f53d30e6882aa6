# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The program and its tests with AddressSanitizer and UBSan in them, in a build
# directory of their own.  `make check-asan` runs all of them.
SUITES += $(if $(SANITIZE),,sanitize)
CHECK_sanitize := tests/sanitize/sample.sh

ASAN_BUILD = +$(Q)$(MAKE) --no-print-directory B=$(B)/asan SANITIZE=address,undefined all

.PHONY: asan asan-all check-asan
asan:
	$(ASAN_BUILD) $(UNIT_TESTS:$(B)/%=$(B)/asan/%)
asan-all: asan
	$(ASAN_BUILD) $(BPF_TESTS:$(B)/%=$(B)/asan/%)
tests/sanitize/sample.sh: asan

# Not what a process gives up, which a sanitizer needs, nor its memory, which is
# terabytes of addresses then.
check-asan: asan-all
	$(Q)tests/sanitize/run.sh unit $(UNIT_TESTS:$(B)/%=$(B)/asan/%) \
	  bpf $(BPF_TESTS:$(B)/%=$(B)/asan/%) \
	  netns $(filter-out %/41-privilege.sh %/42-canary.sh, \
	    $(sort $(wildcard tests/netns/[0-9]*.sh)))
