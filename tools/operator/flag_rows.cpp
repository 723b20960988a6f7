#include "actors/metrics.hpp"
#include "crds/conf/ingress_url.hpp"
#include "crds/text_checks.hpp"
#include "tools/operator/flag_values.hpp"
#include "tools/operator/flags.hpp"

#include <algorithm>
#include <array>

namespace spark {

namespace {

using namespace flag_values;

using done = result<void>;

template<auto Member>
done read_text(options& o, std::string_view text) {
  o.*Member = std::string{text};
  return {};
}

template<auto Member>
done read_switch(options& o, std::string_view text) {
  return parse_switch(text).map([&](bool on) { o.*Member = on; });
}

template<auto Member, long Least, long Most>
done read_number(options& o, std::string_view text) {
  return parse_whole(text, Least, Most).map([&](long value) {
    o.*Member = static_cast<int>(value);
  });
}

template<auto Member, std::int64_t Least>
done read_size(options& o, std::string_view text) {
  auto size = parse_size(text);
  if (!size)
    return tl::unexpected{size.error()};
  if (*size < Least)
    return fail(errc::bad_input, in_quotes(text) + " is less than " +
                                     std::to_string(Least >> 20) + "Mi");
  o.*Member = *size;
  return {};
}

template<auto Member>
done read_duration(options& o, std::string_view text) {
  return parse_duration(text).map([&](milliseconds t) { o.*Member = t; });
}

template<auto Member>
done read_beside(options& o, std::string_view text) {
  return parse_switch(text).map([&](bool on) { o.companions.*Member = on; });
}

done read_ingress_url(options& o, std::string_view text) {
  if (auto wrong = text.empty() ? "" : check_ingress_url(text); !wrong.empty())
    return fail(errc::bad_input, wrong);
  o.companions.ingress_url_format = text;
  return {};
}

done read_ingress_class(options& o, std::string_view text) {
  if (auto wrong = text.empty() ? "" : check_pod_name(text); !wrong.empty())
    return fail(errc::bad_input, wrong);
  o.companions.ingress_class = text;
  return {};
}

result<boost::json::value> parse_json(std::string_view text,
                                      std::string_view wanted) {
  boost::system::error_code wrong;
  auto value = boost::json::parse(text, wrong);
  if (wrong)
    return fail(errc::bad_input,
                in_quotes(text) + " is not JSON of " + std::string{wanted});
  return value;
}

done read_ingress_tls(options& o, std::string_view text) {
  constexpr std::string_view wanted = "a list of objects";
  auto value = parse_json(text.empty() ? "[]" : text, wanted);
  if (!value)
    return tl::unexpected{value.error()};
  auto* list = value->if_array();
  if (!list ||
      !std::ranges::all_of(*list, [](auto& item) { return item.is_object(); }))
    return fail(errc::bad_input,
                in_quotes(text) + " is not " + std::string{wanted});
  o.companions.ingress_tls = std::move(*list);
  return {};
}

done read_ingress_annotations(options& o, std::string_view text) {
  constexpr std::string_view wanted = "an object of strings";
  auto value = parse_json(text.empty() ? "{}" : text, wanted);
  if (!value)
    return tl::unexpected{value.error()};
  o.companions.ingress_annotations.clear();
  auto* object = value->if_object();
  if (!object || !std::ranges::all_of(*object, [](auto& member) {
        return member.value().is_string();
      }))
    return fail(errc::bad_input,
                in_quotes(text) + " is not " + std::string{wanted});
  for (auto& member : *object)
    o.companions.ingress_annotations.emplace(member.key(),
                                             member.value().get_string());
  return {};
}

done read_resync(options& o, std::string_view text) {
  return parse_whole(text, 1, 86'400).map([&](long value) {
    o.resync_interval = seconds{value};
  });
}

/// Seconds, or a duration of whole seconds.
template<auto Member>
done read_limit(options& o, std::string_view text) {
  if (auto plain = parse_whole(text, 0, 31'536'000)) {
    o.*Member = seconds{*plain};
    return {};
  }
  auto t = parse_duration(text);
  if (!t || *t % seconds{1} != milliseconds{0})
    return fail(errc::bad_input,
                in_quotes(text) +
                    " is neither seconds nor a duration such as 10m");
  o.*Member = std::chrono::duration_cast<seconds>(*t);
  return {};
}

done read_default_ttl(options& o, std::string_view text) {
  auto plain = parse_whole(text, 0, 3'153'600'000);
  if (!plain)
    return fail(errc::bad_input,
                in_quotes(text) + " is not a number of seconds, 0 or more");
  o.default_time_to_live = seconds{*plain > 0 ? *plain : -1};
  return {};
}

done read_namespaces(options& o, std::string_view text) {
  o.namespaces.clear();
  if (trimmed(text).empty())
    return {};
  for (auto part : split(text, ',')) {
    std::string name{trimmed(part)};
    if (!is_dns_label(name))
      return fail(errc::bad_input,
                  in_quotes(name) + " cannot be the name of a namespace");
    auto& all = o.namespaces;
    if (std::find(all.begin(), all.end(), name) == all.end())
      all.push_back(std::move(name));
  }
  return {};
}

done read_lock_namespace(options& o, std::string_view text) {
  if (!is_dns_label(text))
    return fail(errc::bad_input,
                in_quotes(text) + " cannot be the name of a namespace");
  o.lock_namespace = std::string{text};
  return {};
}

done read_lock_name(options& o, std::string_view text) {
  auto parts = split(text, '.');
  if (text.size() > 253 ||
      !std::all_of(parts.begin(), parts.end(), is_dns_label))
    return fail(errc::bad_input,
                in_quotes(text) + " cannot be the name of a Lease");
  o.lock_name = std::string{text};
  return {};
}

done read_selector(options& o, std::string_view text) {
  return parse_selector(text).map([&](std::string selector) {
    o.label_selector_filter = std::move(selector);
  });
}

/// What curl would take for something else than a host and a path.
constexpr std::string_view no_url_text = " \t\r\n?#@\\\"<>";

done read_master(options& o, std::string_view text) {
  auto rest = text;
  for (std::string_view scheme : {"https://", "http://"})
    if (rest.starts_with(scheme))
      rest.remove_prefix(scheme.size());
  if (!text.empty() &&
      (rest.size() == text.size() || rest.empty() || rest.front() == '/' ||
       rest.find_first_of(no_url_text) != rest.npos))
    return fail(errc::bad_input, in_quotes(text) + " is not an http(s) URL");
  o.master = std::string{text};
  return {};
}

done read_journal(options& o, std::string_view text) {
  // SQLite would take it for a URI or for another special name.
  if (text != ":memory:" &&
      (text.starts_with(":") || text.starts_with("file:")))
    return fail(errc::bad_input, in_quotes(text) + " is not a path");
  o.journal = text.empty() ? ":memory:" : std::string{text};
  return {};
}

done read_listen(options& o, std::string_view text) {
  return parse_listen_address(text).map(
      [&](listen_address where) { o.listen = std::move(where); });
}

done read_log_level(options& o, std::string_view text) {
  constexpr std::array<std::string_view, 6> levels{"trace", "debug", "info",
                                                   "warn",  "error", "off"};
  if (std::find(levels.begin(), levels.end(), text) == levels.end())
    return fail(errc::bad_input, in_quotes(text) +
                                     " is not one of trace, debug, info, warn,"
                                     " error, off");
  o.log_level = std::string{text};
  return {};
}

/// glog's number: deployments of the Go operator pass 2 for the normal amount.
done read_verbosity(options& o, std::string_view text) {
  return parse_whole(text, 0, 100).map([&](long value) {
    o.log_level = value <= 2 ? "info" : value <= 9 ? "debug" : "trace";
  });
}

done read_logtostderr(options&, std::string_view text) {
  auto on = parse_switch(text);
  if (!on)
    return tl::unexpected{on.error()};
  if (!*on)
    return fail(errc::bad_input, "logs go to standard error and nowhere else");
  return {};
}

done read_endpoint(options& o, std::string_view text) {
  if (text.size() < 2 || text.front() != '/' ||
      text.find_first_of(no_url_text) != text.npos)
    return fail(errc::bad_input,
                in_quotes(text) + " is not a path such as /metrics");
  o.metrics_endpoint = std::string{text};
  return {};
}

done read_prefix(options& o, std::string_view text) {
  if (text.size() > 100 || !valid_metric_prefix(text))
    return fail(errc::bad_input,
                in_quotes(text) + " cannot start the name of a metric");
  o.metrics_prefix = std::string{text};
  return {};
}

template<auto Member>
done read_buckets(options& o, std::string_view text) {
  return parse_bounds(text).map(
      [&](std::vector<double> bounds) { o.*Member = std::move(bounds); });
}

constexpr std::string_view later = "not in this version yet";
constexpr std::string_view stderr_only = "logs go to standard error only";
constexpr long max_threads = 256;

constexpr auto rows = std::to_array<flag_row>({
    {"kubeconfig", "path", "",
     "how to reach the API server; empty: the pod's service account",
     read_text<&options::kubeconfig>, "", "kubeConfig"},
    {"master", "url", "", "the API server; beats the one in the kubeconfig",
     read_master},
    {"allow-insecure-api-server", "", "false",
     "talk to an API server over plain http or without checking its "
     "certificate",
     read_switch<&options::allow_insecure_api_server>},
    {"namespace", "list", "",
     "namespaces to work in, with commas between; empty: all", read_namespaces},
    {"label-selector-filter", "selector", "",
     "only applications that match; other instances may take the rest",
     read_selector},
    {"resync-interval", "seconds", "30",
     "how often a running application is looked at although nothing happened",
     read_resync},
    {"driver-start-timeout", "duration", "10m",
     "how long a driver may be stuck on an image, config or volume error before"
     " its attempt fails; 0: for ever; spec.driverStartTimeoutSeconds beats it",
     read_limit<&options::driver_start_timeout>},
    {"driver-scheduling-timeout", "duration", "0",
     "how long a driver may wait for a node before its attempt fails; 0: for"
     " ever; spec.driverSchedulingTimeoutSeconds beats it",
     read_limit<&options::driver_scheduling_timeout>},
    {"default-time-to-live-seconds", "seconds", "0",
     "when an application is deleted after its end, if its spec does not say; "
     "0:"
     " never",
     read_default_ttl},
    {"controller-threads", "number", "0",
     "threads that run the actors; 0: one per processor",
     read_number<&options::controller_threads, 0, max_threads>},
    {"api-window", "number", "8",
     "requests in flight to begin with; adapts to the API server",
     read_number<&options::api_window, 1, 1024>},
    {"journal", "path", "/var/lib/spark-operator/journal.db",
     "database of all decisions; empty or :memory: keeps them only until exit",
     read_journal},
    {"journal-max-size", "size", "1Gi",
     "above it ended applications leave the journal early, oldest first; in"
     " memory at most 64Mi",
     read_size<&options::journal_max_size, std::int64_t{16} << 20>},
    {"journal-retention", "duration", "168h",
     "how long the journal keeps all rows of an ended application; the last one"
     " stays for 90 days or as long",
     read_duration<&options::journal_retention>},
    {"listen", "address", "127.0.0.1:8080",
     "serves /healthz, /readyz, /metrics and /journal: host:port, :port,"
     " unix:PATH, or empty for nothing",
     read_listen},
    {"v", "number", "0",
     "verbosity as for the Go operator: 0-2 info, 3-9 debug, 10 trace;"
     " -log-level beats it",
     read_verbosity},
    {"log-level", "level", "info", "trace, debug, info, warn, error or off",
     read_log_level},
    {"logtostderr", "", "true", "accepted; it is always so", read_logtostderr,
     "", "alsologtostderr"},
    {"leader-election", "", "false",
     "only one of several replicas works, the others wait",
     read_switch<&options::leader_election>},
    {"leader-election-lock-namespace", "name", "spark-operator",
     "namespace of the Lease", read_lock_namespace},
    {"leader-election-lock-name", "name", "spark-operator-lock",
     "name of the Lease", read_lock_name},
    {"leader-election-lease-duration", "duration", "15s",
     "how long a leader that fell silent is respected",
     read_duration<&options::lease_duration>},
    {"leader-election-renew-deadline", "duration", "14s",
     "how long a leader tries to renew before it gives up",
     read_duration<&options::renew_deadline>},
    {"leader-election-retry-period", "duration", "4s",
     "between two tries to get or renew the Lease",
     read_duration<&options::retry_period>},
    {"enable-ui-service", "", "true", "a Service for the web UI of each driver",
     read_beside<&companion_settings::ui_service>},
    {"ingress-url-format", "url", "",
     "an Ingress for each web UI, such as {{$appName}}.example.com; also "
     "{{$appNamespace}} and {{$appId}}",
     read_ingress_url},
    {"ingress-class-name", "name", "", "ingressClassName of Ingresses",
     read_ingress_class},
    {"ingress-tls", "json", "",
     "spec.tls of Ingresses whose application says none", read_ingress_tls},
    {"ingress-annotations", "json", "",
     "annotations of Ingresses whose application says none",
     read_ingress_annotations},
    {"enable-driver-pdb", "", "false",
     "a PodDisruptionBudget for drivers that ask for one",
     read_beside<&companion_settings::driver_budget>},
    {"enable-metrics", "", "false",
     "serve metrics for Prometheus on all addresses, beside -listen",
     read_switch<&options::enable_metrics>},
    {"metrics-port", "port", "10254", "of -enable-metrics",
     read_number<&options::metrics_port, 1, 65535>},
    {"metrics-endpoint", "path", "/metrics", "of -enable-metrics",
     read_endpoint},
    {"metrics-prefix", "text", "", "put before the name of every metric",
     read_prefix},
    {"metrics-job-submit-latency-buckets", "list", "",
     "seconds, with commas between; empty: from 0.05 to 3600",
     read_buckets<&options::submit_buckets>},
    {"metrics-job-start-latency-buckets", "list", "",
     "seconds, with commas between; empty: from 0.5 to 3600",
     read_buckets<&options::start_buckets>},

    // Flags of the Go operator whose features come later. Their defaults mean
    // "off" or are not used while the feature is off, so asking for them is
    // fine.
    {"metrics-labels", "list", "", "labels of applications on metrics", nullptr,
     later},
    {"enable-webhook", "", "false", "mutating admission webhook", nullptr,
     later},
    {"webhook-config-name", "name", "spark-webhook-config",
     "webhook configuration", nullptr, later},
    {"webhook-svc-namespace", "name", "spark-operator", "webhook service",
     nullptr, later},
    {"webhook-svc-name", "name", "spark-webhook", "webhook service", nullptr,
     later},
    {"webhook-port", "port", "8080", "webhook server", nullptr, later},
    {"webhook-server-cert", "path", "/etc/webhook-certs/server-cert.pem",
     "webhook certificate", nullptr, later},
    {"webhook-server-cert-key", "path", "/etc/webhook-certs/server-key.pem",
     "webhook certificate", nullptr, later},
    {"webhook-ca-cert", "path", "/etc/webhook-certs/ca-cert.pem",
     "webhook certificate", nullptr, later},
    {"webhook-cert-reload-interval", "duration", "15m", "webhook certificate",
     nullptr, later},
    {"webhook-secret-name", "name", "spark-operator-tls", "webhook certificate",
     nullptr, later},
    {"webhook-secret-namespace", "name", "spark-operator",
     "webhook certificate", nullptr, later},
    {"webhook-fail-on-error", "", "false", "webhook failure policy", nullptr,
     later},
    {"webhook-timeout", "seconds", "30", "webhook timeout", nullptr, later},
    {"webhook-namespace-selector", "selector", "", "webhook scope", nullptr,
     later},
    {"webhook-object-selector", "selector", "", "webhook scope", nullptr,
     later},
    {"enable-resource-quota-enforcement", "", "false",
     "quota check of whole applications", nullptr, later},
    {"enable-batch-scheduler", "", "false", "Volcano and other schedulers",
     nullptr, later},
    {"install-crds", "", "false", "installing CRDs at the start", nullptr,
     "apply crds/generated instead"},
    {"log_dir", "path", "", "log files", nullptr, stderr_only},
    {"stderrthreshold", "level", "2", "log files", nullptr, stderr_only},
    {"log_backtrace_at", "place", ":0", "glog's stack traces", nullptr,
     "not supported"},
    {"vmodule", "list", "", "glog's verbosity per file", nullptr,
     "not supported; see -log-level"},
});

} // namespace

std::span<const flag_row> flag_rows() { return rows; }

} // namespace spark
