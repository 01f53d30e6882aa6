# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Controllers die, their guardians bow out; see tests/netns/40-guardian.sh too.
SUITES += guardian
CHECK_guardian := tests/guardian/oom.sh

campaign-guardian: all
	$(Q)scripts/campaign.sh guardian tests/guardian/campaign.sh
