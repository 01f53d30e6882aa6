# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What the processes cannot do, tried; and what systemd says of the unit.
SUITES += privilege
CHECK_privilege := tests/privilege/01-refused.sh tests/privilege/02-unit.sh \
                   $(B)/tests/privilege/files

$(B)/tests/privilege/inject: $(call OBJ,tests/privilege/inject.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

$(B)/tests/privilege/files: $(call OBJ,tests/privilege/files.c user/sys/confine_files.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@

tests/privilege/01-refused.sh: $(B)/tests/privilege/inject
campaign-privilege:
	@echo "no campaign: make check-privilege is all of it"
