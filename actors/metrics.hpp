#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spark {

/// Every number the operator tells Prometheus. Adding one is a member here and
/// a row in metrics.cpp; the page and METRICS.md follow from the row. No metric
/// carries the name of an application: a page must not grow with the cluster.
enum class counter {
  applications,
  submissions,
  failed_submissions,
  successes,
  failures,
  watch_relists,
  journal_rows,
  journal_rows_lost,
  journals_damaged,
  events_dropped,
  actor_respawns,
  scheduled_runs,
  skipped_ticks,
  size_ ///< not a metric: how many there are
};

enum class gauge {
  running,
  api_in_flight,
  api_queue_length,
  api_window,
  journal_degraded,
  actors,
  quarantined,
  idle_without_timer,
  schedules,
  size_
};

/// All in seconds.
enum class histogram {
  submit_latency,
  start_latency,
  journal_commit,
  tick_latency,
  size_
};

/// One line of METRICS.md and one family of the page.
struct metric_row {
  std::string_view name;
  std::string_view type;   ///< "counter", "gauge" or "histogram"
  std::string_view labels; ///< comma list, empty for most
  std::string_view help;
};

struct metrics_settings {
  std::string version; ///< label of spark_operator_build_info
  /// Put before every name as it is, as the Go operator does; '-' becomes '_'.
  /// Must pass valid_metric_prefix.
  std::string prefix;
  /// Upper bounds in seconds, ascending. Empty: our own, up to an hour.
  std::vector<double> submit_buckets;
  std::vector<double> start_buckets;
  /// What the age of a watch is measured with.
  std::function<std::chrono::steady_clock::time_point()> now =
      std::chrono::steady_clock::now;
};

/// Any member from any thread; none blocks for longer than a map lookup. There
/// is no global one: the composition root makes it and hands out references.
///
/// Counters without labels start at 0, so that a rate sees the first event. A
/// restart starts them again: Prometheus expects that. Gauges are whatever the
/// owner of the number set last.
class metrics {
public:
  explicit metrics(const metrics_settings& settings);
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  /// Counters never fall: an amount below 0 or NaN is ignored.
  void add(counter which, double amount = 1);
  void set(gauge which, double value);
  /// For a gauge that several owners share; the amount may be negative.
  void add(gauge which, double amount);
  void observe(histogram which, double seconds);

  /// One reply of the API server, or none: then the code is 0. Pass the plural
  /// of the resource with its subresource ("pods", "sparkapplications/status"),
  /// never a path: each distinct label stays in memory for ever.
  void api_request(std::string_view verb, std::string_view resource, int code);
  /// Something (an event, a bookmark, a list) just came from this watch. The
  /// page shows how long ago that was at the moment it is read.
  void watch_heard(std::string_view resource);
  /// This watch is over on purpose (lost lease): its age would only alarm.
  void watch_ended(std::string_view resource);

  /// The page, in the text exposition format 0.0.4.
  [[nodiscard]] std::string text() const;

  /// Content-Type of text().
  static constexpr std::string_view content_type =
      "text/plain; version=0.0.4; charset=utf-8";

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Whether Prometheus would accept names that start so; empty is fine.
[[nodiscard]] bool valid_metric_prefix(std::string_view prefix);
/// All families in the order of the page's documentation.
[[nodiscard]] std::vector<metric_row> metric_rows();
/// METRICS.md's table, generated so that it cannot disagree with the code.
[[nodiscard]] std::string metrics_markdown();

} // namespace spark
