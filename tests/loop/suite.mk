# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The event loop by itself: who has his turn when.
SUITES += loop
CHECK_loop := $(B)/tests/loop/turns

$(B)/tests/loop/turns: $(call OBJ,tests/loop/turns.c user/sys/loop.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)
