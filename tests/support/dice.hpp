#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace spark::test {

/// Where the choices of one random object come from, and the names that it has
/// used up. The same seed makes the same choices, on every machine.
class dice {
public:
  explicit dice(std::uint64_t seed) : state_{seed} {}

  /// Less than `n`, which is at least 1.
  std::size_t below(std::size_t n);
  /// Both ends included.
  std::int64_t between(std::int64_t least, std::int64_t most);
  bool maybe(int percent) { return below(100) < std::size_t(percent); }
  std::string pick(std::initializer_list<std::string_view> from);

  /// "stem-7", no number twice.
  std::string fresh(std::string_view stem);
  /// A directory to mount something on, none twice.
  std::string directory();
  /// A TCP port that neither Spark nor anything else of the object uses.
  int port();
  /// A path below something, such as "a/b".
  std::string relative_path();

  /// A key that labels and annotations can have, and a value of a label.
  std::string key();
  std::string label();
  /// What people write into annotations, variables and arguments, odd things
  /// too: quotes, line ends, other alphabets.
  std::string text();
  /// What an environment variable can be called, none twice.
  std::string variable();
  /// Of CPU, such as "200m", "1.5" or "2": between two numbers of thousandths.
  std::string cpu(std::int64_t least, std::int64_t most);
  /// Such as "512Mi".
  std::string bytes();
  std::string image();

  boost::json::object labels();
  boost::json::object annotations();

private:
  /// Letters, digits and what may be between them, at least two.
  std::string name(std::size_t longest);
  std::string characters(std::size_t count, std::string_view of);

  std::uint64_t state_;
  int names_ = 0;
  int ports_ = 0;
};

} // namespace spark::test
