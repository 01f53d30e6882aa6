# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Everything few bytes can be.  It is all of it, in `make check` as well.
SUITES += exhaustive
CHECK_exhaustive := tests/exhaustive/exhaustive.py

tests/exhaustive/exhaustive.py: $(B)/tests/reference/plane

campaign-exhaustive: $(CHECK_exhaustive)
	$(Q)scripts/campaign.sh exhaustive tests/exhaustive/exhaustive.py
