# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The built-in probes of tracking, each looking at what is and at what is not.
SUITES += probe
CHECK_probe := tests/probe/01-kinds.sh

$(B)/tests/probe/probe: $(call OBJ,tests/probe/probe.c $(PROBE_SRC) user/address.c \
    user/sys/process.c user/sys/reach.c user/sys/readall.c $(wildcard user/sys/netlink_*.c))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lmnl

tests/probe/01-kinds.sh: $(B)/tests/probe/probe
campaign-probe:
	@echo "no campaign: make check-probe is all of it"
