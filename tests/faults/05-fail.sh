#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# System calls and allocations fail, once or for good.
exec python3 "$(dirname "$0")/run.py" sample fail 2
