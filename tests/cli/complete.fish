#!/usr/bin/env fish
# complete.fish COMPLETION LINE...: what fish would offer at the end of each LINE, an answer each below "# LINE".
source $argv[1]
for line in $argv[2..]
	echo "# $line"
	complete -C $line | string replace -r '\t.*' ''
end
