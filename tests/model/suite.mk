# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The election as a model: explored whole by spin, refusing wrong rules, and
# able to do what real daemons do.
SUITES += model
CHECK_model := $(addprefix tests/model/,model.py mutants.py trace.py)

campaign-model: all
	$(Q)scripts/campaign.sh model tests/model/model.py campaign
