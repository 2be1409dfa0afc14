// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>

#include <anechain/report/document.hpp>
#include <anechain/report/html/page.hpp>

/// A document as one page that needs nothing else: no script, no network, no font.
namespace anechain::report {

/// The whole page.
inline void html(std::ostream& to, const Document& document) { to << page::whole(document.title, page::body(document)); }

}  // namespace anechain::report
