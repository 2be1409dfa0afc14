// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

/// Characters in constant expressions: the standard library's own functions cost tens of evaluation steps a character
/// there, and compilers limit the steps. Clang evaluates built-in functions in one step; GCC does not evaluate them.
namespace anechain::mil {

/// Copies characters to memory that does not overlap.
constexpr void copy_characters(char* to, const char* from, std::size_t count) {
#if defined(__clang__)
  __builtin_memcpy(to, from, count);
#else
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
#endif
}

/// a == b.
constexpr bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
#if defined(__clang__)
  return __builtin_memcmp(a.data(), b.data(), a.size()) == 0;
#else
  const char* other = b.data();
  for (const char c : a)
    if (c != *other++) return false;
  return true;
#endif
}

/// Whether the character is in the text.
constexpr bool contains(std::string_view text, char wanted) {
#if defined(__clang__)
  return __builtin_char_memchr(text.data(), wanted, text.size()) != nullptr;
#else
  for (const char c : text)
    if (c == wanted) return true;
  return false;
#endif
}

/// Characters that grow at the end. A std::vector<char> does the same, at fifty evaluation steps a character.
class Characters {
 public:
  constexpr Characters() = default;
  /// A copy has characters of its own; what was moved from is empty.
  ///@{
  constexpr Characters(const Characters& other) : Characters() { append(other.view()); }
  constexpr Characters(Characters&& other) noexcept : Characters() { swap(other); }
  constexpr Characters& operator=(Characters other) noexcept {
    swap(other);
    return *this;
  }
  ///@}
  constexpr ~Characters() {
    if (capacity_ > 0) delete[] characters_;
  }

  /// Characters that outlive this, to be read in place; these must not be changed.
  static constexpr Characters borrowed(std::string_view text) {
    Characters characters;
    characters.characters_ = const_cast<char*>(text.data());
    characters.size_ = text.size();
    return characters;
  }

  /// Without a zero at the end; valid until characters are added.
  ///@{
  constexpr std::string_view view() const { return {characters_, size_}; }
  constexpr const char* data() const { return characters_; }
  constexpr std::size_t size() const { return size_; }
  ///@}

  /// `text` must not be of these characters.
  constexpr void append(std::string_view text) {
    if (size_ + text.size() > capacity_) {
      const std::size_t capacity = 2 * (size_ + text.size()) + 1024;
      char* const grown = new char[capacity];
      if (size_ != 0) copy_characters(grown, characters_, size_);
      delete[] characters_;
      characters_ = grown;
      capacity_ = capacity;
    }
    if (!text.empty()) copy_characters(characters_ + size_, text.data(), text.size());
    size_ += text.size();
  }

  /// Keeps the first `size` characters; there must be as many.
  constexpr void truncate(std::size_t size) { size_ = size; }

 private:
  constexpr void swap(Characters& other) noexcept {
    std::swap(characters_, other.characters_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  char* characters_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Appends a number in decimal digits.
constexpr void append_number(Characters& to, std::size_t number) {
  char digits[20];
  std::size_t first = sizeof digits;
  do digits[--first] = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  to.append({digits + first, sizeof digits - first});
}

}  // namespace anechain::mil
