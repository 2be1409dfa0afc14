#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reading a report takes memory in proportion to its file: at most twice as much for one of 1.45 million samples, and next to nothing for what
a small file merely claims.

    report_memory.py THROUGHPUT_CEILING FOLDER [FOREIGN_REPORTS]

FOREIGN_REPORTS is a folder of reports from elsewhere, evil.json and big1.json to big3.json, which is no part of this tree."""
import copy
import json
import os
import pathlib
import subprocess
import sys

SAMPLES = 1_450_000
SMALL_BYTES = 32_000_000  # for the program itself, and a file of kilobytes

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
folder.mkdir(parents=True, exist_ok=True)
failed = False


def run(*arguments):
    """The exit code, the peak of resident memory in bytes, and what it printed. One process at a time: wait4 tells of this one alone."""
    with open(folder / "printed", "w+", encoding="utf-8") as printed:
        process = subprocess.Popen([program, *arguments], stdout=printed, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        printed.seek(0)
        return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, printed.read()


def check(name, path, most_bytes, exit_code, *arguments):
    global failed
    code, peak, printed = run("report", str(path), *arguments)
    size = path.stat().st_size
    holds = code == exit_code and peak <= most_bytes and "\x1b" not in printed
    failed = failed or not holds
    print(f"{name}: a file of {size / 1e6:.3f} MB took {peak / 1e6:.1f} MB, {most_bytes / 1e6:.1f} MB are the most; exit code {code}"
          + ("" if holds else f": WRONG, expected {exit_code}: {printed[:200]}"))


code, _, printed = run("--device", "simulated", "--config", "64x32", "--rounds", "100", "--budget", "600", "--lengths", "none", "--json",
                       str(folder / "small.json"))
if code != 0:
    sys.exit(f"no report was written: {printed}")
small = json.loads((folder / "small.json").read_text(encoding="utf-8"))
measurement = small["measurements"][0]
rows, rounds = measurement["samples"]["rows"], measurement["launches"][0]["rounds"]

# The same rounds again and again, later and later. Written row by row: a child's peak begins with what this process has.
large = copy.deepcopy(small)
period = rows[-1][5] + rows[-1][6]
repeats = -(-SAMPLES // len(rows))
many = (f"[{launch},{round_ + i * rounds},{slot},{contender},{control},{start + i * period},{duration}]"
        for i in range(repeats) for launch, round_, slot, contender, control, start, duration in rows)
large["measurements"][0]["samples"]["rows"] = ["ROWS"]
large["measurements"][0]["launches"][0]["rounds"] = repeats * rounds
before, after = json.dumps(large, separators=(",", ":")).split('"ROWS"')
path = folder / "large.json"
with open(path, "w", encoding="utf-8") as file:
    file.write(before)
    for i, row in zip(range(SAMPLES), many):
        file.write(row if i == 0 else "," + row)
    file.write(after)
check("1.45 million samples", path, 2 * path.stat().st_size, 0)
check("the same, with a page", path, 2 * path.stat().st_size, 0, "--html", str(folder / "large.html"))
path.unlink()


def forged(name, change):
    document = copy.deepcopy(small)
    del document["document"]
    document["measurements"][0]["samples"]["rows"] = rows[:60]
    change(document)
    path = folder / "forged.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    check(name, path, SMALL_BYTES, 0)


def claim_rounds(document):
    for one in document["measurements"]:
        for launch in one["launches"]:
            launch["rounds"] = 10_000_000


def claim_launches(document):
    document["measurements"][0]["launches"] *= 3
    claim_rounds(document)


def claim_experiments(document):
    claim_rounds(document)
    document["measurements"] *= 30


forged("ten million rounds claimed", claim_rounds)
forged("in three processes", claim_launches)
forged("in thirty experiments", claim_experiments)
foreign = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
if foreign is not None and foreign.is_dir():
    for path in sorted(foreign.glob("*.json")):
        check(path.name, path, SMALL_BYTES, 1)  # of version 1: refused by name
else:
    print("no reports from elsewhere: that part is skipped")
sys.exit(1 if failed else 0)
