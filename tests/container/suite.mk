# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The DaemonSet as a container runtime would run it; the campaign builds the
# image itself, from Debian and a compiler on.
SUITES += container
CHECK_container := tests/container/01-kubernetes.sh tests/container/02-podman.sh

campaign-container: all
	$(Q)LIMIT=1800 scripts/run-tests.sh container tests/container/image.sh
