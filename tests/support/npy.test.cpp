// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <anechain/support/npy.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

using namespace std::string_literals;
using anechain::npy::DType;
namespace npy = anechain::npy;

namespace {

using Bytes = std::vector<std::byte>;
using Shape = std::vector<std::int64_t>;

Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span{text});
  return {bytes.begin(), bytes.end()};
}

/// A file with this header as it stands, and `data_bytes` zeros.
Bytes file_of(std::string_view header, std::size_t data_bytes = 24, int version = 1) {
  std::string text = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  for (std::size_t i = 0; i < (version == 1 ? 2u : 4u); ++i) text += static_cast<char>(header.size() >> (8 * i) & 255);
  return bytes_of(text + std::string{header} + std::string(data_bytes, '\0'));
}

/// A header whose values are written this way.
std::string header_of(std::string_view descr, std::string_view fortran_order, std::string_view shape) {
  return "{'descr': " + std::string{descr} + ", 'fortran_order': " + std::string{fortran_order} + ", 'shape': " + std::string{shape} +
         ", }\n";
}

std::string error_of(const Bytes& file) {
  try {
    npy::read(file);
  } catch (const npy::Error& error) {
    CHECK(std::string_view{error.what()}.starts_with("npy, byte " + std::to_string(error.offset) + ", "));
    return error.what();
  }
  return "accepted";
}

std::string error_of(std::string_view header, std::size_t data_bytes = 24) { return error_of(file_of(header, data_bytes)); }
std::string error_of_shape(std::string_view shape) { return error_of(header_of("'<f4'", "False", shape)); }
std::string error_of_descr(std::string_view descr) { return error_of(header_of(descr, "False", "(6,)")); }

std::string write_error_of(DType dtype, const Shape& shape, std::size_t data_bytes) {
  try {
    npy::write(dtype, shape, Bytes(data_bytes));
  } catch (const npy::Error& error) {
    CHECK(error.offset == 0);
    return error.what();
  }
  return "accepted";
}

struct Type {
  DType dtype;
  std::string_view descr;
};

constexpr Type types[]{{DType::boolean, "|b1"}, {DType::fp16, "<f2"},   {DType::fp32, "<f4"},   {DType::fp64, "<f8"},
                       {DType::int8, "|i1"},    {DType::int16, "<i2"},  {DType::int32, "<i4"},  {DType::int64, "<i8"},
                       {DType::uint8, "|u1"},   {DType::uint16, "<u2"}, {DType::uint32, "<u4"}, {DType::uint64, "<u8"}};

std::size_t width_of(DType dtype) { return npy::facts(dtype).bytes; }

std::size_t elements_of(const Shape& shape) {
  std::size_t product = 1;
  for (const std::int64_t extent : shape) product *= static_cast<std::size_t>(extent);
  return product;
}

/// Bytes that differ from their neighbours.
Bytes counted(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + 1);
  return bytes;
}

/// 2 by 3 fp32 numbers, 0 to 5, as NumPy 1.24 writes them.
std::string golden() {
  return "\x93NUMPY\x01\x00\x76\x00"s + "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" + std::string(58, ' ') + "\n" +
         "\x00\x00\x00\x00\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\x80\x40\x00\x00\xa0\x40"s;
}

}  // namespace

TEST_CASE("a file that NumPy wrote is read, and written byte for byte") {
  const Bytes file = bytes_of(golden());
  const npy::Array array = npy::read(file);
  CHECK(array.dtype == DType::fp32);
  CHECK(array.shape == Shape{2, 3});
  REQUIRE(array.data.size() == 24);
  CHECK(array.source.empty());
  float numbers[6];
  std::memcpy(numbers, array.data.data(), sizeof numbers);
  for (int i = 0; i < 6; ++i) CHECK(numbers[i] == static_cast<float>(i));
  CHECK(npy::write(DType::fp32, Shape{2, 3}, array.data) == file);

  const std::string scalar =
      "\x93NUMPY\x01\x00\x76\x00"s + "{'descr': '<f2', 'fortran_order': False, 'shape': (), }" + std::string(62, ' ') + "\n\x00\x3e"s;
  CHECK(npy::write(DType::fp16, Shape{}, bytes_of("\x00\x3e"s)) == bytes_of(scalar));
  const std::string list =
      "\x93NUMPY\x01\x00\x76\x00"s + "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }" + std::string(60, ' ') + "\n\x01\x00"s;
  CHECK(npy::write(DType::boolean, Shape{2}, bytes_of("\x01\x00"s)) == bytes_of(list));
}

TEST_CASE("headers are padded as NumPy pads them") {
  // Measured on NumPy 1.24. With 21 columns for the first extent, 14 ones just fit into 128 bytes and 15 do not. A header
  // that would end at a multiple of 64 all the same gets 64 spaces more.
  const auto data_at = [](const Shape& shape) {
    return npy::write(DType::uint8, shape, Bytes(elements_of(shape))).size() - elements_of(shape);
  };
  CHECK(data_at(Shape(14, 1)) == 128);
  CHECK(data_at(Shape(15, 1)) == 192);
  Shape exact(14, 1);
  exact[1] = 10;
  CHECK(data_at(exact) == 128);
  exact[2] = 10;
  CHECK(data_at(exact) == 192);
  exact[0] = 1000;
  CHECK(data_at(exact) == 192);
}

TEST_CASE("every dtype and rank comes back as it was written") {
  for (const Type& type : types)
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{4, 1, 3}, Shape{1, 2, 3, 4}, Shape{2, 1, 2, 1, 3},
                               Shape{1, 2, 1, 3, 2, 2}, Shape{0}, Shape{5, 0, 2}, Shape(npy::max_rank, 1)}) {
      CAPTURE(type.descr);
      CAPTURE(shape.size());
      const Bytes data = counted(elements_of(shape) * width_of(type.dtype));
      const Bytes file = npy::write(type.dtype, shape, data);
      CHECK((file.size() - data.size()) % 64 == 0);
      CHECK(file[file.size() - data.size() - 1] == std::byte{'\n'});
      const std::string text(reinterpret_cast<const char*>(file.data()), file.size());
      CHECK(text.substr(10).starts_with("{'descr': '" + std::string{type.descr} + "', 'fortran_order': False, 'shape': ("));
      const npy::Array array = npy::read(file);
      CHECK(array.dtype == type.dtype);
      CHECK(array.shape == shape);
      CHECK(std::ranges::equal(array.data, data));
    }
}

TEST_CASE("versions 2.0 and 3.0 have four bytes of header length") {
  const std::string header = header_of("'<f4'", "False", "(2, 3)");
  for (const int version : {1, 2, 3}) {
    const Bytes file = file_of(header, 24, version);
    CHECK(npy::read(file).shape == Shape{2, 3});
  }
  Bytes file = file_of(header + std::string(70000, ' '), 24, 2);
  const Bytes data = counted(24);
  std::ranges::copy(data, file.end() - 24);
  CHECK(npy::read(file).shape == Shape{2, 3});
  CHECK(npy::read(file).data == data);
}

TEST_CASE("dtypes are read with every mark that NumPy takes for little-endian") {
  for (const Type& type : types) {
    const std::string code{type.descr.substr(1)};
    const bool one_byte = width_of(type.dtype) == 1;
    for (const std::string& descr : {"<" + code, "=" + code, code, (one_byte ? ">" : "<") + code, (one_byte ? "|" : "<") + code}) {
      CAPTURE(descr);
      const Bytes file = file_of(header_of("'" + descr + "'", "False", "(3,)"), 3 * width_of(type.dtype));
      CHECK(npy::read(file).dtype == type.dtype);
    }
  }
}

TEST_CASE("a header may be any spelling of its dict") {
  for (const std::string_view header : {
           "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
           "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
           "{\"fortran_order\": False, \"descr\": \"<f4\", 'shape': (2, 3,), }",
           " \t\n{ 'descr' : '<f4' ,\r\n'fortran_order' : False , 'shape' : ( 2 , 3 , ) , }\f \n",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }",
       }) {
    CAPTURE(header);
    const Bytes file = file_of(header);
    const npy::Array array = npy::read(file);
    CHECK(array.dtype == DType::fp32);
    CHECK(array.shape == Shape{2, 3});
  }
  CHECK(npy::read(file_of(header_of("'<f4'", "False", "(6L,)"))).shape == Shape{6});
  CHECK(npy::read(file_of(header_of("'<f4'", "False", "( )"), 4)).shape == Shape{});
}

TEST_CASE("a header is read up to 1 MiB") {
  const std::string header = header_of("'<f4'", "False", "(2, 3)");
  const auto of_length = [&](std::size_t length) { return file_of(header + std::string(length - header.size(), ' '), 24, 3); };
  CHECK(error_of(of_length(npy::max_header_bytes)) == "accepted");
  CHECK(error_of(of_length(npy::max_header_bytes + 1)) == "npy, byte 8, header length: expected at most 1048576, found 1048577");
}

TEST_CASE("column-major arrays are read in row-major order") {
  const auto read = [](std::string_view order, std::string_view shape, const Bytes& data) {
    Bytes file = file_of(header_of("'|u1'", order, shape), 0);
    file.insert(file.end(), data.begin(), data.end());
    return npy::read(file).data;
  };
  const auto bytes = [](std::initializer_list<int> numbers) {
    Bytes all;
    for (const int number : numbers) all.push_back(static_cast<std::byte>(number));
    return all;
  };
  // Of the 2 by 3 matrix 0 1 2 / 3 4 5.
  CHECK(read("True", "(2, 3)", bytes({0, 3, 1, 4, 2, 5})) == bytes({0, 1, 2, 3, 4, 5}));
  CHECK(read("True", "(1, 2, 1, 3)", bytes({0, 3, 1, 4, 2, 5})) == bytes({0, 1, 2, 3, 4, 5}));
  // Of np.arange(12).reshape(2, 3, 2).
  CHECK(read("True", "(2, 3, 2)", bytes({0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11})) == bytes({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  // Up to rank 1 both orders are the same.
  CHECK(read("True", "(6,)", counted(6)) == counted(6));
  CHECK(read("True", "()", counted(1)) == counted(1));
  CHECK(read("True", "(2, 0, 3)", {}).empty());
  CHECK(read("False", "(2, 3)", counted(6)) == counted(6));
}

TEST_CASE("big-endian elements are read in the machine's byte order") {
  const auto read = [](std::string_view descr, std::string_view order, std::string_view shape, std::string_view data) {
    Bytes file = file_of(header_of(descr, order, shape), 0);
    const Bytes bytes = bytes_of(data);
    file.insert(file.end(), bytes.begin(), bytes.end());
    return npy::read(file);
  };
  const npy::Array floats = read("'>f4'", "False", "(2,)", "\x3f\x80\x00\x00\x40\x00\x00\x00"s);
  CHECK(floats.dtype == DType::fp32);
  float numbers[2];
  REQUIRE(floats.data.size() == sizeof numbers);
  std::memcpy(numbers, floats.data.data(), sizeof numbers);
  CHECK(numbers[0] == 1);
  CHECK(numbers[1] == 2);
  CHECK(read("'>u2'", "False", "(2,)", "\x01\x02\x03\x04"s).data == bytes_of("\x02\x01\x04\x03"s));
  CHECK(read("'>i8'", "False", "()", "\x01\x02\x03\x04\x05\x06\x07\x08"s).data == bytes_of("\x08\x07\x06\x05\x04\x03\x02\x01"s));
  CHECK(read("'>i2'", "True", "(2, 2)", "\x00\x01\x00\x03\x00\x02\x00\x04"s).data == bytes_of("\x01\x00\x02\x00\x03\x00\x04\x00"s));
}

TEST_CASE("what is before the header is checked") {
  CHECK(error_of(Bytes{}) == "npy, byte 0, magic: expected '\\x93NUMPY', found ''");
  CHECK(error_of(bytes_of("\x93NUM")) == "npy, byte 0, magic: expected '\\x93NUMPY', found '\\x93NUM'");
  for (const std::string_view archive : {"PK\x03\x04 and the rest of it", "PK\x05\x06"})
    CHECK(error_of(bytes_of(archive)) ==
          "npy, byte 0, magic: this is a zip archive, as .npz files are: save each of its arrays on its own, np.save('w.npy', "
          "np.load('file.npz')['w'])");
  CHECK(error_of(bytes_of("\x93NUMPY\x01")) == "npy, byte 6, version: expected 2 bytes, found 1");
  CHECK(error_of(bytes_of("\x93NUMPY\x04\x00\x00\x00"s)) == "npy, byte 6, version: expected 1.0, 2.0 or 3.0, found 4.0");
  CHECK(error_of(bytes_of("\x93NUMPY\x00\x00\x00\x00"s)) == "npy, byte 6, version: expected 1.0, 2.0 or 3.0, found 0.0");
  CHECK(error_of(bytes_of("\x93NUMPY\x01\xff\x00\x00"s)) == "npy, byte 6, version: expected 1.0, 2.0 or 3.0, found 1.255");
  CHECK(error_of(bytes_of("\x93NUMPY\x01\x00\x76"s)) == "npy, byte 8, header length: expected 2 bytes, found 1");
  CHECK(error_of(bytes_of("\x93NUMPY\x02\x00\x76\x00"s)) == "npy, byte 8, header length: expected 4 bytes, found 2");
  CHECK(error_of(bytes_of("\x93NUMPY\x01\x00\x76\x00{}"s)) ==
        "npy, byte 8, header length: expected at most the 2 bytes that follow, found 118");
  CHECK(error_of(bytes_of("\x93NUMPY\x03\x00\xff\xff\xff\xff{}"s)) ==
        "npy, byte 8, header length: expected at most the 2 bytes that follow, found 4294967295");
}

TEST_CASE("a header that is no dict of the three keys is refused") {
  CHECK(error_of("", 0) == "npy, byte 10, header: expected '{', found the header's end");
  CHECK(error_of("  [1]") == "npy, byte 12, header: expected '{', found '['");
  CHECK(error_of("None") == "npy, byte 10, header: expected '{', found 'None'");
  CHECK(error_of("{") == "npy, byte 11, header: expected a key or '}', found the header's end");
  CHECK(error_of("{descr: '<f4'}") == "npy, byte 11, header: expected a key or '}', found 'descr'");
  CHECK(error_of("{,}") == "npy, byte 11, header: expected a key or '}', found ','");
  CHECK(error_of("{'descr': '<f4',,}") == "npy, byte 26, header: expected a key or '}', found ','");
  CHECK(error_of("{'descr") == "npy, byte 11, header: expected a string, found one without a closing quote");
  CHECK(error_of("{'descr\": 1}") == "npy, byte 11, header: expected a string, found one without a closing quote");
  CHECK(error_of("{'descr\n': 1}") == "npy, byte 11, header: expected a string, found one without a closing quote");
  CHECK(error_of("{'des\\x63r': 1}") == "npy, byte 15, header: expected a string without escapes, found '\\'");
  CHECK(error_of("{'Descr': '<f4'}") == "npy, byte 11, header: expected the key descr, fortran_order or shape, found 'Descr'");
  CHECK(error_of("{'\xc3\xa9': '<f4'}") == "npy, byte 11, header: expected the key descr, fortran_order or shape, found '\\xc3\\xa9'");
  CHECK(error_of("{'" + std::string(5000, 'k') + "': 1}") ==
        "npy, byte 11, header: expected the key descr, fortran_order or shape, found '" + std::string(24, 'k') + "'...");
  CHECK(error_of("{'descr' '<f4'}") == "npy, byte 19, header: expected ':', found a string");
  CHECK(error_of("{'descr': '<f4' 'shape': (6,)}") == "npy, byte 26, header: expected ',' or '}', found a string");
  CHECK(error_of("{'descr': '<f4', 'descr': '<f4'}") == "npy, byte 27, header: expected each key once, found 'descr' again");
  CHECK(error_of("{}") == "npy, byte 11, header: expected the key descr, found '}'");
  CHECK(error_of("{'descr': '<f4', 'shape': (6,)}") == "npy, byte 40, header: expected the key fortran_order, found '}'");
  CHECK(error_of("{'descr': '<f4', 'fortran_order': False}") == "npy, byte 49, header: expected the key shape, found '}'");
  const std::string good = "{'descr': '<f4', 'fortran_order': False, 'shape': (6,)}";
  CHECK(error_of(good) == "accepted");
  CHECK(error_of(good + " }") == "npy, byte 66, header: expected nothing behind the dict, found '}'");
  CHECK(error_of(good + std::string(1, '\0')) == "npy, byte 65, header: expected nothing behind the dict, found '\\x00'");
  CHECK(error_of(good.substr(0, good.size() - 1)) == "npy, byte 64, header: expected ',' or '}', found the header's end");
}

TEST_CASE("dtypes that are not a number of up to eight bytes are refused") {
  const std::string kinds = "npy, byte 20, descr: expected a boolean, integer or floating type of NumPy such as '<f4', found ";
  for (const std::string descr :
       {"", "<", "<f", "<f3", "<f16", "<c8", "|O", "<U4", "|S5", "|V2", "<M8[ns]", "float32", "?", "!f4", "<<f4", "<F4", "<f4 ", "<b1x"}) {
    CAPTURE(descr);
    CHECK(error_of_descr("'" + descr + "'") == kinds + "'" + descr + "'");
  }
  CHECK(error_of_descr("'|f4'") == "npy, byte 20, descr: expected a byte order of '<' or '>', found '|f4'");
  CHECK(error_of_descr("[('x', '<f4')]") == "npy, byte 20, descr: expected a string (arrays of records are not supported), found '['");
  CHECK(error_of_descr("None") == "npy, byte 20, descr: expected a string (arrays of records are not supported), found 'None'");
  CHECK(error_of_descr("'<f4") == kinds + "'<f4, '");
  CHECK(error_of_descr("'<f\\x34'") == "npy, byte 23, descr: expected a string without escapes, found '\\'");
}

TEST_CASE("an order that is not True or False is refused") {
  const auto error_of_order = [](std::string_view order) { return error_of(header_of("'<f4'", order, "(6,)")); };
  for (const std::string order : {"true", "0", "None", "Falsey", "False_", "FalseTrue"})
    CHECK(error_of_order(order) == "npy, byte 44, fortran_order: expected True or False, found '" + order + "'");
  CHECK(error_of_order("'False'") == "npy, byte 44, fortran_order: expected True or False, found a string");
  CHECK(error_of_order("False or True") == "npy, byte 50, header: expected ',' or '}', found 'or'");
}

TEST_CASE("shapes that are not a tuple of integers are refused") {
  CHECK(error_of_shape("6") == "npy, byte 60, shape: expected a tuple, found '6'");
  CHECK(error_of_shape("[6]") == "npy, byte 60, shape: expected a tuple, found '['");
  CHECK(error_of_shape("(6)") == "npy, byte 62, shape: expected ',' (a tuple of one is written (3,)), found ')'");
  CHECK(error_of_shape("(,)") == "npy, byte 61, shape: expected an integer that is not negative, found ','");
  CHECK(error_of_shape("(6,,)") == "npy, byte 63, shape: expected an integer that is not negative, found ','");
  CHECK(error_of_shape("(-6,)") == "npy, byte 61, shape: expected an integer that is not negative, found '-6'");
  CHECK(error_of_shape("(+6,)") == "npy, byte 61, shape: expected an integer that is not negative, found '+6'");
  CHECK(error_of_shape("('6',)") == "npy, byte 61, shape: expected an integer that is not negative, found a string");
  CHECK(error_of_shape("((6,),)") == "npy, byte 61, shape: expected an integer that is not negative, found '('");
  CHECK(error_of_shape("(True,)") == "npy, byte 61, shape: expected an integer that is not negative, found 'True'");
  CHECK(error_of_shape("(06,)") == "npy, byte 61, shape: expected an integer without leading zeros, found '06'");
  CHECK(error_of_shape("(6.0,)") == "npy, byte 62, shape: expected ',' or ')', found '.0'");
  CHECK(error_of_shape("(0x6,)") == "npy, byte 62, shape: expected ',' or ')', found 'x6'");
  CHECK(error_of_shape("(6 L,)") == "npy, byte 63, shape: expected ',' or ')', found 'L'");
  CHECK(error_of_shape("(6LL,)") == "npy, byte 63, shape: expected ',' or ')', found 'L'");
  CHECK(error_of_shape("(2 3)") == "npy, byte 63, shape: expected ',' or ')', found '3'");
  CHECK(error_of("{'shape': (2, 3") == "npy, byte 25, shape: expected ',' or ')', found the header's end");
  CHECK(error_of("{'shape': (2, ") == "npy, byte 24, shape: expected an integer that is not negative, found the header's end");
  std::string ones = "(";
  for (std::size_t i = 0; i < npy::max_rank; ++i) ones += "1,";
  CHECK(error_of(header_of("'<f4'", "False", ones + ")"), 4) == "accepted");
  CHECK(error_of_shape(ones + "1)") == "npy, byte 189, shape: expected at most 64 extents, found '1'");
}

TEST_CASE("sizes that cannot be counted are refused, not wrapped round") {
  CHECK(error_of_shape("(9223372036854775808,)") ==
        "npy, byte 61, shape: expected an integer of at most 9223372036854775807, found '9223372036854775808'");
  CHECK(error_of_shape("(" + std::string(30000, '9') + ",)") ==
        "npy, byte 61, shape: expected an integer of at most 9223372036854775807, found '" + std::string(24, '9') + "'...");
  const std::string counted_not = "npy, byte 60, shape: expected a size that can be counted, found the shape ";
  CHECK(error_of_shape("(9223372036854775807,)") == counted_not + "(9223372036854775807,)");
  CHECK(error_of_shape("(4294967296, 4294967296)") == counted_not + "(4294967296, 4294967296)");
  CHECK(error_of_shape("(2305843009213693952,)") == counted_not + "(2305843009213693952,)");
  // 2^61 - 1 elements are the last that can be counted, and none of them are there.
  CHECK(error_of_shape("(2305843009213693951,)") ==
        "npy, byte 86, data: fp32 elements of shape (2305843009213693951,) take 9223372036854775804 bytes, found 24");
  // An extent of 0 does not make the others smaller, in either order.
  CHECK(error_of_shape("(4294967296, 0, 4294967296)") == counted_not + "(4294967296, 0, 4294967296)");
  CHECK(error_of_shape("(0, 4294967296, 4294967296)") == counted_not + "(0, 4294967296, 4294967296)");
  CHECK(error_of(header_of("'<f4'", "False", "(4294967296, 0)"), 0) == "accepted");
}

TEST_CASE("data of another size than that of the elements are refused") {
  const std::string header = header_of("'<f4'", "False", "(2, 3)");
  CHECK(error_of(header, 24) == "accepted");
  for (const std::size_t size : {0u, 23u, 25u, 48u})
    CHECK(error_of(header, size) == "npy, byte 70, data: fp32 elements of shape (2, 3) take 24 bytes, found " + std::to_string(size));
  CHECK(error_of(header_of("'|b1'", "False", "()"), 0) == "npy, byte 66, data: bool elements of shape () take 1 bytes, found 0");
  CHECK(error_of(header_of("'|b1'", "False", "(0,)"), 1) == "npy, byte 68, data: bool elements of shape (0,) take 0 bytes, found 1");
}

TEST_CASE("arrays that NumPy does not have are not written") {
  CHECK(write_error_of(DType::fp32, {2, -1}, 8) == "npy, shape: expected extents that are not negative, found -1");
  CHECK(write_error_of(DType::fp32, Shape(65, 1), 4) == "npy, shape: expected at most 64 extents, found 65");
  CHECK(write_error_of(DType::fp32, {std::int64_t{1} << 62, 4}, 0) ==
        "npy, shape: expected a size that can be counted, found the shape (4611686018427387904, 4)");
  CHECK(write_error_of(DType::fp32, {2, 3}, 23) == "npy, data: fp32 elements of shape (2, 3) take 24 bytes, found 23");
  CHECK(write_error_of(DType::fp32, {}, 0) == "npy, data: fp32 elements of shape () take 4 bytes, found 0");
}

TEST_CASE("every truncation of a good file is an error") {
  for (const Bytes& file : {bytes_of(golden()), npy::write(DType::uint8, Shape{1, 2, 1, 3, 2, 2}, counted(24)),
                            file_of(header_of("'<i8'", "False", "(3,)"), 24, 2), file_of(header_of("'|i1'", "False", "()"), 1, 3)}) {
    REQUIRE(error_of(file) == "accepted");
    for (std::size_t size = 0; size < file.size(); ++size) {
      CAPTURE(size);
      CHECK(error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))) != "accepted");
    }
    Bytes longer = file;
    longer.push_back(std::byte{0});
    CHECK(error_of(longer) != "accepted");
  }
}

TEST_CASE("headers of a megabyte are refused or read in one pass") {
  constexpr std::size_t many = npy::max_header_bytes - 100;
  const auto error_of_long = [](const std::string& header) { return error_of(file_of(header, 4, 3)); };
  std::string commas, keys;
  for (std::size_t i = 0; i < many; i += 2) commas += "1,";
  for (std::size_t i = 0; i < many; i += 4) keys += "'':'";
  CHECK(error_of_long(header_of("'<f4'", "False", "()") + std::string(many, ' ')) == "accepted");
  CHECK(error_of_long("{'shape': (" + std::string(many, '0'))
            .ends_with("expected an integer without leading zeros, found '000000000000000000000000'..."));
  CHECK(error_of_long("{'shape': (" + commas).ends_with("expected at most 64 extents, found '1'"));
  CHECK(error_of_long("{'shape': " + std::string(many, '(')).ends_with("expected an integer that is not negative, found '('"));
  CHECK(error_of_long("{" + keys).ends_with("expected the key descr, fortran_order or shape, found ''"));
  CHECK(error_of_long("{'" + std::string(many, 'x')).ends_with("found one without a closing quote"));
}

TEST_CASE("no change to a good file makes the reader read what is not there") {
  const std::vector<Bytes> good{bytes_of(golden()),
                                npy::write(DType::uint8, Shape{1, 2, 1, 3, 2, 2}, counted(24)),
                                npy::write(DType::fp64, Shape{}, counted(8)),
                                npy::write(DType::int16, Shape{4, 0}, {}),
                                file_of("{'shape':(2L,3L),\"descr\":'=i4','fortran_order':False}", 24, 2),
                                file_of("{'fortran_order': True, 'shape': (3,), 'descr': '|u1'}\n", 3, 3)};
  constexpr std::string_view tokens[]{
      "'",           "\"", "(", ")", "{", "}", ",",    ":",     "0",       "9",       "L",
      "\\",          "\n", " ", "-", "<", ">", "True", "False", "'shape'", "'descr'", "99999999999999999999",
      "4294967296,", "0,"};
  std::mt19937 random(20240607);
  const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random()) % limit; };
  int accepted = 0;
  int refused = 0;
  for (int run = 0; run < 150000; ++run) {
    Bytes changed = good[below(good.size())];
    const std::size_t visible = std::min<std::size_t>(changed.size(), below(4) == 0 ? changed.size() : 72);  // mostly before the padding
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
      const std::size_t at = below(std::min(visible, changed.size()) + 1);
      const auto place = changed.begin() + static_cast<std::ptrdiff_t>(at);
      const std::size_t kind = below(5);
      if (kind == 0) {
        const Bytes token = bytes_of(tokens[below(std::size(tokens))]);
        changed.insert(place, token.begin(), token.end());
      } else if (kind == 1) {
        changed.insert(place, static_cast<std::byte>(below(256)));
      } else if (place == changed.end()) {
        continue;
      } else if (kind == 2) {
        changed.erase(place);
      } else if (kind == 3) {
        *place ^= static_cast<std::byte>(1u << below(8));
      } else {
        *place = static_cast<std::byte>(tokens[below(17)][0]);
      }
    }
    // Half of the time the header's length is right again, so that the change is seen by what reads the header.
    if (below(2) == 0 && changed.size() > 10 && changed[6] == std::byte{1}) {
      const auto end = std::ranges::find(changed, std::byte{'\n'});
      const std::ptrdiff_t length = end - changed.begin() - 9;
      if (end != changed.end() && length >= 0) {
        changed[8] = static_cast<std::byte>(length & 255);
        changed[9] = static_cast<std::byte>(length >> 8 & 255);
      }
    }
    const Bytes file(changed.begin(), changed.end());  // of exactly its size, for the sanitizers
    try {
      const npy::Array array = npy::read(file);
      ++accepted;
      REQUIRE(array.shape.size() <= npy::max_rank);
      REQUIRE(array.data.size() == elements_of(array.shape) * width_of(array.dtype));
      const Bytes again = npy::write(array.dtype, array.shape, array.data);
      const npy::Array twin = npy::read(again);
      REQUIRE(twin.dtype == array.dtype);
      REQUIRE(twin.shape == array.shape);
      REQUIRE(std::ranges::equal(twin.data, array.data));
    } catch (const npy::Error& error) {
      ++refused;
      REQUIRE(error.offset <= file.size());
    }
  }
  CHECK(accepted > 1000);
  CHECK(refused > 100000);
}

namespace {

/// A folder for the files of one test.
struct TemporaryFolder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("anechain_npy_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)));
  TemporaryFolder() { std::filesystem::create_directory(path); }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }

  std::filesystem::path with(std::string_view name, const Bytes& bytes) const {
    std::ofstream file(path / name, std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path / name;
  }
};

std::string load_error_of(const std::filesystem::path& path) {
  try {
    npy::load(path);
  } catch (const npy::Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a file on disk is loaded, and its name kept") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.with("w.npy", bytes_of(golden()));
  const npy::Array array = npy::load(path);
  CHECK(array.dtype == DType::fp32);
  CHECK(array.shape == Shape{2, 3});
  CHECK(array.data == npy::read(bytes_of(golden())).data);
  CHECK(array.source == path.string());
  std::filesystem::create_symlink(path, folder.path / "link.npy");
  CHECK(npy::load(folder.path / "link.npy").data == array.data);
}

TEST_CASE("what is wrong with a file on disk is said with its name") {
  const TemporaryFolder folder;
  const std::string empty = folder.with("empty.npy", {}).string();
  CHECK(load_error_of(empty) == empty + ": npy, byte 0, magic: expected '\\x93NUMPY', found ''");
  const std::string cut = folder.with("cut.npy", bytes_of(golden().substr(0, 140))).string();
  CHECK(load_error_of(cut) == cut + ": npy, byte 128, data: fp32 elements of shape (2, 3) take 24 bytes, found 12");
  try {
    npy::load(cut);
  } catch (const npy::Error& error) {
    CHECK(error.offset == 128);
  }
  // A file of 64 bytes does not make anyone take 2^40 bytes of memory.
  const std::string large = folder.with("large.npy", file_of(header_of("'<f4'", "False", "(274877906944,)"), 0)).string();
  CHECK(load_error_of(large).ends_with("data: fp32 elements of shape (274877906944,) take 1099511627776 bytes, found 0"));
  CHECK_THROWS_WITH_AS(npy::load("/nowhere/w.npy"), "cannot read /nowhere/w.npy: No such file or directory", std::system_error);
}

TEST_CASE("what is no regular file is refused, not waited for or read without end") {
  const TemporaryFolder folder;
  const std::string pipe = (folder.path / "pipe.npy").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(load_error_of(pipe) == pipe + ": npy, file: expected a regular file, found a pipe: write it to a file first");
  CHECK(load_error_of("/dev/zero") == "/dev/zero: npy, file: expected a regular file, found a device");
  CHECK(load_error_of(folder.path) == folder.path.string() + ": npy, file: expected a regular file, found a directory");
}
