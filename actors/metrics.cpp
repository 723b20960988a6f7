#include "actors/metrics.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace spark {

namespace {

template<class Id>
struct row {
  Id id;
  std::string_view name;
  std::string_view help;
};

template<class Id>
constexpr std::size_t index_of(Id id) {
  return static_cast<std::size_t>(id);
}

template<class Id>
constexpr std::size_t count_of = index_of(Id::size_);

/// An id without a row would be a null pointer at run time, so the compiler
/// counts.
template<class Id, std::size_t N>
constexpr bool covers_all(const std::array<row<Id>, N>& rows) {
  std::array<bool, count_of<Id>> seen{};
  for (const auto& r : rows)
    seen[index_of(r.id)] = true;
  return std::all_of(seen.begin(), seen.end(), [](bool s) { return s; });
}

// The names spark_application_* are those of the Go operator 2.x, so that
// dashboards survive the move.
constexpr auto counter_rows = std::to_array<row<counter>>({
    {counter::applications, "spark_application_count",
     "SparkApplications seen for the first time"},
    {counter::submissions, "spark_application_submit_count",
     "Attempts whose driver pod was created"},
    {counter::failed_submissions, "spark_application_failed_submission_count",
     "Attempts that ended before a driver ran (SUBMISSION_FAILED)"},
    {counter::successes, "spark_application_success_count",
     "Attempts whose driver succeeded"},
    {counter::failures, "spark_application_failure_count",
     "Attempts whose driver failed or was lost"},
    {counter::watch_relists, "spark_operator_watch_relists_total",
     "Lists that replaced a broken or expired watch"},
    {counter::journal_rows, "spark_operator_journal_rows_total",
     "Rows committed to the journal"},
    {counter::journal_rows_lost, "spark_operator_journal_rows_lost_total",
     "Rows that could not be written; the next one of the application says so"},
    {counter::journals_damaged, "spark_operator_journals_damaged_total",
     "Journal files found damaged at the start and kept aside"},
    {counter::events_dropped, "spark_operator_events_dropped_total",
     "Kubernetes events not sent because the API server was too slow"},
    {counter::actor_respawns, "spark_operator_actor_respawns_total",
     "Actors started again after they died"},
    {counter::scheduled_runs, "spark_operator_scheduled_runs_total",
     "SparkApplications created for a tick of a schedule"},
    {counter::skipped_ticks, "spark_operator_skipped_ticks_total",
     "Ticks of schedules that have no run; status and Events say why"},
});

constexpr auto gauge_rows = std::to_array<row<gauge>>({
    {gauge::running, "spark_application_running_count",
     "SparkApplications whose driver runs"},
    {gauge::api_in_flight, "spark_operator_api_in_flight",
     "Requests that wait for the API server's answer"},
    {gauge::api_queue_length, "spark_operator_api_queue_length",
     "Requests that wait for room in the window"},
    {gauge::api_window, "spark_operator_api_window",
     "Requests allowed in flight; shrinks when the API server is slow"},
    {gauge::journal_degraded, "spark_operator_journal_degraded",
     "1 while the journal's file cannot be written, else 0"},
    {gauge::actors, "spark_operator_actors", "Applications that have an actor"},
    {gauge::quarantined, "spark_operator_quarantined",
     "Applications and schedules set aside because they keep failing us"},
    {gauge::idle_without_timer, "spark_operator_idle_without_timer",
     "Unfinished applications that nothing would wake; must stay 0"},
    {gauge::schedules, "spark_operator_schedules",
     "ScheduledSparkApplications that are followed"},
});

// Twice: a plain name whose _sum and _count the Go operator's summary has, and
// the name of its histogram.
constexpr auto histogram_rows = std::to_array<row<histogram>>({
    {histogram::submit_latency, "spark_application_submit_latency_seconds",
     "From the claim of an attempt to its driver pod"},
    {histogram::submit_latency,
     "spark_application_submit_latency_seconds_histogram",
     "The same, under the name the Go operator uses"},
    {histogram::start_latency, "spark_application_start_latency_seconds",
     "From the claim of an attempt to its driver's start"},
    {histogram::start_latency,
     "spark_application_start_latency_seconds_histogram",
     "The same, under the name the Go operator uses"},
    {histogram::journal_commit, "spark_operator_journal_commit_seconds",
     "How long one durable commit of the journal takes"},
    {histogram::tick_latency, "spark_operator_tick_latency_seconds",
     "From a tick of a schedule to the creation of its run"},
});

static_assert(covers_all(counter_rows));
static_assert(covers_all(gauge_rows));
static_assert(covers_all(histogram_rows));

constexpr metric_row requests_row{
    "spark_operator_api_requests_total", "counter", "verb,resource,code",
    "Requests to the API server by answer; code 0: no answer came"};
constexpr metric_row watch_age_row{
    "spark_operator_watch_last_event_age_seconds", "gauge", "resource",
    "How long ago the watch last delivered anything, bookmarks included"};
constexpr metric_row build_row{"spark_operator_build_info", "gauge", "version",
                               "Always 1; the label says what runs"};

std::vector<double> buckets_of(histogram which, const metrics_settings& s) {
  if (which == histogram::submit_latency && !s.submit_buckets.empty())
    return s.submit_buckets;
  if (which == histogram::start_latency && !s.start_buckets.empty())
    return s.start_buckets;
  switch (which) {
  case histogram::submit_latency:
    return {0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 600, 3600};
  case histogram::start_latency:
    return {0.5, 1,   2,   5,   10,  15,  30,  60,   90,  120,
            150, 180, 210, 240, 270, 300, 600, 1800, 3600};
  case histogram::journal_commit:
    return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
            0.1,    0.25,  0.5,    1,     2.5,  10};
  case histogram::tick_latency:
    return {0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 21600};
  case histogram::size_:
    break;
  }
  return {1};
}

std::string cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|')
      out += '\\';
    out += c;
  }
  return out;
}

} // namespace

struct metrics::impl {
  explicit impl(const metrics_settings& settings);

  template<class Builder>
  auto& family(Builder builder, std::string_view name, std::string_view help) {
    std::string full = prefix + std::string{name};
    std::replace(full.begin(), full.end(), '-', '_');
    return builder.Name(full).Help(std::string{help}).Register(registry);
  }

  std::string prefix;
  prometheus::Registry registry;
  std::array<prometheus::Counter*, count_of<counter>> counters{};
  std::array<prometheus::Gauge*, count_of<gauge>> gauges{};
  std::array<std::vector<prometheus::Histogram*>, count_of<histogram>>
      histograms;
  prometheus::Family<prometheus::Counter>* requests = nullptr;
  prometheus::Family<prometheus::Gauge>* watch_age = nullptr;

  std::mutex heard_mutex; ///< guards heard and the members of watch_age
  std::map<std::string, std::chrono::steady_clock::time_point, std::less<>>
      heard;
  decltype(metrics_settings::now) clock;
};

metrics::impl::impl(const metrics_settings& settings)
    : prefix(settings.prefix), clock(settings.now) {
  using namespace prometheus;
  for (const auto& r : counter_rows)
    counters[index_of(r.id)] = &family(BuildCounter(), r.name, r.help).Add({});
  for (const auto& r : gauge_rows)
    gauges[index_of(r.id)] = &family(BuildGauge(), r.name, r.help).Add({});
  for (const auto& r : histogram_rows)
    histograms[index_of(r.id)].push_back(
        &family(BuildHistogram(), r.name, r.help)
             .Add({}, buckets_of(r.id, settings)));
  requests = &family(BuildCounter(), requests_row.name, requests_row.help);
  watch_age = &family(BuildGauge(), watch_age_row.name, watch_age_row.help);
  family(BuildGauge(), build_row.name, build_row.help)
      .Add({{"version", settings.version}})
      .Set(1);
}

metrics::metrics(const metrics_settings& settings)
    : impl_(std::make_unique<impl>(settings)) {}

metrics::~metrics() = default;

void metrics::add(counter which, double amount) {
  if (amount >= 0)
    impl_->counters[index_of(which)]->Increment(amount);
}

void metrics::set(gauge which, double value) {
  impl_->gauges[index_of(which)]->Set(value);
}

void metrics::add(gauge which, double amount) {
  impl_->gauges[index_of(which)]->Increment(amount);
}

void metrics::observe(histogram which, double seconds) {
  // NaN would stay in the sum for ever. Clocks of two machines may differ, so
  // a latency can come out negative.
  if (std::isnan(seconds))
    return;
  for (auto* h : impl_->histograms[index_of(which)])
    h->Observe(std::max(seconds, 0.0));
}

void metrics::api_request(std::string_view verb, std::string_view resource,
                          int code) {
  impl_->requests
      ->Add({{"verb", std::string{verb}},
             {"resource", std::string{resource}},
             {"code", std::to_string(code)}})
      .Increment();
}

void metrics::watch_heard(std::string_view resource) {
  std::lock_guard guard{impl_->heard_mutex};
  impl_->heard.insert_or_assign(std::string{resource}, impl_->clock());
}

void metrics::watch_ended(std::string_view resource) {
  std::lock_guard guard{impl_->heard_mutex};
  auto found = impl_->heard.find(resource);
  if (found == impl_->heard.end())
    return;
  auto& series = impl_->watch_age->Add({{"resource", found->first}});
  impl_->watch_age->Remove(&series);
  impl_->heard.erase(found);
}

std::string metrics::text() const {
  {
    std::lock_guard guard{impl_->heard_mutex};
    auto now = impl_->clock();
    for (const auto& [resource, when] : impl_->heard)
      impl_->watch_age->Add({{"resource", resource}})
          .Set(std::chrono::duration<double>(now - when).count());
  }
  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, impl_->registry.Collect());
  return std::move(out).str();
}

bool valid_metric_prefix(std::string_view prefix) {
  auto first = [](unsigned char c) {
    return std::isalpha(c) || c == '_' || c == ':' || c == '-';
  };
  auto rest = [&](unsigned char c) { return first(c) || std::isdigit(c); };
  // Prometheus keeps names that start with two underscores for itself.
  if (prefix.starts_with("__") || prefix.starts_with("--"))
    return false;
  return prefix.empty() || (first(prefix.front()) &&
                            std::all_of(prefix.begin(), prefix.end(), rest));
}

std::vector<metric_row> metric_rows() {
  std::vector<metric_row> all;
  for (const auto& r : counter_rows)
    all.push_back({r.name, "counter", "", r.help});
  for (const auto& r : gauge_rows)
    all.push_back({r.name, "gauge", "", r.help});
  for (const auto& r : histogram_rows)
    all.push_back({r.name, "histogram", "", r.help});
  all.insert(all.end(), {requests_row, watch_age_row, build_row});
  return all;
}

std::string metrics_markdown() {
  std::string out = "| metric | type | labels | meaning |\n|---|---|---|---|\n";
  for (const auto& r : metric_rows()) {
    out += "| `" + std::string{r.name} + "` | " + std::string{r.type} + " | " +
           cell(r.labels) + " | " + cell(r.help) + " |\n";
  }
  return out;
}

} // namespace spark
