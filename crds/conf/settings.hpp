#pragma once

#include "crds/parse.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// Reads a Spark conf with the types that Spark gives its entries. A value that
/// cannot be read as its type is remembered as a problem and the fallback is
/// returned, so that one pass finds all of them. Never throws on odd values.
///
/// The parser and the renderer read with the same functions: what the one
/// builds from, the other has judged.
class settings {
public:
  /// Keeps a reference: the conf must outlive this reader.
  explicit settings(const string_map& conf) : conf_(conf) {}

  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::string text_or(std::string_view key,
                                    std::string_view fallback) const;
  [[nodiscard]] bool has(std::string_view key) const;
  /// Entries below a prefix, with the prefix removed.
  [[nodiscard]] string_map with_prefix(std::string_view prefix) const;
  /// A comma list; blanks around items and empty items are dropped.
  [[nodiscard]] std::vector<std::string> list(std::string_view key) const;

  // These are also called for what they find wrong alone.

  /// A 32-bit integer as Integer.parseInt reads it.
  int integer(std::string_view key, int fallback);
  /// The same, 1 or more.
  int positive(std::string_view key, int fallback);
  /// A TCP port, 1 to 65535.
  int port(std::string_view key, int fallback);
  /// A memory size in MiB, rounded down; a bare number is in MiB.
  std::int64_t mebibytes(std::string_view key, std::int64_t fallback);
  /// A double that is not negative.
  double factor(std::string_view key, double fallback);
  /// Exactly "true" or "false", in any case.
  bool flag(std::string_view key, bool fallback);
  /// Any other type: `judge` says what is wrong with the value.
  void check(std::string_view key, std::string (*judge)(std::string_view));

  /// Of several problems of one key only the first is kept.
  void refuse(std::string_view key, std::string message);
  [[nodiscard]] const std::vector<problem>& problems() const {
    return problems_;
  }

private:
  const string_map& conf_;
  std::vector<problem> problems_;
};

/// Items of a comma list without blanks around them and without empty items.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string join_list(const std::vector<std::string>& items);

} // namespace spark
