// SPDX-License-Identifier: MIT
// The validator stands apart: GCC 12 warns falsely of overlapping copies in it (its bug 105651), and of uninitialised members
// of the standard library's regular expressions.
#include "report/schema.hpp"

#include <fstream>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

std::string schema_violation(const nlohmann::json& document) {
  std::ifstream file(ANECHAIN_REPORT_SCHEMA);
  const nlohmann::json schema_document = nlohmann::json::parse(file);
  valijson::Schema schema;
  valijson::SchemaParser{}.populateSchema(valijson::adapters::NlohmannJsonAdapter{schema_document}, schema);
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(schema, valijson::adapters::NlohmannJsonAdapter{document}, &results)) return {};
  std::string text;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}
