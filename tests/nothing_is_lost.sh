#!/bin/sh
# SPDX-License-Identifier: MIT
# What was measured is not lost: whatever happens to outputs, folders, processes and clocks, it is in a file, or an error says why it is not.
#   nothing_is_lost.sh THROUGHPUT_CEILING FOLDER [CLOCK_SHIM]
set -u

program=$1
folder=$2
shim=${3:-}
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder" || exit 1
failures=0

wrong() {
  echo "WRONG: $*"
  failures=$((failures + 1))
}

# expect CODE PATTERN COMMAND...: the command ends with CODE, and prints PATTERN somewhere.
expect() {
  code=$1
  pattern=$2
  shift 2
  "$@" >printed 2>errors
  got=$?
  [ "$got" -eq "$code" ] || wrong "exit code $got, expected $code: $* $(cat errors)"
  cat printed errors | grep -qE -e "$pattern" || wrong "'$pattern' is not printed by: $* $(tail -n 3 printed errors)"
}

# complete FILE: it holds one whole report.
complete() {
  "$program" report "$1" >/dev/null 2>errors || wrong "$1 is no report: $(cat errors)"
}

# wait_for CONDITION...: until a command succeeds, as long as the process $pid is there.
wait_for() {
  until "$@" >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || return 1
  done
}

tiny="--device simulated --config 8x8 --length 2 --lengths none --rounds 8"
# On the host: so long that something can happen meanwhile. Its first rounds are measured within moments.
long="--config 64x32 --lengths none --filter run_only,sequential --rounds 1000000 --budget 600"

# Standard output that cannot be written, for every command; files are written all the same.
expect 0 "run_only" "$program" $tiny --json a.json
cp a.json b.json
for command in "$tiny" "report a.json" "compare a.json b.json" "collate a.json" "selftest --device simulated --config 8x8 --length 2 --quick" \
  "plan --config 8x8 --length 2" "--list" "doctor" "--help" "run --help" "--version"; do
  for where in "/dev/full" closed; do
    if [ "$where" = closed ]; then
      "$program" $command >&- 2>errors
    else
      "$program" $command >"$where" 2>errors
    fi
    code=$?
    [ "$code" -eq 1 ] || wrong "exit code $code, expected 1, if standard output is $where: $command"
    [ "$command" = doctor ] || grep -q "cannot write to standard output" errors || wrong "no message if standard output is $where: $command $(cat errors)"
  done
done
"$program" $tiny --json full.json --csv full.csv >/dev/full 2>/dev/null
complete full.json
[ -s full.csv ] || wrong "no CSV file was written beside a standard output that is full"
"$program" $tiny --json closed.json >&- 2>/dev/null
complete closed.json
"$program" $tiny --json piped.json 2>/dev/null | true
complete piped.json

# One output that cannot be written does not keep the others from being written.
expect 1 "cannot write /dev/full: No space left on device" "$program" $tiny --csv /dev/full --json beside.json --markdown beside.md
complete beside.json
[ -s beside.md ] || wrong "no Markdown file was written beside an output that failed"

# An empty value, for example of a variable that is not set, is no value.
for flag in --config --lengths --filter --json --csv --samples --markdown --html --resume --framework; do
  expect 2 "$flag.*an empty value" "$program" --device ane $flag ""
done
for flag in --seed --rounds --length --launches; do
  expect 2 "$flag: expected a whole number from [0-9]+ to [0-9]+, found ''" "$program" $flag ""
done
for flag in --budget --target --confidence --epsilon --peak-tflops; do
  expect 2 "$flag: not a number: ''" "$program" $flag ""
done
expect 2 "FILE: an empty value" "$program" report ""

# Two outputs in one file, or an output in place of an input.
ln -s x.json to_x
ln a.json hard.json
expect 2 "name one file" "$program" $tiny --json x.json --html x.json
expect 2 "name one file" "$program" $tiny --json x.json --html ./x.json
expect 2 "name one file" "$program" $tiny --json x.json --html to_x
expect 2 "name one file" "$program" $tiny --json x.json --csv "$PWD/x.json"
expect 2 "would replace what is read" "$program" report a.json --html a.json
expect 2 "would replace what is read" "$program" compare a.json b.json --html b.json
expect 2 "would replace what is read" "$program" collate a.json --markdown hard.json
expect 0 "run_only" "$program" report a.json --json a.json
complete a.json

# Links: kept as a target, never followed beside one.
echo precious >victim
ln -s victim linked.json.partial
ln -s target.json linked.json
expect 0 "run_only" "$program" $tiny --json linked.json
[ -h linked.json ] || wrong "a link was replaced by a file"
complete target.json
[ "$(cat victim)" = precious ] || wrong "a link beside the output was followed"

# Two runs at once.
"$program" --device simulated --config 8x8 --lengths none --rounds 400 --json both.json >/dev/null 2>errors.1 &
first=$!
"$program" --device simulated --config 8x8 --lengths none --rounds 300 --json both.json >/dev/null 2>errors.2
second_code=$?
wait $first
[ $? -eq 0 ] && [ $second_code -eq 0 ] || wrong "two runs that write one file: $(cat errors.1 errors.2)"
complete both.json

# A folder for temporary files is not needed.
TMPDIR=/nowhere expect 0 "in 2 launches" "$program" $tiny --launches 2

# Signals keep what was measured.
for signal in HUP TERM; do # a shell lets its background ignore INT, and what was ignored stays so
  mkdir -p kept
  "$program" $long --json kept/report.json >printed 2>errors &
  pid=$!
  wait_for sh -c 'ls kept/.report.json.*.partial' || wrong "no place was taken for kept/report.json"
  kill -$signal $pid
  wait $pid
  code=$?
  # A signal may come before there is anything to keep.
  if [ $code -eq 130 ]; then
    complete kept/report.json
    grep -q '"interrupted": true' kept/report.json || wrong "SIG$signal: the report is said to be complete"
  elif [ $code -ne 1 ]; then
    wrong "SIG$signal: exit code $code $(cat errors)"
  fi
  [ -z "$(ls -A kept | grep partial)" ] || wrong "SIG$signal: something was left beside the output"
  rm -rf kept
done

# The folder is removed meanwhile: the report is elsewhere, and it is said where.
mkdir gone
"$program" $long --json gone/report.json >printed 2>errors &
pid=$!
wait_for sh -c 'ls gone/.report.json.*.partial' || wrong "no place was taken for gone/report.json"
rm -rf gone
kill -TERM $pid
wait $pid
code=$?
place=$(sed -n 's/.*so it is written to //p' errors)
if grep -q "interrupted before anything was measured" errors; then
  :
elif [ $code -ne 1 ] || [ ! -s "$place" ]; then
  wrong "the folder is gone: exit code $code, '$place', $(cat errors)"
else
  complete "$place"
fi

if [ -d /proc/self ]; then
  # A process is killed: its data is lost, that of the others is not.
  rm -f killed.json
  "$program" --config 64x32 --lengths none --filter run_only,sequential --rounds 1000000 --budget 1 --launches 3 --json killed.json >printed 2>errors &
  pid=$!
  wait_for sh -c "grep -lE '^PPid:[[:space:]]*$pid\$' /proc/[0-9]*/status >children"
  kill -KILL "$(sed -n '1s#/proc/\([0-9]*\)/status#\1#p' children)"
  wait $pid
  code=$?
  [ $code -eq 1 ] || wrong "a process was killed: exit code $code, expected 1: $(cat errors)"
  grep -q "process 1 of 3 was killed by SIGKILL: its data is lost, that of the others is not" printed || wrong "no word of the process that was killed: $(cat printed errors)"
  grep -q "in 2 launches" printed || wrong "the other two processes are not in the report: $(cat printed errors)"
  complete killed.json
  # And measured afterwards.
  expect 0 "in 3 launches" "$program" --resume killed.json
  complete killed.json
  expect 2 "that run is complete" "$program" --resume killed.json
fi

# Interrupted, and resumed: in the same file, with the same design.
"$program" --config 64x32,16x20 --lengths none --filter run_only,sequential --rounds 1000000 --budget 2 --json resumed.json >printed 2>errors &
pid=$!
wait_for sh -c 'ls .resumed.json.*.partial'
kill -TERM $pid
wait $pid
if [ -e resumed.json ]; then
  grep -q '"interrupted": true' resumed.json || wrong "the report that is to be resumed is complete"
  expect 0 "16x20" "$program" --resume resumed.json --csv resumed.csv
  complete resumed.json
  grep -q '"interrupted": false' resumed.json || wrong "the report that was resumed is not complete"
  [ -s resumed.csv ] || wrong "no CSV file was written"
fi
expect 2 "does nothing beside --resume: how the run is made is in the file" "$program" --resume a.json --rounds 7
expect 1 "cannot read none.json: No such file" "$program" --resume none.json
sed -e 's/"--device"/"--nonsense"/' -e 's/"interrupted": false/"interrupted": true/' a.json >strange.json
expect 2 "its command line cannot be understood" "$program" --resume strange.json

# Clocks are looked at before they are used.
if [ -n "$shim" ]; then
  with_clock() {
    kind=$1
    shift
    CLOCK_SHIM=$kind LD_PRELOAD=$shim "$@"
  }
  small="--config 16x20 --length 2 --lengths none --filter run_only,sequential --rounds 12"
  expect 1 "the device's clock stands still" with_clock frozen "$program" $small
  expect 1 "the device's clock has steps of 10000000 ns, so a sample must take 10" with_clock centiseconds "$program" $small
  expect 0 "each turn [0-9]{2,5} passes" with_clock microseconds "$program" $small --json clock.json
  complete clock.json
  for kind in far "before zero" forward; do
    expect 0 "run_only" with_clock "$kind" "$program" $small --json clock.json
    complete clock.json
  done
  with_clock backward "$program" $small --json clock.json >printed 2>errors
  code=$?
  [ $code -le 1 ] || wrong "a clock that goes back: exit code $code"
  grep -E " 0\.000 .*verified" printed && wrong "a clock that goes back: zeros are called verified"
fi

[ $failures -eq 0 ] || exit 1
echo "nothing is lost"
