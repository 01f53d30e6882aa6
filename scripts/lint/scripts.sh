#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# What shellcheck says of all shell scripts, Python's compiler on the Python ones.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
shopt -s globstar nullglob
shellcheck -x -P SCRIPTDIR -P . scripts/**/*.sh tests/**/*.sh .ci/run
for file in scripts/**/*.py tests/**/*.py; do
	python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$file"
done
