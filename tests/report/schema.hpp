// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

/// What is wrong with a document by the schema in docs/; empty where nothing is.
std::string schema_violation(const nlohmann::json& document);
