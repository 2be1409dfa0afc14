#!/bin/sh
# The programs in docs/report-format.md run as they stand there, and compute from the samples what the report itself says. The page names all
# columns of the tables that have all numbers.
#   report_snippets.sh FOLDER PROGRAMS PAGE
# A language that is not there is named and left out; without any the test is skipped.
set -eu
folder=$1 programs=$2 page=$3
LC_ALL=C.UTF-8
export LC_ALL
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

block() { # block LANGUAGE: the page's only block of a language
  awk -v fence="\`\`\`$1" '
    $0 == fence { inside = 1; ++count; next }
    /^```/ { inside = 0 }
    inside
    END { if (count != 1) { print count + 0 " blocks of " fence > "/dev/stderr"; exit 1 } }' "$page"
}
block python >snippet.py
block r >snippet.R

interpreters=""
if command -v python3 >/dev/null; then interpreters="python"; else echo "python3 is not installed: left out"; fi
if ! command -v Rscript >/dev/null; then
  echo "Rscript is not installed: left out"
elif ! Rscript -e 'library(jsonlite)' >/dev/null 2>&1; then
  echo "R has no jsonlite (Debian: r-cran-jsonlite): left out"
else
  interpreters="$interpreters R"
fi
[ -n "$interpreters" ] || exit 77

failed=0
compare() { # compare ARGUMENT...: what the snippets make of a report, with the report's own tables
  "$programs/throughput_ceiling" --device simulated --quick "$@" --json report.json --csv report.csv >report.txt 2>&1 || { cat report.txt; exit 1; }
  # The tables as lines like the snippets': the number of the measurement, contender, median, rounds, difference.
  tr -d '\r' <report.csv | awk -F, -v OFS='\t' '
    $1 !~ /^numbers-/ { next }
    { number = $1; sub(/^numbers-/, "", number); key = number OFS $3 }
    $2 == "contenders" && $4 == "median_us" { keys[++count] = key; median[key] = $7 }
    $2 == "comparisons" && $4 == "kind" { kind = $6 }
    $2 == "comparisons" && kind == "group" && $4 == "relative" { relative[key] = $7; ++compared }
    $2 == "comparisons" && kind == "group" && $4 == "rounds" { rounds[key] = $7 }
    END {
      if (!compared) { print "the report compares nothing" > "/dev/stderr"; exit 1 }
      for (i = 1; i <= count; ++i) print keys[i], median[keys[i]], rounds[keys[i]] + 0, relative[keys[i]]
    }' >expected
  tr -d '\r' <report.csv | awk -F, '
    FILENAME == ARGV[1] { if (match($0, /^\| `[a-z]+` \|/)) named[substr($0, 4, RLENGTH - 6)] = $0; next }
    { gsub(/"[^"]*"/, "") }
    /^numbers-/ && $4 != "contender" && !index(named[$2], "`" $4 "`") && !told[$2, $4]++ { print "the page does not name " $4 " of " $2; failed = 1 }
    END { exit failed }' "$page" - || failed=1
  # Of a protocol of the program's own the report has no such table.
  cut -f 1 expected | sort -u >measurements
  for interpreter in $interpreters; do
    case $interpreter in
      python) python3 snippet.py >printed || failed=1 ;;
      R) Rscript snippet.R >printed || failed=1 ;;
    esac
    awk -F '\t' -v who="$interpreter, $*" '
      function differ(a, b) { return (a == "") != (b == "") || (a - b) ^ 2 > (1e-9 * b) ^ 2 + 1e-24 }
      FILENAME == "measurements" { is_shown[$1] = 1; next }
      FILENAME == "expected" { line[$1, $2] = $0; ++missing; next }
      FNR == 1 || !($1 in is_shown) { next }
      !(($1, $2) in line) { print who ": not in the report: " $0; failed = 1; next }
      {
        split(line[$1, $2], told, "\t")
        --missing
        if (differ($3, told[3]) || $4 != told[4] || differ($5, told[5])) {
          print who ": printed " $0 "\n  the report says " line[$1, $2]
          failed = 1
        }
      }
      END {
        if (missing) print who ": " missing " contenders are not printed"
        exit failed || missing
      }' measurements expected printed || failed=1
  done
}
compare --config 64x32,256x64 --rounds 40 --lengths 1,2,4
compare --config 64x32,256x64 --rounds 40 --lengths none --together
compare --config 64x32 --rounds 40 --lengths none --history both --launches 3 --protocol both
exit "$failed"
