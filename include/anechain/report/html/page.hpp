// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <anechain/report/document.hpp>
#include <anechain/report/html/composition.hpp>
#include <anechain/report/html/correlations.hpp>
#include <anechain/report/html/distribution.hpp>
#include <anechain/report/html/effects.hpp>
#include <anechain/report/html/heat.hpp>
#include <anechain/report/html/lengths.hpp>
#include <anechain/report/html/passes.hpp>
#include <anechain/report/html/series.hpp>
#include <anechain/report/html/style.hpp>
#include <anechain/report/html/text.hpp>

/// A document's parts as HTML.
namespace anechain::report::page {

inline std::string paragraph(std::string_view text, std::string_view css = {}) { return element("p", escaped(text), css) + "\n"; }

/// A page, complete in itself: it loads nothing, and runs nothing.
inline std::string whole(std::string_view title, std::string_view body) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         escaped(title) + "</title>\n<style>" + std::string{style} + "</style>\n</head>\n<body>\n" + std::string{body} +
         "</body>\n</html>\n";
}

/// A word of a list as a class: "not quiet" is "not_quiet".
inline std::string css_of(std::string_view word) {
  std::string css;
  for (const char c : word) css += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? c : '_';
  return css;
}

inline std::string chip(std::string_view word) { return element("span", escaped(word), "verdict " + css_of(word)); }

/// A remark; the words of lists in it are chips.
inline std::string remark(const Remark& of) {
  for (const Field& field : of.fields)
    if (const auto* word = std::get_if<Word>(&field.value); word != nullptr && of.words.ends_with(": {" + field.name + "}")) {
      Remark before = of;
      before.words.resize(before.words.size() - field.name.size() - 2);
      return escaped(text_of(before)) + chip(word->text);
    }
  return escaped(text_of(of));
}

inline std::string remarks(const std::vector<Remark>& of) {
  std::string items;
  for (const Remark& one : of) items += element("li", remark(one)) + "\n";
  return items.empty() ? "" : element("ul", items, "remarks") + "\n";
}

/// Rows under a header, scrolling by themselves where they are too wide. A row that has a mark in a plot links to it.
inline std::string table(const Table& of) {
  std::string cells;
  for (const Column& column : of.columns)
    cells += "<th scope=\"col\"" + (column.hint.empty() ? "" : " title=\"" + escaped(column.hint) + "\"") + ">" + escaped(text_of(column)) +
             "</th>";
  std::string lines = element("tr", cells) + "\n";
  for (const Row& row : of.rows) {
    cells.clear();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const auto* const word = std::get_if<Word>(&row.cells[i]);
      const std::string text = escaped(text_of(row.cells[i], of.columns[i].unit, of.columns[i].has_sign));
      if (i == 0)
        cells +=
            "<th scope=\"row\">" + (row.mark.empty() ? text : "<a href=\"#mark-" + escaped(row.mark) + "\">" + text + "</a>") + "</th>";
      else
        cells += element("td", word != nullptr && !text.empty() ? chip(word->text) : text);
    }
    lines += element("tr", cells) + "\n";
  }
  return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escaped(of.caption) + "\"><table><caption>" +
         escaped(of.caption) + "</caption>\n" + lines + "</table></div>\n";
}

inline std::string plots(const Section& section, const Series& series) {
  std::string cards;
  std::string strips;
  for (const Plot& plot : section.plots)
    (std::holds_alternative<PassesPlot>(plot) ? strips : cards) += std::visit([&](const auto& one) { return draw(one, series); }, plot);
  return (cards.empty() ? "" : "<div class=\"cards\">\n" + cards + "</div>\n") +
         (strips.empty() ? "" : "<div class=\"stack\">\n" + strips + "</div>\n");
}

inline std::string section(const Section& of, const Series& series) {
  std::string text = "<section id=\"" + escaped(of.id) + "\">\n";
  if (!of.heading.empty()) text += element("h2", escaped(of.heading)) + "\n";
  for (const Table& one : of.tables) text += table(one);
  text += remarks(of.remarks);
  if (!of.plots.empty() && !of.about.empty()) text += paragraph(of.about, "about");
  return text + plots(of, series) + "</section>\n";
}

/// A name for links: a heading up to its first colon, semicolon or parenthesis.
inline std::string link_text(const Section& of) { return of.heading.substr(0, of.heading.find_first_of(":;(")); }

/// The document between <body> and </body>.
inline std::string body(const Document& of) {
  const Series series{of.series};
  std::string summary;
  std::string answers;
  for (const Remark& one : of.summary) {
    if (one.code == "environment")
      summary += element("p", remark(one), "headline") + "\n";
    else if (one.code == "incomplete")
      summary += element("p", remark(one), "banner") + "\n";
    else
      answers += element("li", remark(one)) + "\n";
  }
  std::string links;
  std::string sections;
  for (const Section& one : of.sections) {
    if (one.tables.empty() && one.remarks.empty() && one.plots.empty()) continue;
    if (!one.heading.empty()) links += "<a href=\"#" + escaped(one.id) + "\">" + escaped(link_text(one)) + "</a>\n";
    sections += section(one, series);
  }
  return "<header>\n" + element("h1", escaped(of.title)) + "\n" + summary +
         (answers.empty() ? "" : element("ul", answers, "answers") + "\n") + "</header>\n" + element("nav aria-label=\"sections\"", links) +
         "\n<main>\n" + sections + "</main>\n";
}

/// JSON as a script element can hold it. Within JSON, "</" and "<!" stand in strings alone, where escapes mean the same.
inline std::string json_block(std::string_view json) {
  std::string text = "<script type=\"application/json\" id=\"report\">";
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char before = i > 0 ? json[i - 1] : ' ';
    if (before == '<' && json[i] == '/')
      text += "\\/";
    else if (before == '<' && json[i] == '!')
      text += "\\u0021";
    else
      text += json[i];
  }
  return text + "</script>\n";
}

}  // namespace anechain::report::page
