// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <anechain/support/npy_array.hpp>
#include <anechain/support/safetensors.hpp>

namespace anechain::safetensors::detail {

struct DTypeCode {
  std::string_view code;
  npy::DType as;      ///< that its elements become
  std::size_t bytes;  ///< of an element in the file
};

inline constexpr std::array<DTypeCode, 13> dtype_codes{{{"BOOL", npy::DType::boolean, 1},
                                                        {"F16", npy::DType::fp16, 2},
                                                        {"BF16", npy::DType::fp32, 2},
                                                        {"F32", npy::DType::fp32, 4},
                                                        {"F64", npy::DType::fp64, 8},
                                                        {"I8", npy::DType::int8, 1},
                                                        {"I16", npy::DType::int16, 2},
                                                        {"I32", npy::DType::int32, 4},
                                                        {"I64", npy::DType::int64, 8},
                                                        {"U8", npy::DType::uint8, 1},
                                                        {"U16", npy::DType::uint16, 2},
                                                        {"U32", npy::DType::uint32, 4},
                                                        {"U64", npy::DType::uint64, 8}}};

inline const DTypeCode* find_dtype(std::string_view code) {
  const auto found = std::ranges::find(dtype_codes, code, &DTypeCode::code);
  return found == dtype_codes.end() ? nullptr : &*found;
}

/// Reads the JSON of a header: an object of objects, and nothing else that JSON has.
class HeaderParser {
 public:
  /// `first_byte` is where the text stands in the file, for messages.
  HeaderParser(std::string_view text, std::uint64_t first_byte) : text_(text), first_byte_(first_byte) {}

  std::vector<Entry> entries() {
    std::vector<Entry> all;
    object([&](std::string name, std::uint64_t at) {
      if (name == "__metadata__") return object([&](const std::string&, std::uint64_t) { (void)string(); });
      Entry entry = tensor(at);
      entry.name = std::move(name);
      all.push_back(std::move(entry));
    });
    skip_space();
    if (at_ != text_.size()) fail("expected the end of the header");
    return all;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { fail(at_, message); }
  [[noreturn]] void fail(std::uint64_t at, const std::string& message) const { throw Error(first_byte_ + at, message); }

  void skip_space() {
    while (at_ < text_.size() && std::string_view{" \t\r\n"}.find(text_[at_]) != std::string_view::npos) ++at_;
  }

  bool next_is(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }
  void expect(char wanted) {
    if (!next_is(wanted)) fail(std::string{"expected '"} + wanted + "'");
  }

  /// Calls `member(key, where)` before each value, which it reads.
  template <class Member>
  void object(Member member) {
    expect('{');
    if (next_is('}')) return;
    do {
      skip_space();
      const std::uint64_t at = at_;
      std::string key = string();
      expect(':');
      member(std::move(key), at);
    } while (next_is(','));
    expect('}');
  }

  std::uint64_t number() {
    skip_space();
    const std::size_t first = at_;
    std::uint64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      const auto digit = static_cast<std::uint64_t>(text_[at_] - '0');
      if (value > (static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - digit) / 10)
        fail(first, "the number is too large");
      value = 10 * value + digit;
    }
    if (at_ == first) fail("expected a number, whole and not negative");
    if (text_[first] == '0' && at_ - first > 1) fail(first, "the number begins with 0");
    return value;
  }

  std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> all;
    expect('[');
    if (next_is(']')) return all;
    do all.push_back(number());
    while (next_is(','));
    expect(']');
    return all;
  }

  std::string string() {
    expect('"');
    std::string value;
    for (;; ++at_) {
      if (at_ == text_.size()) fail("the text does not end");
      const char c = text_[at_];
      if (c == '"') break;
      if (static_cast<unsigned char>(c) < 0x20) fail("a control character in a text");
      if (c != '\\') {
        value += c;
        continue;
      }
      if (++at_ == text_.size()) fail("the text does not end");
      constexpr std::string_view escapes = "\"\\/bfnrt";
      constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
      if (text_[at_] == 'u')
        append_code_point(value);
      else if (const std::size_t place = escapes.find(text_[at_]); place != escapes.npos)
        value += meanings[place];
      else
        fail("an escape that JSON does not have");
    }
    ++at_;
    return value;
  }

  std::uint32_t four_digits() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      constexpr std::string_view digits = "0123456789abcdef";
      if (++at_ == text_.size()) fail("the text does not end");
      const char lower = text_[at_] >= 'A' && text_[at_] <= 'F' ? static_cast<char>(text_[at_] - 'A' + 'a') : text_[at_];
      const std::size_t digit = digits.find(lower);
      if (digit == digits.npos) fail("expected a hexadecimal digit");
      value = 16 * value + static_cast<std::uint32_t>(digit);
    }
    return value;
  }

  /// \uXXXX, or two of them for what lies beyond: as UTF-8.
  void append_code_point(std::string& to) {
    std::uint32_t code = four_digits();
    if (code >= 0xDC00 && code < 0xE000) fail("half of a pair of escapes");
    if (code >= 0xD800 && code < 0xDC00) {
      if (text_.substr(at_ + 1, 2) != "\\u") fail("half of a pair of escapes");
      at_ += 2;
      const std::uint32_t low = four_digits();
      if (low < 0xDC00 || low >= 0xE000) fail("half of a pair of escapes");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    const auto append = [&](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return append(code);
    if (code < 0x800) {
      append(0xC0 | code >> 6);
    } else {
      if (code < 0x10000) {
        append(0xE0 | code >> 12);
      } else {
        append(0xF0 | code >> 18);
        append(0x80 | (code >> 12 & 0x3F));
      }
      append(0x80 | (code >> 6 & 0x3F));
    }
    append(0x80 | (code & 0x3F));
  }

  Entry tensor(std::uint64_t at) {
    Entry entry;
    bool has_dtype = false;
    bool has_shape = false;
    bool has_offsets = false;
    const auto once = [&](bool& has, std::uint64_t key_at) {
      if (has) fail(key_at, "it stands twice");
      has = true;
    };
    object([&](const std::string& key, std::uint64_t key_at) {
      if (key == "dtype") {
        once(has_dtype, key_at);
        entry.dtype = string();
      } else if (key == "shape") {
        once(has_shape, key_at);
        for (const std::uint64_t extent : numbers()) entry.shape.push_back(static_cast<std::int64_t>(extent));
      } else if (key == "data_offsets") {
        once(has_offsets, key_at);
        const std::vector<std::uint64_t> offsets = numbers();
        if (offsets.size() != 2 || offsets[0] > offsets[1]) fail(key_at, "data_offsets is [begin, end], begin not behind end");
        entry.begin = offsets[0];
        entry.end = offsets[1];
      } else {
        fail(key_at, "'" + key + "' is none of dtype, shape and data_offsets");
      }
    });
    if (!has_dtype || !has_shape || !has_offsets) fail(at, "a tensor needs dtype, shape and data_offsets");
    check_size(entry, at);
    return entry;
  }

  /// A dtype that is not known is of no known size; its tensor is an error only if it is asked for.
  void check_size(const Entry& entry, std::uint64_t at) const {
    const DTypeCode* const code = find_dtype(entry.dtype);
    if (code == nullptr) return;
    std::uint64_t bytes = code->bytes;
    for (const std::int64_t extent : entry.shape) {
      const auto factor = static_cast<std::uint64_t>(extent);
      if (factor != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / factor) fail(at, "the tensor's size cannot be counted");
      bytes *= factor;
    }
    if (bytes != entry.end - entry.begin)
      fail(at, "a tensor of " + std::to_string(bytes) + " bytes lies in " + std::to_string(entry.end - entry.begin));
  }

  std::string_view text_;
  std::uint64_t first_byte_;
  std::size_t at_ = 0;
};

}  // namespace anechain::safetensors::detail

namespace anechain::safetensors {

ANECHAIN_INLINE std::vector<Entry> read_header(std::span<const std::byte> start, std::uint64_t file_size) {
  constexpr std::uint64_t text_at = 8;
  if (start.size() < text_at || file_size < text_at) throw Error(0, "expected the length of a header, 8 bytes");
  std::uint64_t length = 0;
  for (std::size_t i = text_at; i-- > 0;) length = length << 8 | std::to_integer<std::uint64_t>(start[i]);
  if (length > max_header_bytes) throw Error(0, "a header of " + std::to_string(length) + " bytes: this is no safetensors file");
  if (length > file_size - text_at || length > start.size() - text_at)
    throw Error(0, "a header of " + std::to_string(length) + " bytes, in a file of " + std::to_string(file_size));
  const std::string_view text{reinterpret_cast<const char*>(start.data()) + text_at, static_cast<std::size_t>(length)};
  std::vector<Entry> entries = detail::HeaderParser{text, text_at}.entries();

  const auto place = [](const Entry& entry) { return std::pair{entry.begin, entry.end}; };
  std::ranges::sort(entries, {}, place);
  std::uint64_t end = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != end)
      throw Error(text_at + length + end, "the tensor '" + entry.name + "' begins at " + std::to_string(entry.begin) +
                                              " of the data, the one before it ends at " + std::to_string(end));
    end = entry.end;
  }
  if (end != file_size - text_at - length)
    throw Error(text_at + length, "tensors of " + std::to_string(end) + " bytes, in a file with " +
                                      std::to_string(file_size - text_at - length) + " behind its header");
  std::vector<std::string_view> names;
  for (const Entry& entry : entries) names.push_back(entry.name);
  std::ranges::sort(names);
  if (const auto twice = std::ranges::adjacent_find(names); twice != names.end())
    throw Error(text_at, "two tensors are called '" + std::string{*twice} + "'");
  return entries;
}

ANECHAIN_INLINE File::File(std::filesystem::path path) : path_(std::move(path)) {
  try {
    std::ifstream file = opened();
    const std::uint64_t size = std::filesystem::file_size(path_);
    std::vector<std::byte> start = bytes(file, 0, std::min<std::uint64_t>(size, 8));
    std::uint64_t length = 0;
    for (std::size_t i = start.size(); i-- > 0;) length = length << 8 | std::to_integer<std::uint64_t>(start[i]);
    if (length <= max_header_bytes && size > 8) {
      const std::vector<std::byte> header = bytes(file, 8, std::min(length, size - 8));
      start.insert(start.end(), header.begin(), header.end());
    }
    entries_ = read_header(start, size);
    data_at_ = 8 + length;
  } catch (const Error& error) {
    throw Error(path_, error);
  }
}

ANECHAIN_INLINE npy::Array File::operator[](std::string_view name) const {
  const auto entry = std::ranges::find(entries_, name, &Entry::name);
  if (entry == entries_.end()) throw Error(path_, Error(8, "there is no tensor '" + std::string{name} + "'"));
  const detail::DTypeCode* const code = detail::find_dtype(entry->dtype);
  if (code == nullptr)
    throw Error(path_, Error(8, "the tensor '" + std::string{name} + "' has the dtype " + entry->dtype + ", which is not read"));
  std::ifstream file = opened();
  npy::Array array{code->as, entry->shape, bytes(file, data_at_ + entry->begin, entry->end - entry->begin),
                   path_.string() + ": " + std::string{name}};
  if (entry->dtype == "BF16") array.data = widened(array.data);
  return array;
}

ANECHAIN_INLINE std::ifstream File::opened() const {
  std::ifstream file(path_, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path_))
    throw std::system_error(errno != 0 ? errno : EINVAL, std::generic_category(), path_.string());
  return file;
}

ANECHAIN_INLINE std::vector<std::byte> File::bytes(std::ifstream& file, std::uint64_t first, std::uint64_t count) const {
  std::vector<std::byte> read(static_cast<std::size_t>(count));
  file.seekg(static_cast<std::streamoff>(first));
  if (!file.read(reinterpret_cast<char*>(read.data()), static_cast<std::streamsize>(count)))
    throw std::system_error(errno != 0 ? errno : EIO, std::generic_category(), path_.string());
  return read;
}

ANECHAIN_INLINE std::vector<std::byte> File::widened(const std::vector<std::byte>& halves) {
  std::vector<std::byte> whole(2 * halves.size());
  for (std::size_t i = 0; i + 1 < halves.size(); i += 2)
    std::copy_n(halves.begin() + static_cast<std::ptrdiff_t>(i), 2, whole.begin() + static_cast<std::ptrdiff_t>(2 * i + 2));
  return whole;
}

}  // namespace anechain::safetensors
