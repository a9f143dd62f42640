#!/bin/sh
# Keeps the layers true: a source file includes its own layer or a lower one, and the big libraries stay behind
# their doors. The layer is what the header's first comment says ("Layer 3."); a source file has that of its header.
set -u
cd "$(dirname "$0")/../src" || exit 1

# text_fold.c belongs to text_fold.h or else text.h; import/csv.c to import/csv.h or else import/import.h.
header_of() {
	case $1 in
	main.c) echo cmd.h && return ;;
	esac
	stem=${1%.[ch]}
	while [ ! -f "$stem.h" ]; do
		case ${stem##*/} in
		*_*) stem=${stem%_*} ;;
		*) break ;;
		esac
	done
	case $stem in
	*/*) [ -f "$stem.h" ] || stem=${stem%/*}/$(basename "${stem%/*}") ;;
	esac
	echo "$stem.h"
}

# A number, or nothing.
layer_of() {
	case $1 in
	tools/*) echo 9 && return ;; # programs of the build
	esac
	sed -n '1,12s/.*Layer \([0-9]\).*/\1/p' "$(header_of "$1")" 2>/dev/null | head -n 1
}

# Which files may include a library's header.
may_include() {
	case $1:$2 in
	sqlite3.h:store_sqlite*) ;;
	pthread.h:worker* | pthread.h:export_readers.c | pthread.h:base_once.c) ;;
	curses.h:term* | ncurses*:term*) ;;
	gmime*:mail_*) ;;
	archive*.h:unpack.c) ;;
	zlib.h:inflate.c | lzma.h:inflate.c) ;;
	json-c/*:json.c) ;;
	gmime*:* | archive*.h:* | zlib.h:* | lzma.h:* | json-c/*:* | sqlite3.h:* | pthread.h:* | *curses*:*) return 1 ;;
	esac
}

n=0
bad=0
report() { # name, faults
	n=$((n + 1))
	if [ -z "$2" ]; then
		echo "ok $n - $1"
	else
		bad=$((bad + 1))
		echo "not ok $n - $1"
		printf '%s' "$2" | sed 's/^/# /'
	fi
}

homeless= upward= doors=
for f in $(find . -name '*.[ch]' | sed 's/^..//' | sort); do
	mine=$(layer_of "$f")
	if [ -z "$mine" ]; then
		homeless="${homeless}src/$f: the first comment of src/$(header_of "$f") does not say \"Layer N\"
"
		continue
	fi
	while IFS=: read -r at line; do
		header=$(printf '%s' "$line" | sed 's/.*[<"]\([^>"]*\)[>"].*/\1/')
		may_include "$header" "${f##*/}" || doors="${doors}src/$f:$at includes $header
"
		# The project's own headers are found from src, or beside the file.
		own=$header
		[ -f "$own" ] || own=$(dirname "$f")/$header
		[ -f "$own" ] || continue
		theirs=$(layer_of "${own#./}")
		[ "${theirs:-0}" -le "$mine" ] || upward="${upward}src/$f:$at: layer $mine includes $own of layer $theirs
"
	done <<EOF
$(grep -nE '^[[:space:]]*#[[:space:]]*include' "$f")
EOF
done

echo "1..3"
report "every source file has a layer" "$homeless"
report "no file includes a layer above its own" "$upward"
report "the big libraries stay behind their doors" "$doors"
[ "$bad" = 0 ]
