# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Debian's package: what is in it, that it is the same each time, and what it
# does to a Debian from its installation to its end.
SUITES += deb
CHECK_deb := tests/deb/package.sh tests/deb/life.sh tests/deb/completions.sh

campaign-deb:
	@echo "no campaign: make check-deb is all of it"
