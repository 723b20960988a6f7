#pragma once

#include "messages/clock.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace spark {

struct render_request {
  std::string file;                   ///< YAML or JSON, one or more objects
  std::string spark_version;          ///< "": what the manifest says
  std::string default_ns = "default"; ///< of objects that name none
  std::string ingress_url_format;     ///< as -ingress-url-format
  bool as_json = false;
  /// Ticks of schedules are told from here on; also their creation.
  time_point now{};
  std::string local_zone = "UTC"; ///< what timeZone "Local" means
};

/// What a submission of each SparkApplication in the file would create, by the
/// code that submits, printed to `out`; of each ScheduledSparkApplication, when
/// it is due and what its first run creates. Warnings and the reasons of a
/// refusal go to `errors`. Returns the exit code: 0, 1 (refused), 2 (no such
/// file, not YAML, neither kind in it).
int render_file(const render_request& what, std::ostream& out,
                std::ostream& errors);

/// spark-operator render FILE.yaml [options]; `arguments` without "render".
int run_render(const std::vector<std::string>& arguments, std::ostream& out,
               std::ostream& errors);

} // namespace spark
