#!/bin/sh
# What the pages show of a program's output is what it prints.
#   shown_outputs.sh FOLDER PROGRAMS MASK PAGE...
# A block below <!-- printed by: COMMAND --> must be lines of the command's output, in their order; "..." stands for others. Below
# <!-- printed on one machine by: COMMAND -->, only headings and the names of rows must be the same, and of a size that takes less, with few rounds,
# since nothing is measured here. A block below <!-- file: NAME --> is a file that commands may read. With MASK=yes, numbers count nowhere: for systems
# whose mathematics rounds otherwise.
set -eu
folder=$1 programs=$2 mask=$3
shift 3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

awk '
  /^<!-- printed (on one machine )?by: / {
    one_machine = /one machine/
    command = $0; sub(/^<!-- [a-z ]*: /, "", command); sub(/ -->$/, "", command)
    next
  }
  /^<!-- file: / { file = $3; next }
  /^```/ && !inside && (command || file) {
    inside = 1
    if (command) {
      out = sprintf("%03d.%s", ++count, one_machine ? "machine" : "exact")
      print command (one_machine ? " --config 256x64 --rounds 40 --lengths none" : "") >(out ".command")
      printf "" >(out ".shown")
      print FILENAME ":" FNR >(out ".where")
      to = out ".shown"
    } else to = file
    command = file = ""
    next
  }
  /^```/ && inside { inside = 0; next }
  inside { print >to }
' "$@"

# Lines without what is a matter of the machine: on another system numbers; from another run of a measurement all but headings and the names of
# rows, and what follows from the numbers.
without_numbers() {
  sed -E -e 's/[-+]?[0-9]+(\.[0-9]+)?/0/g' -e 's/ +/ /g' -e 's/ $//'
}
without_measurements() {
  without_numbers | sed -E -e '/: not distinguishable|: equal to|does more than|does what|is unreliable/d' -e '/^ contender /!s/^( ?[^ ]+).*/\1/'
}

failed=0 count=0
for command in *.command; do
  name=${command%.command}
  count=$((count + 1))
  PATH=$programs:$PATH sh -c "$(cat "$command")" >"$name.printed" 2>&1 || true
  for text in shown printed; do
    case $mask:$name in
      *.machine) without_measurements <"$name.$text" ;;
      yes:*) without_numbers <"$name.$text" ;;
      *) sed -e 's/ *$//' "$name.$text" ;;
    esac >"$name.$text.compared"
  done
  awk '
    FNR == NR { printed[++lines] = $0; next }
    /^(\.\.\.)?$/ { next }
    {
      for (at = from + 1; at <= lines && printed[at] != $0; ++at);
      if (at > lines) { print "not printed, or not in this place: " $0; exit 1 }
      from = at
    }' "$name.printed.compared" "$name.shown.compared" || {
    echo "$(cat "$name.where"): shown as the output of: $(cat "$command")"
    echo "it printed:"
    cat "$name.printed"
    failed=1
  }
done
[ "$count" -ge 3 ] || { echo "only $count shown outputs were found"; exit 1; }
exit "$failed"
