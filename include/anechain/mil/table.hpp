// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace anechain::mil {

/// Entries in a row that are somebody else's. A std::span is the same, at ten evaluation steps for one.
template <class T>
class Entries {
 public:
  constexpr Entries() = default;
  /// What is given must outlive it.
  ///@{
  constexpr Entries(const T* first, std::size_t size) : first_(first), size_(size) {}
  template <std::size_t Size>
  constexpr Entries(const T (&entries)[Size]) : first_(entries), size_(Size) {}
  ///@}

  /// As of a std::span; an index is not checked.
  ///@{
  constexpr const T* data() const { return first_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T* begin() const { return first_; }
  constexpr const T* end() const { return first_ + size_; }
  constexpr const T& operator[](std::size_t i) const { return first_[i]; }
  ///@}

 private:
  const T* first_ = nullptr;
  std::size_t size_ = 0;
};

/// Entries that grow at the end. A std::vector does the same, at five times the evaluation steps in constant expressions,
/// which compilers limit.
template <class T>
class Table {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  /// By the name that containers give it.
  using value_type = T;

  constexpr Table() = default;
  /// A copy has entries of its own; a table that was moved from is empty.
  ///@{
  constexpr Table(const Table& other) : Table() { append(other.begin(), other.end()); }
  constexpr Table(Table&& other) noexcept : Table() { swap(other); }
  constexpr Table& operator=(Table other) noexcept {
    swap(other);
    return *this;
  }
  ///@}
  constexpr ~Table() {
    if (capacity_ > 0) delete[] entries_;
  }

  /// Entries of an array that outlives the table, to be read in place; the table must not be changed.
  static constexpr Table borrowed(Entries<T> entries) {
    Table table;
    table.entries_ = const_cast<T*>(entries.data());
    table.size_ = entries.size();
    return table;
  }

  /// As of a std::vector; an index is not checked, and pointers are valid until it grows.
  ///@{
  constexpr const T* data() const { return entries_; }
  constexpr T* data() { return entries_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const T* begin() const { return entries_; }
  constexpr const T* end() const { return entries_ + size_; }
  constexpr const T& operator[](std::size_t i) const { return entries_[i]; }
  constexpr T& operator[](std::size_t i) { return entries_[i]; }
  constexpr const T& front() const { return entries_[0]; }
  constexpr const T& back() const { return entries_[size_ - 1]; }
  ///@}

  /// `entry` must not be of this table.
  constexpr void push_back(const T& entry) {
    if (size_ == capacity_) grow(2 * size_ + 16);  // not more: GCC takes its time for entries that are never used, too
    entries_[size_++] = entry;
  }

  /// The entries from `first` to before `last`, which must not be of this table.
  constexpr void append(const T* first, const T* last) {
    for (; first != last; ++first) push_back(*first);
  }

  /// Makes room for `count` entries in all.
  constexpr void reserve(std::size_t count) {
    if (count > capacity_) grow(count);
  }

  /// Keeps the first `count` entries.
  constexpr void truncate(std::size_t count) { size_ = count; }

 private:
  constexpr void grow(std::size_t capacity) {
    T* const grown = new T[capacity];
    for (std::size_t i = 0; i < size_; ++i) grown[i] = entries_[i];
    delete[] entries_;
    entries_ = grown;
    capacity_ = capacity;
  }

  constexpr void swap(Table& other) noexcept {
    std::swap(entries_, other.entries_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  T* entries_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace anechain::mil
