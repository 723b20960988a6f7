#include "tests/sim/told.hpp"

#include "tests/support/json_read.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

std::string phase_of(const json::value& pod) {
  auto out = text(pod, "/status/phase");
  for (auto* where :
       {"/status/reason", "/status/containerStatuses/0/state/waiting/reason",
        "/status/containerStatuses/0/state/terminated/reason"})
    if (auto why = text(pod, where); !why.empty())
      out += " " + why;
  return find(pod, "/metadata/deletionTimestamp") ? out + ", ending" : out;
}

std::string status_of(const json::value& app) {
  return fmt::format(
      "{} claim {} {} {}", text(app, "/status/applicationState/state"),
      number(app, "/status/claim/number"), text(app, "/status/claim/outcome"),
      text(app, "/status/terminationTime"));
}

/// What people would see of it; "" where it is left out.
std::string view_of(const object_id& id, const json::value& object) {
  if (id.collection == "pods")
    return text(object, "/metadata/labels/spark-role") == "driver"
               ? phase_of(object)
               : "";
  bool app = id.collection == "sparkapplications.sparkoperator.k8s.io";
  return app ? status_of(object) : "";
}

std::string line_of(const commit& c) {
  auto before = c.before ? view_of(c.id, *c.before) : "";
  auto after = c.after ? view_of(c.id, *c.after) : "";
  if (before == after)
    return "";
  return fmt::format("  {}: {} (by {})", c.id.name,
                     after.empty() ? "gone" : after, c.call.client);
}

} // namespace

std::string tell(const std::vector<deed>& deeds,
                 const std::vector<commit>& commits) {
  std::string out;
  auto add = [&](time_point at, const std::string& line) {
    out += fmt::format("{}  {}\n", to_rfc3339(at).substr(11, 8), line);
  };
  std::size_t next = 0;
  for (auto& d : deeds) {
    for (; next < d.commits; ++next)
      if (auto line = line_of(commits[next]); !line.empty())
        add(commits[next].at, line);
    add(d.at, d.what);
  }
  for (; next < commits.size(); ++next)
    if (auto line = line_of(commits[next]); !line.empty())
      add(commits[next].at, line);
  return out;
}

} // namespace spark::test
