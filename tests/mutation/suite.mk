# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Branches of the core and of the data plane turned round, one at a time.
SUITES += mutation
CHECK_mutation := tests/mutation/check.sh
MUTATED := $(sort $(wildcard user/core/*.c bpf/*.h)) bpf/carp.bpf.c

tests/mutation/check.sh: $(UNIT_TESTS) $(B)/tests/fuzz/flood

campaign-mutation: all $(UNIT_TESTS) $(B)/tests/fuzz/flood
	$(Q)scripts/campaign.sh mutation \
	  sh -c 'tests/mutation/mutate.py --seconds "$$SECONDS_MAX" $(MUTATED)'
