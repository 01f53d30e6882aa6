# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Faults on the real daemon.  The sample of each family is a script of its
# own; a campaign draws from all of them (SECONDS_MAX, SEED).
SUITES += faults

FAULTS := $(B)/tests/faults
FAULTS_TOOLS := $(FAULTS)/switch $(FAULTS)/step $(FAULTS)/shim.so
CHECK_faults := $(sort $(wildcard tests/faults/[0-9]*.sh))

$(FAULTS)/switch: $(call OBJ,tests/faults/switch.c tests/faults/judge.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

$(FAULTS)/step: $(call OBJ,tests/faults/step.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

$(FAULTS)/shim.so: tests/faults/shim.c tests/faults/shim.h
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -std=gnu11 -O2 $(WARN) -fPIC -shared $< -o $@

# The scripts do not build: what they need is built with them.
$(sort $(wildcard tests/faults/[0-9]*.sh)): $(FAULTS_TOOLS)

campaign-faults: all $(FAULTS_TOOLS)
	$(Q)scripts/campaign.sh faults python3 tests/faults/run.py campaign
campaign-failover: all $(FAULTS_TOOLS)
	$(Q)scripts/campaign.sh failover python3 tests/faults/run.py failover
.PHONY: campaign-failover
