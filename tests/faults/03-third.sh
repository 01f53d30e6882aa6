#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# A third party takes programs, pins, addresses and interfaces away.
exec python3 "$(dirname "$0")/run.py" sample third 2
