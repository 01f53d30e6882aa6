# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The election as a model, explored whole by spin.
SUITES += model
CHECK_model := tests/model/model.py

campaign-model: all
	$(Q)scripts/campaign.sh model tests/model/model.py campaign
