// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <anechain/mil/types.hpp>

/// NumPy's .npy files, format versions 1.0, 2.0 and 3.0: a magic string, a version, the length of a header, the header (a
/// Python dict literal) and the elements one after the other. Source: NumPy's documentation of numpy.lib.format.
namespace program::npy {

static_assert(std::endian::native == std::endian::little, "npy: elements are little-endian and are handed on as the file holds them");

/// A file that cannot be read or an array that cannot be written. `offset` is the byte in the file where the wrong thing
/// stands; 0 where an array cannot be written.
struct Error : std::runtime_error {
  Error(std::uint64_t at_offset, std::string_view field, const std::string& message)
      : std::runtime_error("npy, byte " + std::to_string(at_offset) + ", " + std::string{field} + ": " + message), offset(at_offset) {}
  Error(std::string_view field, const std::string& message)
      : std::runtime_error("npy, " + std::string{field} + ": " + message), offset(0) {}

  std::uint64_t offset;
};

/// An array of a file. The data are the elements in row-major order, at any alignment, and belong to the file's bytes.
struct Array {
  anechain::mil::DType dtype{};
  std::vector<std::int64_t> shape{};
  std::span<const std::byte> data{};
};

/// The highest rank that NumPy has arrays of.
inline constexpr std::size_t max_rank = 64;

namespace detail {

using anechain::mil::DType;

inline constexpr std::string_view magic = "\x93NUMPY";
inline constexpr std::uint64_t version_at = magic.size();
inline constexpr std::uint64_t length_at = version_at + 2;
inline constexpr std::uint64_t alignment = 64;  // of the data that NumPy writes

/// How NumPy spells a dtype, without the byte order.
struct Spelling {
  std::string_view code;
  DType dtype;
};

inline constexpr std::array<Spelling, 12> spellings{{
    {"b1", DType::boolean},
    {"f2", DType::fp16},
    {"f4", DType::fp32},
    {"f8", DType::fp64},
    {"i1", DType::int8},
    {"i2", DType::int16},
    {"i4", DType::int32},
    {"i8", DType::int64},
    {"u1", DType::uint8},
    {"u2", DType::uint16},
    {"u4", DType::uint32},
    {"u8", DType::uint64},
}};

/// Text of a file for a message: between quotes, shortened, and with every byte that does not print as \x and two digits.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 24;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string shown = "'";
  for (const char c : text.substr(0, longest)) {
    if (c >= ' ' && c <= '~') {
      shown += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    shown += {'\\', 'x', digits[byte / 16], digits[byte % 16]};
  }
  return shown + (text.size() > longest ? "'..." : "'");
}

/// "(2, 3)", as Python writes a tuple.
inline std::string tuple_of(std::span<const std::int64_t> extents) {
  std::string text = "(";
  for (std::size_t i = 0; i < extents.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(extents[i]);
  return text + (extents.size() == 1 ? ",)" : ")");
}

/// The bytes of an array of extents that are not negative. Nothing where 63 bits cannot count them, an extent of 0 taken
/// for 1: such arrays NumPy does not have either.
inline std::optional<std::uint64_t> size_of(DType dtype, std::span<const std::int64_t> shape) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t bytes = static_cast<std::uint64_t>(anechain::mil::facts(dtype).bits) / 8;
  bool empty = false;
  for (const std::int64_t signed_extent : shape) {
    const auto extent = static_cast<std::uint64_t>(signed_extent);
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (extent > most / bytes) return std::nullopt;
    bytes *= extent;
  }
  return empty ? 0 : bytes;
}

/// "fp32 elements of shape (2, 3) take 24 bytes"
inline std::string size_rule(DType dtype, std::span<const std::int64_t> shape, std::uint64_t bytes) {
  return std::string{anechain::mil::facts(dtype).name} + " elements of shape " + tuple_of(shape) + " take " + std::to_string(bytes) +
         " bytes";
}

/// Reads the tokens of a header. It stands at the first character of a token, or at the header's end.
class Cursor {
 public:
  /// `offset` is where the header stands in the file.
  Cursor(std::string_view header, std::uint64_t offset) : text_(header), offset_(offset) { skip_space(); }

  /// Where the token stands in the file.
  std::uint64_t offset() const { return offset_ + at_; }

  bool at_end() const { return at_ == text_.size(); }
  bool stands_at(char c) const { return !at_end() && text_[at_] == c; }

  /// Goes on behind a character, if it stands there.
  bool accept(char c) {
    if (!stands_at(c)) return false;
    ++at_;
    skip_space();
    return true;
  }

  /// What stands between the quotes of a string, which must not need Python's escapes.
  std::string_view string(std::string_view field, const char* expected) {
    if (!at_quote()) fail(field, expected);
    const char quote = text_[at_];
    const std::size_t start = at_ + 1;
    std::size_t end = start;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\\' && text_[end] != '\n') ++end;
    if (end == text_.size() || text_[end] == '\n') fail(field, "a string", "one without a closing quote");
    if (text_[end] == '\\') throw Error(offset_ + end, field, "expected a string without escapes, found '\\'");
    at_ = end + 1;
    skip_space();
    return text_.substr(start, end - start);
  }

  bool boolean(std::string_view field) {
    const std::string_view found = word();
    if (found != "True" && found != "False") fail(field, "True or False");
    at_ += found.size();
    skip_space();
    return found == "True";
  }

  /// A decimal integer that is not negative, with or without the L of Python 2.
  std::int64_t integer(std::string_view field) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    if (at_end() || !is_digit(text_[at_])) fail(field, "an integer that is not negative");
    std::int64_t number = 0;
    std::size_t end = at_;
    for (; end < text_.size() && is_digit(text_[end]); ++end) {
      const std::int64_t digit = text_[end] - '0';
      if (end > at_ && number == 0) fail(field, "an integer without leading zeros");
      if (number > (most - digit) / 10) fail(field, "an integer of at most " + std::to_string(most));
      number = 10 * number + digit;
    }
    if (end < text_.size() && text_[end] == 'L') ++end;
    at_ = end;
    skip_space();
    return number;
  }

  /// Throws the Error that something else stands here.
  [[noreturn]] void fail(std::string_view field, const std::string& expected) const { fail(field, expected, found()); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

  [[noreturn]] void fail(std::string_view field, const std::string& expected, const std::string& found) const {
    throw Error(offset(), field, "expected " + expected + ", found " + found);
  }

  bool at_quote() const { return stands_at('\'') || stands_at('"'); }

  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  /// The characters up to the next that a token cannot have inside.
  std::string_view word() const {
    std::size_t end = at_;
    while (end < text_.size() && !is_space(text_[end]) && std::string_view{"{}()[],:'\""}.find(text_[end]) == std::string_view::npos) ++end;
    return text_.substr(at_, end - at_);
  }

  std::string found() const {
    if (at_end()) return "the header's end";
    if (at_quote()) return "a string";
    return quoted(word().empty() ? text_.substr(at_, 1) : word());
  }

  std::string_view text_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
};

/// What a header says; `shape_at` is where its shape stands in the file.
struct Header {
  DType dtype{};
  bool column_major = false;
  std::vector<std::int64_t> shape{};
  std::uint64_t column_major_at = 0;
  std::uint64_t shape_at = 0;
};

inline DType read_dtype(Cursor& cursor) {
  const std::uint64_t at = cursor.offset();
  const std::string_view descr = cursor.string("descr", "a string (arrays of records are not supported)");
  const bool marked = !descr.empty() && std::string_view{"<>=|"}.find(descr[0]) != std::string_view::npos;
  const std::string_view code = descr.substr(marked ? 1 : 0);
  const auto known = std::ranges::find(spellings, code, &Spelling::code);
  if (known == spellings.end())
    throw Error(at, "descr", "expected a boolean, integer or floating type of NumPy such as '<f4', found " + quoted(descr));
  const bool has_order = anechain::mil::facts(known->dtype).bits > 8;
  if (has_order && descr[0] == '>') throw Error(at, "descr", "big-endian data is not supported, found " + quoted(descr));
  if (has_order && descr[0] == '|') throw Error(at, "descr", "expected a byte order of '<', found " + quoted(descr));
  return known->dtype;
}

inline std::vector<std::int64_t> read_shape(Cursor& cursor) {
  constexpr std::string_view field = "shape";
  if (!cursor.accept('(')) cursor.fail(field, "a tuple");
  std::vector<std::int64_t> shape;
  while (!cursor.accept(')')) {
    if (shape.size() == max_rank) cursor.fail(field, "at most " + std::to_string(max_rank) + " extents");
    shape.push_back(cursor.integer(field));
    if (cursor.accept(',')) continue;
    if (!cursor.stands_at(')')) cursor.fail(field, "',' or ')'");
    if (shape.size() == 1) cursor.fail(field, "',' (a tuple of one is written (3,))");
  }
  return shape;
}

inline Header read_header(Cursor cursor) {
  constexpr std::array<std::string_view, 3> keys{"descr", "fortran_order", "shape"};
  constexpr std::string_view field = "header";
  Header header;
  std::array<bool, keys.size()> seen{};
  if (!cursor.accept('{')) cursor.fail(field, "'{'");
  while (!cursor.stands_at('}')) {
    const std::uint64_t at = cursor.offset();
    const std::string_view name = cursor.string(field, "a key or '}'");
    const auto key = static_cast<std::size_t>(std::ranges::find(keys, name) - keys.begin());
    if (key == keys.size()) throw Error(at, field, "expected the key descr, fortran_order or shape, found " + quoted(name));
    if (std::exchange(seen[key], true)) throw Error(at, field, "expected each key once, found " + quoted(name) + " again");
    if (!cursor.accept(':')) cursor.fail(field, "':'");
    if (name == "descr") {
      header.dtype = read_dtype(cursor);
    } else if (name == "fortran_order") {
      header.column_major_at = cursor.offset();
      header.column_major = cursor.boolean(name);
    } else {
      header.shape_at = cursor.offset();
      header.shape = read_shape(cursor);
    }
    if (!cursor.accept(',') && !cursor.stands_at('}')) cursor.fail(field, "',' or '}'");
  }
  for (std::size_t key = 0; key < keys.size(); ++key)
    if (!seen[key]) cursor.fail(field, "the key " + std::string{keys[key]});
  cursor.accept('}');
  if (!cursor.at_end()) cursor.fail(field, "nothing behind the dict");
  return header;
}

}  // namespace detail

/// Reads a file that lies in memory. Nothing that the file says is trusted: every length is checked against the bytes that
/// are there. The bytes must outlive what it returns. Throws Error where the file is not well-formed, holds what DType
/// cannot name, or holds its elements big-endian or in column-major order.
inline Array read(std::span<const std::byte> file) {
  const std::string_view text{reinterpret_cast<const char*>(file.data()), file.size()};
  if (!text.starts_with(detail::magic))
    throw Error(0, "magic",
                "expected " + detail::quoted(detail::magic) + ", found " + detail::quoted(text.substr(0, detail::magic.size())));

  const std::string_view version = text.substr(detail::version_at, 2);
  if (version.size() < 2) throw Error(detail::version_at, "version", "expected 2 bytes, found " + std::to_string(version.size()));
  const int major = static_cast<unsigned char>(version[0]);
  const int minor = static_cast<unsigned char>(version[1]);
  if (major < 1 || major > 3 || minor != 0)
    throw Error(detail::version_at, "version", "expected 1.0, 2.0 or 3.0, found " + std::to_string(major) + "." + std::to_string(minor));

  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::string_view stored = text.substr(detail::length_at, length_bytes);
  if (stored.size() < length_bytes)
    throw Error(detail::length_at, "header length",
                "expected " + std::to_string(length_bytes) + " bytes, found " + std::to_string(stored.size()));
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) length |= std::uint64_t{static_cast<unsigned char>(stored[i])} << (8 * i);
  const std::uint64_t header_at = detail::length_at + length_bytes;
  if (length > text.size() - header_at)
    throw Error(detail::length_at, "header length",
                "expected at most the " + std::to_string(text.size() - header_at) + " bytes that follow, found " + std::to_string(length));

  detail::Header header = detail::read_header({text.substr(header_at, length), header_at});
  if (header.column_major && header.shape.size() > 1)
    throw Error(header.column_major_at, "fortran_order", "column-major order is not supported: save np.ascontiguousarray(x)");
  const std::optional<std::uint64_t> expected = detail::size_of(header.dtype, header.shape);
  if (!expected)
    throw Error(header.shape_at, "shape", "expected a size that can be counted, found the shape " + detail::tuple_of(header.shape));
  const std::span<const std::byte> data = file.subspan(header_at + length);
  if (data.size() != *expected)
    throw Error(header_at + length, "data",
                detail::size_rule(header.dtype, header.shape, *expected) + ", found " + std::to_string(data.size()));
  return {header.dtype, std::move(header.shape), data};
}

/// The bytes of a file of version 1.0, byte for byte as NumPy writes it. The data are the elements in row-major order.
/// Throws Error where NumPy has no such dtype or shape, or the data's size is not that of the elements.
inline std::vector<std::byte> write(anechain::mil::DType dtype, std::span<const std::int64_t> shape, std::span<const std::byte> data) {
  const anechain::mil::DTypeFacts& type = anechain::mil::facts(dtype);
  const auto known = std::ranges::find(detail::spellings, dtype, &detail::Spelling::dtype);
  if (known == detail::spellings.end()) throw Error("dtype", "NumPy has no elements of type " + std::string{type.name});
  if (shape.size() > max_rank)
    throw Error("shape", "expected at most " + std::to_string(max_rank) + " extents, found " + std::to_string(shape.size()));
  for (const std::int64_t extent : shape)
    if (extent < 0) throw Error("shape", "expected extents that are not negative, found " + std::to_string(extent));
  const std::optional<std::uint64_t> expected = detail::size_of(dtype, shape);
  if (!expected) throw Error("shape", "expected a size that can be counted, found the shape " + detail::tuple_of(shape));
  if (data.size() != *expected) throw Error("data", detail::size_rule(dtype, shape, *expected) + ", found " + std::to_string(data.size()));

  std::string header = "{'descr': '";
  header += type.bits == 8 ? '|' : '<';
  header += known->code;
  header += "', 'fortran_order': False, 'shape': " + detail::tuple_of(shape) + ", }";
  // NumPy leaves room for the first extent to grow to 21 digits, so that appending needs no new header.
  if (!shape.empty()) header.append(21 - std::to_string(shape[0]).size(), ' ');
  // Then it pads by 1 to 64 spaces, never by none, up to the newline that ends the header.
  const std::size_t before_header = detail::length_at + 2;
  header.append(detail::alignment - (before_header + header.size() + 1) % detail::alignment, ' ');
  header += '\n';

  std::string start{detail::magic};
  start += {'\x01', '\x00', static_cast<char>(header.size() % 256), static_cast<char>(header.size() / 256)};
  start += header;
  std::vector<std::byte> file;
  file.reserve(start.size() + data.size());
  const std::span<const std::byte> start_bytes = std::as_bytes(std::span{start});
  file.insert(file.end(), start_bytes.begin(), start_bytes.end());
  file.insert(file.end(), data.begin(), data.end());
  return file;
}

}  // namespace program::npy
