// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <anechain/support/npy.hpp>
#include <anechain/support/npy_array.hpp>

namespace anechain::npy::detail {

inline constexpr std::string_view magic = "\x93NUMPY";
inline constexpr std::uint64_t version_at = magic.size();
inline constexpr std::uint64_t length_at = version_at + 2;
inline constexpr std::uint64_t alignment = 64;  // of the data that NumPy writes

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
  std::uint64_t bytes = facts(dtype).bytes;
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
  return std::string{facts(dtype).name} + " elements of shape " + tuple_of(shape) + " take " + std::to_string(bytes) + " bytes";
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
  bool big_endian = false;
  bool column_major = false;
  std::vector<std::int64_t> shape{};
  std::uint64_t shape_at = 0;
};

inline void read_dtype(Cursor& cursor, Header& header) {
  const std::uint64_t at = cursor.offset();
  const std::string_view descr = cursor.string("descr", "a string (arrays of records are not supported)");
  const bool marked = !descr.empty() && std::string_view{"<>=|"}.find(descr[0]) != std::string_view::npos;
  const std::string_view code = descr.substr(marked ? 1 : 0);
  const auto known = std::ranges::find(dtype_table, code, &DTypeFacts::code);
  if (known == dtype_table.end())
    throw Error(at, "descr", "expected a boolean, integer or floating type of NumPy such as '<f4', found " + quoted(descr));
  if (known->bytes > 1 && descr[0] == '|') throw Error(at, "descr", "expected a byte order of '<' or '>', found " + quoted(descr));
  header.dtype = static_cast<DType>(known - dtype_table.begin());
  header.big_endian = known->bytes > 1 && descr[0] == '>';
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
      read_dtype(cursor, header);
    } else if (name == "fortran_order") {
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

/// Where the header stands in the file, and its length.
struct Frame {
  std::uint64_t header_at = 0;
  std::uint64_t header_bytes = 0;
};

/// The longest that stands before a header.
inline constexpr std::uint64_t preamble_bytes = length_at + 4;

/// Reads what stands before the header, given the first bytes of the file: preamble_bytes, or all of a file that has fewer.
inline Frame read_preamble(std::string_view start, std::uint64_t file_bytes) {
  if (start.starts_with("PK\x03\x04") || start.starts_with("PK\x05\x06"))
    throw Error(0, "magic",
                "this is a zip archive, as .npz files are: save each of its arrays on its own, np.save('w.npy', np.load('file.npz')['w'])");
  if (!start.starts_with(magic)) throw Error(0, "magic", "expected " + quoted(magic) + ", found " + quoted(start.substr(0, magic.size())));

  const std::string_view version = start.substr(version_at, 2);
  if (version.size() < 2) throw Error(version_at, "version", "expected 2 bytes, found " + std::to_string(version.size()));
  const int major = static_cast<unsigned char>(version[0]);
  const int minor = static_cast<unsigned char>(version[1]);
  if (major < 1 || major > 3 || minor != 0)
    throw Error(version_at, "version", "expected 1.0, 2.0 or 3.0, found " + std::to_string(major) + "." + std::to_string(minor));

  constexpr std::string_view field = "header length";
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::string_view stored = start.substr(length_at, length_bytes);
  if (stored.size() < length_bytes)
    throw Error(length_at, field, "expected " + std::to_string(length_bytes) + " bytes, found " + std::to_string(stored.size()));
  Frame frame{length_at + length_bytes, 0};
  for (std::size_t i = 0; i < length_bytes; ++i) frame.header_bytes |= std::uint64_t{static_cast<unsigned char>(stored[i])} << (8 * i);
  const std::string found = ", found " + std::to_string(frame.header_bytes);
  const std::uint64_t rest = file_bytes - frame.header_at;
  if (frame.header_bytes > rest)
    throw Error(length_at, field, "expected at most the " + std::to_string(rest) + " bytes that follow" + found);
  if (frame.header_bytes > max_header_bytes) throw Error(length_at, field, "expected at most " + std::to_string(max_header_bytes) + found);
  return frame;
}

/// Turns the bytes of each element round.
inline void swap_bytes(std::span<std::byte> data, std::size_t element_bytes) {
  for (std::size_t at = 0; at < data.size(); at += element_bytes) std::ranges::reverse(data.subspan(at, element_bytes));
}

/// The elements of a column-major array, row-major.
inline std::vector<std::byte> row_major(std::span<const std::byte> data, std::span<const std::int64_t> shape, std::size_t element_bytes) {
  std::vector<std::byte> ordered(data.size());
  std::vector<std::size_t> strides(shape.size());  // in bytes, of the column-major data
  std::size_t stride = element_bytes;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    strides[axis] = stride;
    stride *= static_cast<std::size_t>(shape[axis]);
  }
  std::vector<std::int64_t> index(shape.size());
  std::size_t from = 0;
  for (std::size_t to = 0; to < data.size(); to += element_bytes) {
    std::memcpy(ordered.data() + to, data.data() + from, element_bytes);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * static_cast<std::size_t>(shape[axis]);
      index[axis] = 0;
    }
  }
  return ordered;
}

/// Reads an array from what has `size()`, in bytes, and `get(at, to)`, which fills `to` from byte `at` on. Memory is taken only for what
/// is there: the header's length and the data's size are checked against the size first.
template <class Source>
Array read_from(const Source& source) {
  const auto text_at = [&](std::uint64_t at, std::uint64_t bytes) {
    std::string text(static_cast<std::size_t>(bytes), '\0');
    source.get(at, std::as_writable_bytes(std::span{text}));
    return text;
  };
  const std::uint64_t size = source.size();
  const Frame frame = read_preamble(text_at(0, std::min(size, preamble_bytes)), size);
  const std::string text = text_at(frame.header_at, frame.header_bytes);
  Header header = read_header({text, frame.header_at});
  const std::optional<std::uint64_t> expected = size_of(header.dtype, header.shape);
  if (!expected || *expected > std::numeric_limits<std::size_t>::max() / 2)
    throw Error(header.shape_at, "shape", "expected a size that can be counted, found the shape " + tuple_of(header.shape));
  const std::uint64_t data_at = frame.header_at + frame.header_bytes;
  if (size - data_at != *expected)
    throw Error(data_at, "data", size_rule(header.dtype, header.shape, *expected) + ", found " + std::to_string(size - data_at));

  Array array{header.dtype, std::move(header.shape), std::vector<std::byte>(static_cast<std::size_t>(*expected)), {}};
  source.get(data_at, array.data);
  const std::size_t element_bytes = facts(array.dtype).bytes;
  if (header.big_endian) swap_bytes(array.data, element_bytes);
  if (header.column_major && array.shape.size() > 1) array.data = row_major(array.data, array.shape, element_bytes);
  return array;
}

/// A file in memory, for read_from.
struct MemorySource {
  std::span<const std::byte> bytes;

  std::uint64_t size() const { return bytes.size(); }
  void get(std::uint64_t at, std::span<std::byte> to) const {
    std::ranges::copy(bytes.subspan(static_cast<std::size_t>(at), to.size()), to.begin());
  }
};

/// A regular file, for read_from. What has no end, or does not say where it is (a pipe, a device), is refused: its size could not be
/// checked.
class FileSource {
 public:
  explicit FileSource(const std::filesystem::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {  // else a pipe would wait for its other end
    if (descriptor_ < 0) fail(errno);
    struct stat status{};
    const int code = ::fstat(descriptor_, &status) == 0 ? 0 : errno;
    if (code == 0 && S_ISREG(status.st_mode)) {
      size_ = static_cast<std::uint64_t>(status.st_size);
      return;
    }
    ::close(descriptor_);
    if (code != 0) fail(code);
    throw Error("file", "expected a regular file, found " + kind_of(status.st_mode));
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() { ::close(descriptor_); }

  std::uint64_t size() const { return size_; }

  void get(std::uint64_t at, std::span<std::byte> to) const {
    constexpr std::size_t most_at_once = std::size_t{1} << 30;  // macOS refuses 2 GiB
    while (!to.empty()) {
      const ssize_t count = ::pread(descriptor_, to.data(), std::min(to.size(), most_at_once), static_cast<off_t>(at));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(errno);
      if (count == 0) throw Error(at, "file", "it became shorter while it was read");
      to = to.subspan(static_cast<std::size_t>(count));
      at += static_cast<std::uint64_t>(count);
    }
  }

 private:
  [[noreturn]] void fail(int code) const { throw std::system_error(code, std::generic_category(), "cannot read " + path_.string()); }

  static std::string kind_of(mode_t mode) {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a pipe: write it to a file first";
    if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
    return "something else";
  }

  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace anechain::npy::detail

namespace anechain::npy {

ANECHAIN_INLINE Error::Error(std::uint64_t at_offset, std::string_view field, const std::string& message)
    : std::runtime_error("npy, byte " + std::to_string(at_offset) + ", " + std::string{field} + ": " + message), offset(at_offset) {}

ANECHAIN_INLINE Error::Error(std::string_view field, const std::string& message)
    : std::runtime_error("npy, " + std::string{field} + ": " + message), offset(0) {}

ANECHAIN_INLINE Error::Error(const std::filesystem::path& file, const Error& cause)
    : std::runtime_error(file.string() + ": " + cause.what()), offset(cause.offset) {}

ANECHAIN_INLINE Array read(std::span<const std::byte> file) { return detail::read_from(detail::MemorySource{file}); }

ANECHAIN_INLINE Array load(const std::filesystem::path& path) {
  try {
    Array array = detail::read_from(detail::FileSource{path});
    array.source = path.string();
    return array;
  } catch (const Error& error) {
    throw Error(path, error);
  }
}

ANECHAIN_INLINE std::vector<std::byte> write(DType dtype, std::span<const std::int64_t> shape, std::span<const std::byte> data) {
  if (shape.size() > max_rank)
    throw Error("shape", "expected at most " + std::to_string(max_rank) + " extents, found " + std::to_string(shape.size()));
  for (const std::int64_t extent : shape)
    if (extent < 0) throw Error("shape", "expected extents that are not negative, found " + std::to_string(extent));
  const std::optional<std::uint64_t> expected = detail::size_of(dtype, shape);
  if (!expected) throw Error("shape", "expected a size that can be counted, found the shape " + detail::tuple_of(shape));
  if (data.size() != *expected) throw Error("data", detail::size_rule(dtype, shape, *expected) + ", found " + std::to_string(data.size()));

  std::string header = "{'descr': '";
  header += facts(dtype).bytes == 1 ? '|' : '<';
  header += facts(dtype).code;
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

}  // namespace anechain::npy
