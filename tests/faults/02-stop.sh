#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A daemon is stopped, frozen, short of CPU, memory, descriptors, or of the date.
exec python3 "$(dirname "$0")/run.py" sample stop 2
