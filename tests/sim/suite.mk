# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Whole clusters in one thread: seeds, and bugs planted to see them found.
SUITES += sim
CHECK_sim := $(B)/tests/sim/sim $(B)/tests/sim/planted

SIM_OBJ := $(call OBJ,$(wildcard tests/sim/*.c) $(CORE_SRC) $(NATIVE_SRC) \
                      tests/native/rooms.c)

$(B)/tests/sim/sim: $(SIM_OBJ)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

# What it takes to build one more simulator, with a bug in one file.
$(B)/tests/sim/planted: tests/sim/planted.py tests/sim/suite.mk $(B)/tests/sim/sim
	$(call say,GEN,$@)
	$(Q)printf '%s\n' '#!/bin/sh' "export CC='$(CC)'" \
	  "export SIM_CFLAGS='-D_GNU_SOURCE -Iinclude -I. -std=gnu11 -O1'" \
	  "export SIM_ROOMS_FLAGS='$(ROOMS_FLAGS)'" \
	  "export SIM_OBJECTS='$(SIM_OBJ)'" \
	  'exec tests/sim/planted.py "$$@"' >$@
	$(Q)chmod +x $@

campaign-sim: $(B)/tests/sim/sim
	$(Q)scripts/campaign.sh sim bash -c '$< --seconds $$SECONDS_MAX --from $$((SEED * 1000000))'
