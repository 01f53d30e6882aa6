# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The servant of exhaustive and differential: no suite of its own.
REFERENCE_OBJ := $(call OBJ,$(wildcard tests/reference/*.c))

$(REFERENCE_OBJ): $(B)/carp.skel.h

$(B)/tests/reference/plane: $(REFERENCE_OBJ) $(call OBJ,user/core/auth.c)
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -o $@ -lbpf
