#pragma once

#include "crds/spark_application.hpp"
#include "messages/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// Reads a Spark conf with the types that Spark gives its entries. A value that
/// cannot be read as its type is remembered as a refusal and the fallback is
/// returned, so that one pass finds all of them. Never throws on odd values.
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

  /// A 32-bit integer as Integer.parseInt reads it.
  [[nodiscard]] int integer(std::string_view key, int fallback);
  /// A TCP port, 1 to 65535.
  [[nodiscard]] int port(std::string_view key, int fallback);
  /// A memory size in MiB, rounded down; a bare number is in MiB.
  [[nodiscard]] std::int64_t mebibytes(std::string_view key,
                                       std::int64_t fallback);
  /// A double that is not negative.
  [[nodiscard]] double factor(std::string_view key, double fallback);
  /// Exactly "true" or "false", in any case.
  [[nodiscard]] bool flag(std::string_view key, bool fallback);

  void refuse(std::string message);
  /// What was refused so far as one error (bad_input), or nothing.
  [[nodiscard]] std::optional<error> refusal() const;

private:
  const string_map& conf_;
  std::vector<std::string> refusals_;
};

/// Items of a comma list without blanks around them and without empty items.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string join_list(const std::vector<std::string>& items);

} // namespace spark
