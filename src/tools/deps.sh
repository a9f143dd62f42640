#!/bin/sh
# Installs those of the named Debian packages that are missing; says what to run by hand when it cannot.
set -u
missing=
for p in "$@"; do
	dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=sudo
	command -v sudo >/dev/null || sudo=
fi
export DEBIAN_FRONTEND=noninteractive
echo "Installing:$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if $sudo apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
	exit 0
fi
# An old package list is the usual reason.
if $sudo apt-get update >"$log" 2>&1 && $sudo apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
	exit 0
fi
tail -n 5 "$log" >&2
echo "Could not install:$missing. Run by hand, as root: apt-get update && apt-get install$missing" >&2
exit 1
