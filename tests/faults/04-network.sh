#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The network loses, doubles, delays, reorders and cuts.
exec python3 "$(dirname "$0")/run.py" sample network 4
