# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A daemon's work goes on in another process.  next: this program as a later
# release would be, by its name; other: one whose state is of another layout.
SUITES += restart
CHECK_restart := tests/restart/takeover.sh tests/restart/odd.sh tests/restart/commit.sh \
                 tests/restart/systemd.sh

RESTART_NAMED := $(shell grep -l CARP_XDP_VERSION $(PROG_SRC))
RESTART_BUILT := $(patsubst %.c,$(B)/restart/%.o,$(RESTART_NAMED) user/controller_handover.c)
RESTART_NEXT  := $(patsubst %.c,$(B)/restart/%.o,$(RESTART_NAMED))

tests/restart/takeover.sh tests/restart/systemd.sh tests/restart/commit.sh: $(B)/restart/next
tests/restart/odd.sh: $(B)/restart/next $(B)/restart/other

$(B)/restart/%.o: %.c Makefile tests/restart/suite.mk
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) -UCARP_XDP_VERSION $(subst $(VERSION),$(VERSION)+next,$(CPPFLAGS)) \
	  -DCARP_HANDOVER_LAYOUT=9999 $(CFLAGS) $(PKG_CFLAGS) -MMD -MP -c $< -o $@

$(B)/restart/next: $(RESTART_NEXT) $(call OBJ,$(filter-out $(RESTART_NAMED),$(PROG_SRC))) $(PAGE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)
$(B)/restart/other: $(RESTART_BUILT) $(call OBJ,$(filter-out $(RESTART_NAMED) user/controller_handover.c,$(PROG_SRC))) $(PAGE_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ $(PKG_LIBS)

campaign-restart: all $(B)/restart/next
	scripts/campaign.sh restart tests/restart/takeover.sh 1000

-include $(RESTART_BUILT:.o=.d)
