#!/bin/sh
# Pictures of the real program: the screen driver types the keys and records what the program sends, a real xterm shows
# it. Run by `make screenshots`, which sets BIN, BUILD and SCREEN.
#   screenshots.sh OUTDIR           those of README; ONLY=text takes those whose name holds it
#   screenshots.sh OUTDIR matrix    every main state in four sizes, dark, light and without colour
set -eu
out=$1
which=${2:-shots}
work=$(mktemp -d)
trap 'kill $xvfb 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$out"

# name, columns x rows, look, keys; what stands behind a blank is typed when the rest has come to rest
shots() {
	cat <<'END'
first-120x36      120x36  dark      <Down>
first-80x24       80x24   dark      <Down>
first-200x60      200x60  dark      <Down>
bob-120x36        120x36  dark      /bob@<Enter> <Down> <Down>
why-120x36        120x36  dark      <Down> <Space> <Down> <Tab>
timeline-120x36   120x36  dark      t
record-120x36     120x36  dark      /code:5.7.26<Enter> <Enter>
marked-120x36     120x36  dark      /class:4<Enter> <Space> <Down> <Space> <Space> <Home>
export-120x36     120x36  dark      /domain:gmail.example<Space>code:5.7.26<Enter> e
typing-80x24      80x24   dark      /code:5.1.x!
complete-120x36   120x36  dark      /code:5.7 <Tab> <Down>
wordings-200x60   200x60  dark      b w <Down> <Right> <Down>
narrow-120x36     120x36  dark      /code:5.7.26<Enter> n
help-120x36       120x36  dark      ?
light-120x36      120x36  light     /code:5.7.26<Enter> t
contrast-120x36   120x36  contrast  <Down> <Tab>
no-colour-80x24   80x24   mono      t
ascii-80x24       80x24   ascii     <Down> <Tab>
END
}

states() {
	cat <<'END'
first     <Down>
list      <Tab> <Down>
bob       /bob@<Enter> <Down>
record    /code:5.7.26<Enter> <Enter>
timeline  t <Left> <Space> <Right> <Right>
groups    b
domains   b d <Down> <Right>
wordings  b w <Down>
days      b y <Down> <Right>
narrow    /code:5.7.26<Enter> n
complete  /subject: <Tab>
mistake   /code:5.1.x!
marked    /class:4<Enter> <Space> <Space> <Space>
export    e
nothing   /class:permanent<Space>code:4.2.2<Enter>
help      ?
END
}

matrix() {
	states | while read -r state keys; do
		for size in 80x24 100x30 140x45 240x70; do
			for look in dark light mono; do
				echo "$state-$size-$look $size $look $keys"
			done
		done
	done
}

# The environment that makes a look, as a line of a script, and what the terminal is like.
look() { # LOOK
	back=#14171c fore=#d5d8dc
	case $1 in
	mono) echo 'env NO_COLOR=1' ;;
	ascii) echo 'env LC_ALL=C' ;;
	*) printf 'sh mkdir deadletter\nsh echo "theme = %s" > deadletter/config\n' "$1" ;;
	esac
	[ "$1" != light ] || back=#fdfdfb fore=#24292e
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
	LC_ALL=C.UTF-8 xterm -u8 -fa 'DejaVu Sans Mono' -fs 12 -b 8 -bw 0 +sb -geometry "$2+0+0" -bg "$back" -fg "$fore" \
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

"$which" | grep -- "${ONLY:-.}" | while read -r name size look keys; do
	{
		echo "size ${size%x*} ${size#*x}"
		echo "db sample"
	} >"$work/$name.script"
	look "$look" >>"$work/$name.script"
	{
		for k in $keys; do
			echo "keys $k"
		done
		echo "record $work/$name.out"
	} >>"$work/$name.script"
	"$SCREEN" "$work/$name.script" >"$work/log" || { cat "$work/log" >&2; exit 1; }
	picture "$name" "$size"
done
