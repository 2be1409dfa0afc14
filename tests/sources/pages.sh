#!/bin/sh
# Every page that the programs write can be read: on a phone and a screen, light, dark and printed, by keyboard and by those who listen.
#   pages.sh SHOTS PROGRAMS FOLDER
set -eu
shots=$1 programs=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
PATH=$programs:$PATH
simulated="throughput_ceiling --device simulated --config 64x32,256x64"
$simulated --rounds 60 --budget 600 --protocol both --json one.json --html run.html >/dev/null
$simulated --rounds 40 --launches 3 --lengths none --together --json three.json --html together.html >/dev/null
$simulated --rounds 40 --launches 3 --lengths none --together --preset m5 --json other.json >/dev/null
throughput_ceiling compare three.json other.json --html compare.html >/dev/null
throughput_ceiling collate three.json other.json --html collate.html >/dev/null
if command -v sweep >/dev/null; then sweep sweep.html >/dev/null; fi
exec "$shots" --out "$folder/shots" ./*.html
