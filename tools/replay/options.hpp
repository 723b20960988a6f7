#pragma once

#include "tools/replay/kinds.hpp"

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace spark::replay {

enum class colors { automatic, always, never };

struct options {
  std::string file;
  std::string ns; ///< with `name`: --app
  std::string name;
  std::string uid; ///< or how it begins
  std::optional<stream_kind> kind;
  bool all = false;
  std::optional<std::int64_t> until;
  bool verify = false;
  bool explain = false; ///< `spark-replay explain FILE NS/NAME`
  bool json = false;
  colors color = colors::automatic;

  /// One stream only can be told.
  [[nodiscard]] bool wants_one() const { return explain || until; }
  [[nodiscard]] bool selects() const { return !name.empty() || !uid.empty(); }
};

enum class start { go, done, bad_usage };

/// Fills `to` from the command line; prints help and complaints by itself.
[[nodiscard]] start read_options(int argc, const char* const* argv, options& to,
                                 std::ostream& out, std::ostream& err);

} // namespace spark::replay
