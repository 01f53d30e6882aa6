#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# The C of the program is as clang-format (see .clang-format) writes it;
# `make format` makes it so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s globstar nullglob
clang-format --dry-run -Werror include/**/*.h bpf/*.[ch] user/**/*.[ch] \
	tests/**/*.[ch]
