#pragma once

#include "tools/loadgen/bare_run.hpp"
#include "tools/loadgen/load_run.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>

namespace spark::load {

struct run_report {
  std::string run;
  std::optional<load_outcome> load;
  std::optional<bare_figures> bare;
  bool interrupted = false;

  /// Everything that was asked for came to its end.
  [[nodiscard]] bool complete() const;
};

/// For people. The unfinished applications come last, at most `listed` of them.
[[nodiscard]] std::string as_text(const run_report& r, std::size_t listed = 50);
/// Times in milliseconds unless the name says otherwise; absent where not
/// measured.
[[nodiscard]] boost::json::object as_json(const run_report& r);

} // namespace spark::load
