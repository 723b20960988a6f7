#include "tools/loadgen/report.hpp"

#include <fmt/format.h>

namespace spark::load {
namespace json = boost::json;
namespace {

std::string row(std::string_view name, const std::string& value) {
  return fmt::format("{:<34} {}\n", name, value);
}

std::string spread_text(const spread& s) {
  return fmt::format("p50 {:.1f} ms, p99 {:.1f} ms, max {:.1f} ms (n={})",
                     s.p50, s.p99, s.max, s.count);
}

json::object spread_json(const spread& s) {
  return {{"count", s.count}, {"p50", s.p50}, {"p99", s.p99}, {"max", s.max}};
}

double share(double part, std::size_t whole) {
  return whole == 0 ? 0 : part / static_cast<double>(whole);
}

std::optional<double> ratio(const run_report& r) {
  if (!r.load || !r.bare || r.bare->per_minute <= 0)
    return std::nullopt;
  return r.load->load.per_minute / r.bare->per_minute;
}

/// The operator drops Events when the server is slow, the bare client never:
/// so what counts beside applications is what was written at all.
std::optional<double> writes_ratio(const run_report& r) {
  if (!r.load || !r.bare || !r.load->spent.requests ||
      r.load->load.seconds <= 0 || r.bare->writes_per_second <= 0)
    return std::nullopt;
  // The generator's own: a creation, and two patches as the kubelet.
  auto writes = 3. * static_cast<double>(r.load->load.completed);
  for (auto& [call, count] : r.load->spent.requests->by_call)
    if (call.starts_with("POST ") || call.starts_with("PATCH ") ||
        call.starts_with("PUT ") || call.starts_with("DELETE "))
      writes += count;
  return writes / r.load->load.seconds / r.bare->writes_per_second;
}

std::string spent_text(const operator_figures& s, std::size_t applications) {
  std::string out;
  if (s.cpu_seconds)
    out +=
        row("operator CPU-seconds/application",
            fmt::format("{:.4f} ({:.2f} s in all)",
                        share(*s.cpu_seconds, applications), *s.cpu_seconds));
  if (s.peak_mib)
    out += row("operator peak memory", fmt::format("{:.1f} MiB", *s.peak_mib));
  if (s.requests) {
    double all = 0;
    for (auto& [call, count] : s.requests->by_call)
      all += count;
    out += row("operator requests/application",
               fmt::format("{:.2f}", share(all, applications)));
    for (auto& [call, count] : s.requests->by_call)
      out +=
          row("  " + call, fmt::format("{:.2f}", share(count, applications)));
    for (auto& [call, count] : s.requests->failed)
      out += row("  of these " + call, fmt::format("{:.0f} in all", count));
  }
  for (auto& why : s.trouble)
    out += row("not measured", why);
  return out;
}

std::string load_text(const load_outcome& o) {
  auto& f = o.load;
  auto out = row("applications completed",
                 fmt::format("{} of {} in {:.1f} s", f.completed,
                             f.applications, f.seconds)) +
             row("applications/min", fmt::format("{:.0f}", f.per_minute)) +
             row("created → driver pod", spread_text(f.start)) +
             row("status lag", spread_text(f.status_lag)) +
             row("  RUNNING", spread_text(f.running_lag)) +
             row("  COMPLETED", spread_text(f.completed_lag));
  if (f.running_unseen > 0)
    out += row("completed without RUNNING", std::to_string(f.running_unseen));
  if (o.create_failures + o.kubelet_failures > 0)
    out += row("the generator's own failures",
               fmt::format("{} creates, {} pod patches; first: {}",
                           o.create_failures, o.kubelet_failures,
                           o.first_failure));
  if (o.watch_gaps > 0)
    out += row("relists of our own watches", std::to_string(o.watch_gaps));
  return out + spent_text(o.spent, f.completed);
}

std::string bare_text(const bare_figures& b) {
  auto out =
      row("bare client, applications/min",
          fmt::format("{:.0f} ({} in {:.1f} s)", b.per_minute, b.applications,
                      b.seconds)) +
      row("bare client, writes/s", fmt::format("{:.0f}", b.writes_per_second)) +
      row("bare client, one write", spread_text(b.write));
  if (b.failed > 0)
    out += row("bare client, failed",
               fmt::format("{}; first: {}", b.failed, b.first_failure));
  return out;
}

json::object spent_json(const operator_figures& s, std::size_t applications) {
  json::object out;
  for (auto& why : s.trouble)
    out.emplace("notMeasured", json::array{})
        .first->value()
        .as_array()
        .emplace_back(why);
  if (s.cpu_seconds) {
    out["cpuSeconds"] = *s.cpu_seconds;
    out["cpuSecondsPerApplication"] = share(*s.cpu_seconds, applications);
  }
  if (s.peak_mib)
    out["peakMiB"] = *s.peak_mib;
  if (s.requests) {
    json::object calls;
    double all = 0;
    for (auto& [call, count] : s.requests->by_call) {
      calls[call] = share(count, applications);
      all += count;
    }
    json::object failed;
    for (auto& [call, count] : s.requests->failed)
      failed[call] = count;
    out["requestsPerApplication"] = share(all, applications);
    out["requestsPerApplicationByCall"] = std::move(calls);
    out["failedRequests"] = std::move(failed);
  }
  return out;
}

json::object load_json(const load_outcome& o) {
  auto& f = o.load;
  json::array unfinished;
  for (auto& line : o.unfinished)
    unfinished.emplace_back(line);
  return {{"applications", f.applications},
          {"completed", f.completed},
          {"seconds", f.seconds},
          {"applicationsPerMinute", f.per_minute},
          {"createdToDriverPod", spread_json(f.start)},
          {"statusLag", spread_json(f.status_lag)},
          {"statusLagRunning", spread_json(f.running_lag)},
          {"statusLagCompleted", spread_json(f.completed_lag)},
          {"completedWithoutRunning", f.running_unseen},
          {"createFailures", o.create_failures},
          {"podPatchFailures", o.kubelet_failures},
          {"firstFailure", o.first_failure},
          {"watchGaps", o.watch_gaps},
          {"operator", spent_json(o.spent, f.completed)},
          {"unfinished", std::move(unfinished)}};
}

} // namespace

bool run_report::complete() const {
  return !interrupted && (!load || load->unfinished.empty()) &&
         (!bare || bare->failed == 0);
}

std::string as_text(const run_report& r, std::size_t listed) {
  auto out = row("run", r.run);
  if (r.load)
    out += load_text(*r.load);
  if (r.bare)
    out += bare_text(*r.bare);
  if (auto x = ratio(r))
    out += row("ours / bare, applications/min", fmt::format("{:.2f}", *x));
  if (auto x = writes_ratio(r))
    out += row("ours / bare, writes/s", fmt::format("{:.2f}", *x));
  if (!r.load || r.load->unfinished.empty())
    return out;
  auto& left = r.load->unfinished;
  out += fmt::format("\nnot COMPLETED: {}\n", left.size());
  for (std::size_t i = 0; i < std::min(left.size(), listed); ++i)
    out += "  " + left[i] + "\n";
  if (left.size() > listed)
    out += fmt::format("  … and {} more\n", left.size() - listed);
  return out;
}

json::object as_json(const run_report& r) {
  json::object out{{"run", r.run},
                   {"complete", r.complete()},
                   {"interrupted", r.interrupted}};
  if (r.load)
    out["load"] = load_json(*r.load);
  if (r.bare)
    out["bare"] = {{"applications", r.bare->applications},
                   {"failed", r.bare->failed},
                   {"firstFailure", r.bare->first_failure},
                   {"seconds", r.bare->seconds},
                   {"applicationsPerMinute", r.bare->per_minute},
                   {"writesPerSecond", r.bare->writes_per_second},
                   {"write", spread_json(r.bare->write)}};
  if (auto x = ratio(r))
    out["ratioToBare"] = *x;
  if (auto x = writes_ratio(r))
    out["writesRatioToBare"] = *x;
  return out;
}

} // namespace spark::load
