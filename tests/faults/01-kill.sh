#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A daemon dies: whole, and at one boundary of a system call after the other.
exec python3 "$(dirname "$0")/run.py" sample kill 4
