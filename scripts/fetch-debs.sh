#!/usr/bin/env bash
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
# Unpacks packages of another Debian suite or architecture into DIRECTORY, and
# installs nothing:
#   fetch-debs.sh DIRECTORY ARCHITECTURE "SUITE..." PACKAGE...
# From the Debian mirrors this machine's apt has, verified by apt as ever, with
# apt directories of its own: this machine's apt never hears of it.  What a
# kernel's package is made of comes along, no other dependency does.  Ends with
# 1, and says why, where a suite or package is not to be had.
set -euo pipefail
DIRECTORY=$1 ARCHITECTURE=$2
read -ra SUITES <<<"$3"
PACKAGES=("${@:4}")
KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place"/{state/lists,cache/archives}/partial "$place/debs"

# mirror LABEL: where this machine has it from.
mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' | sed -n "s/^$1 //p" | head -n1
}

lists() {
	local suite label uri
	for suite in "${SUITES[@]}"; do
		label=Debian
		[[ $suite != *-security ]] || label=Debian-Security
		uri=$(mirror "$label")
		if [[ ! $uri ]]; then
			echo "no mirror of $label here" >&2
			return 1
		fi
		echo "deb [signed-by=$KEYS] $uri $suite main"
	done
}

# The lists are apt's only source, and nothing counts as installed.
options=(-qq -o "Dir::Etc::sourcelist=$place/sources" -o Dir::Etc::sourceparts=-
	-o "Dir::State=$place/state" -o "Dir::Cache=$place/cache"
	-o Dir::State::status=/dev/null -o APT::Sandbox::User=root
	-o "APT::Architecture=$ARCHITECTURE" -o "APT::Architectures=$ARCHITECTURE"
	-o Acquire::Languages=none -o Acquire::Retries=3)

parts() {
	apt-cache "${options[@]}" depends --recurse --important "$@" |
		grep -E '^linux-(image|binary|modules|base)-[0-9]' || true
}

lists >"$place/sources"
apt-get "${options[@]}" -o APT::Update::Error-Mode=any update >/dev/null
names=()
for package in "${PACKAGES[@]}"; do
	if [[ $package == linux-image-* ]]; then
		mapfile -t -O "${#names[@]}" names < <(parts "$package")
	else
		names+=("$package")
	fi
done
if [[ ${#names[@]} == 0 ]]; then
	echo "no ${PACKAGES[*]} in ${SUITES[*]}" >&2
	exit 1
fi
(cd "$place/debs" && apt-get "${options[@]}" download "${names[@]}" >/dev/null)
rm -rf "$DIRECTORY.new"
mkdir -p "$DIRECTORY.new"
for deb in "$place"/debs/*.deb; do
	dpkg-deb -x "$deb" "$DIRECTORY.new"
done
rm -rf "$DIRECTORY"
mv "$DIRECTORY.new" "$DIRECTORY"
