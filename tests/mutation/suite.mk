# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Branches of the core and of the data plane turned round, one at a time.
SUITES += mutation
CHECK_mutation := tests/mutation/check.sh
MUTATED := $(sort $(wildcard user/core/election*.c)) \
           $(sort $(filter-out user/core/election%,$(CORE_SRC))) \
           bpf/carp.bpf.c $(sort $(wildcard bpf/*.h))

# What is built is taken over: but for the marked files nothing is compiled.
MUTATION_NEEDS := $(UNIT_TESTS) $(BPF_TESTS) $(B)/tests/native/hosts \
                  $(B)/tests/fuzz/flood

tests/mutation/check.sh: $(MUTATION_NEEDS)

# Begins at mutant FIRST and ends in time: what is left is the next chunk.
campaign-mutation: all $(MUTATION_NEEDS)
	$(Q)scripts/campaign.sh mutation \
	  sh -c 'tests/mutation/mutate.py --first "$${FIRST:-1}" \
	    --seconds "$$SECONDS_MAX" $(MUTATED)'
