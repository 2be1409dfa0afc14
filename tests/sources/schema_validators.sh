#!/bin/sh
# Reports are what docs/report.schema.json says, by validators of two other languages: Python's jsonschema and JavaScript's ajv.
#   schema_validators.sh FOLDER PROGRAMS SCHEMA
# Fresh reports of several kinds must be valid; reports that are spoilt must not be. ajv comes from npm, into FOLDER. A validator that is not
# there is named and left out; without both the test is skipped.
set -eu
folder=$1 programs=$2 schema=$3
ajv_version=8.20.0
mkdir -p "$folder"
cd "$folder"

run() { # run NAME ARGUMENT...: a report of the simulated engine
  name=$1
  shift
  "$programs/throughput_ceiling" --device simulated --quick "$@" --json "$name.json" >"$name.txt" 2>&1 || { cat "$name.txt"; exit 1; }
}
rm -f ./*.json
run plain --config 64x32 --rounds 40 --lengths 1,2,4
run both_protocols --config 64x32 --protocol both --rounds 12 --lengths none --peak-tflops 15 --bandwidth 100
run together --config 64x32,256x64 --together --rounds 12 --lengths none
run launches --config 64x32 --launches 2 --history both --rounds 40 --lengths none
run short --config 64x32 --rounds 1 --lengths none

# Each takes the schema and reports, the good ones first. What is spoilt is made from the first report, by the same names in both languages.
cat >validate.py <<'END'
import copy, json, sys
import jsonschema

schema, *reports = [json.load(open(path, encoding="utf-8")) for path in sys.argv[1:]]
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
failed = False
for path, report in zip(sys.argv[2:], reports):
    for error in validator.iter_errors(report):
        failed = True
        print(f"jsonschema: {path}: {list(error.absolute_path)}: {error.message[:200]}")

def spoil_word(report): report["measurements"][0]["protocol"]["order"] = "waltzes"
def spoil_unit(report): report["document"]["sections"][0]["tables"][0]["columns"][0]["unit"] = "furlong"
def spoil_root(report): del report["environment"]
def spoil_member(report): del report["measurements"][0]["contenders"][0]["baseline"]
def spoil_sample(report): report["measurements"][0]["samples"]["rows"][0].pop()
def spoil_control(report): report["measurements"][0]["samples"]["rows"][0][4] = 2
def spoil_interval(report): report["document"]["sections"][0]["tables"][0]["rows"][0][0] = [1, 2, 3]
def spoil_version(report): report["schema"] = "anechain-bench/2.0.0"
def spoil_nothing(report): report["environment"]["of_a_later_minor_version"] = 1

for spoil in [spoil_word, spoil_unit, spoil_root, spoil_member, spoil_sample, spoil_control, spoil_interval, spoil_version, spoil_nothing]:
    report = copy.deepcopy(reports[0])
    spoil(report)
    if validator.is_valid(report) != (spoil is spoil_nothing):
        failed = True
        print(f"jsonschema: {spoil.__name__}: {'refused' if spoil is spoil_nothing else 'accepted'}")
sys.exit(failed)
END
cat >validate.cjs <<'END'
const fs = require("fs");
const Ajv = require("ajv");

const [schema, ...reports] = process.argv.slice(2).map((path) => JSON.parse(fs.readFileSync(path, "utf8")));
const validate = new Ajv({ strict: true, strictRequired: true, allowUnionTypes: true }).compile(schema);
let failed = false;
reports.forEach((report, i) => {
  if (validate(report)) return;
  failed = true;
  console.log(`ajv: ${process.argv[3 + i]}: ${JSON.stringify(validate.errors).slice(0, 400)}`);
});

const spoils = {
  word: (report) => { report.measurements[0].protocol.order = "waltzes"; },
  unit: (report) => { report.document.sections[0].tables[0].columns[0].unit = "furlong"; },
  root: (report) => { delete report.environment; },
  member: (report) => { delete report.measurements[0].contenders[0].baseline; },
  sample: (report) => { report.measurements[0].samples.rows[0].pop(); },
  control: (report) => { report.measurements[0].samples.rows[0][4] = 2; },
  interval: (report) => { report.document.sections[0].tables[0].rows[0][0] = [1, 2, 3]; },
  version: (report) => { report.schema = "anechain-bench/2.0.0"; },
  nothing: (report) => { report.environment.of_a_later_minor_version = 1; },
};
for (const [name, spoil] of Object.entries(spoils)) {
  const report = structuredClone(reports[0]);
  spoil(report);
  if (validate(report) === (name === "nothing")) continue;
  failed = true;
  console.log(`ajv: ${name}: ${name === "nothing" ? "refused" : "accepted"}`);
}
process.exit(failed ? 1 : 0);
END
reports="plain.json both_protocols.json together.json launches.json short.json"

failed=0 validators=0
if ! python3 -c 'import jsonschema' 2>/dev/null; then
  echo "python3 has no jsonschema (Debian: python3-jsonschema): left out"
else
  validators=$((validators + 1))
  # shellcheck disable=SC2086
  python3 validate.py "$schema" $reports || failed=1
fi

installed() { node -e "process.exit(require('ajv/package.json').version === '$ajv_version' ? 0 : 1)" 2>/dev/null; }
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "node or npm is not installed: ajv is left out"
elif ! installed &&
  ! npm install --prefix . --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --fetch-retries=1 --fetch-timeout=20000 "ajv@$ajv_version" >npm.txt 2>&1; then
  cat npm.txt
  echo "npm cannot install ajv $ajv_version: ajv is left out"
else
  validators=$((validators + 1))
  # shellcheck disable=SC2086
  node validate.cjs "$schema" $reports || failed=1
fi

[ "$validators" -gt 0 ] || exit 77
exit "$failed"
