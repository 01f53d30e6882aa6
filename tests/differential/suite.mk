# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The loaded program, the native build and the reference agree.
SUITES += differential
CHECK_differential := tests/differential/differential.py

tests/differential/differential.py: $(B)/tests/reference/plane $(B)/tests/native/native.so

campaign-differential: $(CHECK_differential)
	$(Q)scripts/campaign.sh differential tests/differential/differential.py
