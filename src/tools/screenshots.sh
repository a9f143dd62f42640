#!/bin/sh
# Pictures of the real program for README: the screen driver types the keys and records what the program sends, a real
# xterm shows it. Run by `make screenshots`, which sets BIN, BUILD and SCREEN.
#   screenshots.sh OUTDIR      ONLY=text takes those whose name holds it
set -eu
out=$1
work=$(mktemp -d)
trap 'kill $xvfb 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$out"

# name, columns x rows, environment (- for none), keys; what stands behind a blank is typed when the rest has come to rest
shots() {
	cat <<'END'
first-120x36      120x36  -             <Down>
first-80x24       80x24   -             <Down>
first-200x60      200x60  -             <Down>
bob-120x36        120x36  -             /bob@<Enter> <Down> <Down>
why-120x36        120x36  -             <Down> <Space> <Down> <Tab>
record-120x36     120x36  -             /code:5.7.26<Enter> <Enter>
marked-120x36     120x36  -             /class:4<Enter> <Space> <Down> <Space> <Space> <Home>
export-120x36     120x36  -             /domain:gmail.example<Space>code:5.7.26<Enter> e
typing-80x24      80x24   -             /code:5.1.x!
domains-200x60    200x60  -             b <Down> <Right> <Down>
help-120x36       120x36  -             ?
no-colour-80x24   80x24   NO_COLOR=1    <Down> <Tab>
ascii-80x24       80x24   LC_ALL=C      <Down> <Tab>
END
}

# Shows a recording in an xterm and takes the picture once all of it has been drawn.
picture() { # NAME COLUMNSxROWS
	cat >"$work/show" <<END
printf '\033[?25l'
cat '$work/$1.out'
stty raw -echo min 0 time 20
printf '\033[6n'
dd bs=1 count=4 2>/dev/null >/dev/null
echo "\$WINDOWID" >'$work/window.new'
mv '$work/window.new' '$work/window'
sleep 60
END
	rm -f "$work/window"
	LC_ALL=C.UTF-8 xterm -u8 -fa 'DejaVu Sans Mono' -fs 12 -b 8 -bw 0 +sb -geometry "$2+0+0" -bg '#14171c' -fg '#d5d8dc' \
		-xrm 'XTerm*cursorBlink: false' -e sh "$work/show" &
	xterm=$!
	tries=0
	while [ ! -e "$work/window" ] && [ $tries -lt 100 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	sleep 0.3
	import -window "$(cat "$work/window")" -strip -define png:compression-level=9 "PNG8:$out/$1.png"
	kill $xterm
	wait $xterm 2>/dev/null || true
	echo "$out/$1.png"
}

xvfb=
mkfifo "$work/display"
Xvfb -displayfd 3 -screen 0 2600x1800x24 -nolisten tcp 3>"$work/display" >/dev/null 2>&1 &
xvfb=$!
read -r display <"$work/display"
export DISPLAY=":$display"

shots | grep -- "${ONLY:-.}" | while read -r name size env keys; do
	{
		echo "size ${size%x*} ${size#*x}"
		[ "$env" = - ] || echo "env $env"
		echo "db sample"
		for k in $keys; do
			echo "keys $k"
		done
		echo "record $work/$name.out"
	} >"$work/$name.script"
	"$SCREEN" "$work/$name.script" >"$work/log" || { cat "$work/log" >&2; exit 1; }
	picture "$name" "$size"
done
