// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <anechain/separate_compilation.hpp>
#include <anechain/support/npy_array.hpp>

/// NumPy's .npy files, format versions 1.0, 2.0 and 3.0: a magic string, a version, the length of a header, the header (a
/// Python dict literal) and the elements one after the other. Source: NumPy's documentation of numpy.lib.format.
namespace anechain::npy {

static_assert(std::endian::native == std::endian::little, "npy: elements are handed on as little-endian files hold them");

/// A file that cannot be read or an array that cannot be written.
struct Error : std::runtime_error {
  /// what() is "npy, byte OFFSET, FIELD: MESSAGE".
  Error(std::uint64_t at_offset, std::string_view field, const std::string& message);
  /// Of what stands at no place in a file: what() is "npy, FIELD: MESSAGE".
  Error(std::string_view field, const std::string& message);
  /// The same error with the file's name before it: what() is "FILE: " and that of the cause.
  Error(const std::filesystem::path& file, const Error& cause);

  std::uint64_t offset;  ///< the byte in the file where the wrong thing stands; 0 if it stands at no place in a file
};

/// The highest rank that NumPy has arrays of.
inline constexpr std::size_t max_rank = 64;

/// The longest header that is read, in bytes. NumPy itself reads 10 000 characters unless it is told otherwise.
inline constexpr std::uint64_t max_header_bytes = std::uint64_t{1} << 20;

/// Reads a file that lies in memory. Nothing that the file says is trusted: every length is checked against the bytes that
/// are there, before memory is taken for it. Big-endian elements and column-major order are converted. Throws Error if the file is not
/// well-formed, or holds elements that DType does not name; a .npz archive is told as such.
Array read(std::span<const std::byte> file);

/// Reads a file: `weights.set(0, "W", npy::load("w.npy"))`. Throws Error, with the file's name, if its contents are not what `read` takes
/// or it is no regular file (a directory, a pipe, a device), and std::system_error if it cannot be read.
Array load(const std::filesystem::path& path);

/// The bytes of a file of version 1.0, byte for byte as NumPy writes it. The data are the elements in row-major order.
/// Throws Error if NumPy has no such shape, or the data's size is not that of the elements.
std::vector<std::byte> write(DType dtype, std::span<const std::int64_t> shape, std::span<const std::byte> data);

}  // namespace anechain::npy

#ifndef ANECHAIN_SEPARATE_COMPILATION
#include <anechain/support/npy.ipp>
#endif
