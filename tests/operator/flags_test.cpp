#include "tools/operator/flags.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace spark;
using namespace std::chrono_literals;

namespace {

options parsed(const std::vector<std::string>& arguments) {
  auto line = parse_flags(arguments, "1.2.3");
  INFO((line ? "" : line.error().message));
  REQUIRE(line);
  CHECK(line->print.empty());
  return line->wanted;
}

std::string refused(const std::vector<std::string>& arguments) {
  auto line = parse_flags(arguments, "1.2.3");
  REQUIRE_FALSE(line);
  CHECK(line.error().code == errc::bad_input);
  CHECK(line.error().message.find('\n') == std::string::npos);
  return line.error().message;
}

using Catch::Matchers::Contains;
using names = std::vector<std::string>;

} // namespace

TEST_CASE("every flag has a help text, and no name is there twice") {
  std::set<std::string_view> seen;
  for (const auto& row : flag_rows()) {
    CAPTURE(row.name);
    CHECK_FALSE(row.help.empty());
    CHECK(seen.insert(row.name).second);
    if (!row.alias.empty())
      CHECK(seen.insert(row.alias).second);
    CHECK((row.read == nullptr) != row.refusal.empty());
    CHECK_THAT(flags_markdown(), Contains("`-" + std::string{row.name} + "`"));
    if (row.read != nullptr)
      CHECK_THAT(flags_help(), Contains("  -" + std::string{row.name}));
  }
}

TEST_CASE("the defaults") {
  auto o = parsed({});
  CHECK(o.kubeconfig.empty());
  CHECK(o.namespaces.empty());
  CHECK(o.resync_interval == 30s);
  CHECK(o.driver_start_timeout == 600s);
  CHECK(o.api_window == 8);
  CHECK(o.journal == "/var/lib/spark-operator/journal.db");
  CHECK(to_string(o.listen) == "127.0.0.1:8080");
  CHECK(o.log_level == "info");
  CHECK_FALSE(o.leader_election);
  CHECK(o.lock_namespace == "spark-operator");
  CHECK(o.lock_name == "spark-operator-lock");
  CHECK(o.lease_duration == 15s);
  CHECK(o.renew_deadline == 14s);
  CHECK(o.retry_period == 4s);
  CHECK_FALSE(o.enable_metrics);
  CHECK(o.metrics_port == 10254);
  CHECK(o.metrics_endpoint == "/metrics");
  CHECK(o.start_buckets.empty());
}

TEST_CASE("each default may be spelled out") {
  for (const auto& row : flag_rows()) {
    CAPTURE(row.name);
    parsed({"-" + std::string{row.name} + "=" + std::string{row.default_text}});
  }
}

TEST_CASE("one dash or two, with = or without") {
  auto form = GENERATE(names{"-namespace=a,b"}, names{"--namespace=a,b"},
                       names{"-namespace", "a,b"}, names{"--namespace", "a,b"});
  CHECK(parsed(form).namespaces == names{"a", "b"});
}

TEST_CASE("switches") {
  CHECK(parsed({"-leader-election"}).leader_election);
  CHECK(parsed({"--leader-election=true"}).leader_election);
  CHECK(parsed({"-leader-election=1"}).leader_election);
  CHECK_FALSE(parsed({"-leader-election=false"}).leader_election);
  CHECK_FALSE(
      parsed({"-leader-election", "-leader-election=F"}).leader_election);
  CHECK_THAT(refused({"-leader-election", "true"}),
             Contains("unexpected argument 'true'"));
  CHECK_THAT(refused({"-leader-election=maybe"}),
             Contains("-leader-election: 'maybe'"));
  refused({"-leader-election="});
}

TEST_CASE("values that look like something else") {
  CHECK(parsed({"-journal", "-strange"}).journal == "-strange");
  CHECK(parsed({"-journal="}).journal == ":memory:");
  CHECK(parsed({"--journal", ""}).journal == ":memory:");
  CHECK(parsed({"--journal", "", "-v=3"}).journal == ":memory:");
  CHECK(parsed({"-journal=", "-v=3"}).log_level == "debug");
  CHECK(parsed({"-journal=a=b"}).journal == "a=b");
  CHECK(parsed({"-journal=[x]"}).journal == "[x]");
  CHECK(parsed({"-journal=--namespace=x"}).namespaces.empty());
  CHECK(parsed({"-namespace=a", "-namespace", "b"}).namespaces == names{"b"});
  CHECK(parsed({"--kubeConfig=f"}).kubeconfig == "f");
  CHECK(parsed({"-kubeconfig", "f"}).kubeconfig == "f");
}

TEST_CASE("what is no flag of ours is refused in one line") {
  CHECK_THAT(refused({"-namespce=x"}), Contains("unknown flag -namespce;"));
  CHECK_THAT(refused({"--x", "y"}), Contains("unknown flag -x;"));
  CHECK_THAT(refused({"controller", "start"}),
             Contains("unexpected argument 'controller'"));
  CHECK_THAT(refused({"-journal"}), Contains("journal"));
  refused({"--", "-namespace=x"});
  refused({"-"});
  refused({"---namespace=x"});
  refused({""});
  refused({"-=x"});
  refused({"--=x"});
}

TEST_CASE("flags of the Go operator that come later") {
  CHECK_THAT(refused({"-enable-webhook=true"}),
             Contains("-enable-webhook: not in this version yet"));
  CHECK_THAT(refused({"-enable-webhook"}), Contains("not in this version"));
  CHECK_THAT(refused({"-metrics-labels=app_type"}), Contains("not in this"));
  CHECK_THAT(refused({"-log_dir=/tmp"}), Contains("standard error"));
  // Asking for what we do anyway is fine: charts spell out defaults.
  parsed({"-enable-webhook=false", "-enable-batch-scheduler=false",
          "-ingress-url-format=", "-webhook-port=8080", "-logtostderr",
          "-v=2"});
}

TEST_CASE("what stands beside drivers") {
  const auto nothing = parsed({}).companions;
  CHECK(nothing.ui_service);
  CHECK_FALSE(nothing.driver_budget);
  CHECK(nothing.ingress_url_format == "");
  const auto all =
      parsed({"-enable-ui-service=false", "-enable-driver-pdb",
              "-ingress-url-format", "https://x.org/{{ $appNamespace }}/a",
              "-ingress-class-name=nginx",
              R"(-ingress-tls=[{"hosts": ["x.org"], "secretName": "t"}])",
              R"(-ingress-annotations={"a": "b"})"})
          .companions;
  CHECK_FALSE(all.ui_service);
  CHECK(all.driver_budget);
  CHECK(all.ingress_url_format == "https://x.org/{{ $appNamespace }}/a");
  CHECK(all.ingress_class == "nginx");
  CHECK(all.ingress_tls.size() == 1);
  CHECK(all.ingress_annotations.at("a") == "b");
  CHECK_THAT(refused({"-ingress-url-format={{$app}}.x"}),
             Contains("-ingress-url-format: may hold {{$appName}}"));
  CHECK_THAT(refused({"-ingress-url-format=ftp://x.org"}), Contains("http"));
  CHECK_THAT(refused({"-ingress-url-format=x.org:80"}),
             Contains("without a port"));
  CHECK_THAT(refused({"-ingress-tls={}"}), Contains("not a list of objects"));
  CHECK_THAT(refused({"-ingress-tls=[1]"}), Contains("not a list of objects"));
  CHECK_THAT(refused({"-ingress-tls=["}), Contains("is not JSON"));
  CHECK_THAT(refused({R"(-ingress-annotations={"a": 1})"}),
             Contains("not an object of strings"));
  CHECK_THAT(refused({"-ingress-class-name=A"}), Contains("lower-case"));
}

TEST_CASE("namespaces and selectors") {
  CHECK(parsed({"-namespace="}).namespaces.empty());
  CHECK(parsed({"-namespace=a, b,a"}).namespaces == names{"a", "b"});
  refused({"-namespace=a,,b"});
  refused({"-namespace=A"});
  refused({"-namespace=a/b"});
  refused({"-namespace=-a"});
  auto selector = [](std::string text) {
    return parsed({"-label-selector-filter=" + text}).label_selector_filter;
  };
  for (const char* good :
       {"env=dev,app-type=spark", "a", "!a", "a!=b", "a==b",
        "a=", "x.io/a in (b,c)", "a notin (b)", "a>1", "a=b , c in ( d , e )"})
    CHECK(selector(good) == good);
  CHECK(selector("  ").empty());
  for (const char* bad : {"=", "a=b,", "a b", "a in b", "a=b;c", "a in ()x",
                          "a=b&limit=1", "a=(b)"})
    refused({std::string{"-label-selector-filter="} + bad});
  for (const char* bad :
       {"a!b", "!", ",", "a,,b", "a>b", "a in", "in (b)", "a in (b", "a in b)",
        "a near (b)", "a in (b))", "(", ")", "a=b)", "/a", "a/b/c=d", "é=1"})
    refused({std::string{"-label-selector-filter="} + bad});
  std::string many = "a=b";
  for (int n = 0; n < 20'000; ++n)
    many += ",a=b";
  CHECK(selector(many) == many);
}

TEST_CASE("numbers and durations") {
  CHECK(parsed({"-resync-interval=5"}).resync_interval == 5s);
  CHECK_THAT(refused({"-resync-interval=30s"}),
             Contains("-resync-interval: '30s' is not a whole number"));
  refused({"-resync-interval=0"});
  refused({"-resync-interval=-1"});
  refused({"-resync-interval=99999999999999999999"});
  refused({"-api-window=0"});
  refused({"-metrics-port=65536"});
  CHECK(parsed({"-driver-start-timeout=0"}).driver_start_timeout == 0s);
  CHECK(parsed({"-driver-start-timeout=90"}).driver_start_timeout == 90s);
  CHECK(parsed({"-driver-start-timeout=1m30s"}).driver_start_timeout == 90s);
  refused({"-driver-start-timeout=1ms"});
  CHECK(parsed({"-leader-election-lease-duration=1m0.5s"}).lease_duration ==
        60'500ms);
  for (const char* bad : {"15", "s", "1.2.3s", "-1s", "1d", "1s ", "1e3s",
                          "inf", "99999999h", "1sm"})
    refused({std::string{"-leader-election-lease-duration="} + bad});
  CHECK_THAT(refused({"-leader-election-renew-deadline=15s"}),
             Contains("must be longer"));
  refused({"-leader-election-retry-period=0"});
  names brief{"-leader-election-lease-duration=5s",
              "-leader-election-renew-deadline=4s",
              "-leader-election-retry-period=1s"};
  CHECK_THAT(refused(brief), Contains("must be longer than 5s"));
  brief.front() = "-leader-election-lease-duration=6s";
  CHECK(parsed(brief).lease_duration == 6s);
}

TEST_CASE("other values") {
  CHECK(parsed({"-log-level=warn", "-v=9"}).log_level == "warn");
  CHECK(parsed({"-v=10"}).log_level == "trace");
  refused({"-log-level=loud"});
  refused({"-logtostderr=false"});
  CHECK(parsed({"-master=https://10.0.0.1:6443"}).master ==
        "https://10.0.0.1:6443");
  CHECK_THAT(refused({"-master=http://10.0.0.1:8080"}),
             Contains("-allow-insecure-api-server"));
  parsed({"-master=http://10.0.0.1:8080", "-allow-insecure-api-server"});
  refused({"-master=10.0.0.1:6443"});
  refused({"-master=https://user@host"});
  refused({"-master=https://"});
  refused({"-master=https://host/?x"});
  CHECK(parsed({"-journal=:memory:"}).journal == ":memory:");
  CHECK(parsed({}).journal_max_size == 1 << 30);
  CHECK(parsed({"-journal-max-size=64Mi"}).journal_max_size == 64 << 20);
  CHECK(parsed({"-journal-max-size=20000000"}).journal_max_size == 20'000'000);
  for (const char* wrong :
       {"", "1", "15Mi", "-1Gi", "2Ti", "1GB", "Gi", "9999999999999999999Gi"})
    refused({std::string{"-journal-max-size="} + wrong});
  CHECK(parsed({}).journal_retention == std::chrono::days{7});
  CHECK(parsed({"-journal-retention=36h"}).journal_retention ==
        std::chrono::hours{36});
  refused({"-journal-retention=7d"});
  refused({"-journal=file:x?mode=memory"});
  CHECK(parsed({"-metrics-job-start-latency-buckets=30,60.5"}).start_buckets ==
        std::vector<double>{30, 60.5});
  for (const char* bad : {"1,1", "2,1", "0", "-1", "a", "1,", "inf", "nan"})
    refused({std::string{"-metrics-job-start-latency-buckets="} + bad});
  CHECK(parsed({"-metrics-prefix=my-"}).metrics_prefix == "my-");
  refused({"-metrics-prefix=1"});
  refused({"-metrics-prefix=a b"});
  refused({"-metrics-endpoint=metrics"});
  refused({"-listen=example.com:80"});
  CHECK(parsed({"-listen="}).listen.how == listen_address::kind::off);
}

TEST_CASE("help and version") {
  for (const char* flag : {"-h", "--help", "-help"})
    CHECK(parse_flags({flag, "-v=1"}, "1.2.3")->print == flags_help());
  CHECK(parse_flags({"-version"}, "1.2.3")->print == "spark-operator 1.2.3\n");
}

TEST_CASE("addresses to listen on") {
  for (const char* same : {"127.0.0.1:8080", ":0", "[::1]:65535", "0.0.0.0:1",
                           "unix:/run/x.sock", ""}) {
    auto where = parse_listen_address(same);
    CAPTURE(same);
    REQUIRE(where);
    CHECK(to_string(*where) == same);
  }
  CHECK(parse_listen_address("localhost:1")->host == "127.0.0.1");
  for (const char* bad :
       {"8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "1.2.3:1",
        "::1:80", "[]:1", "[::1:1", "[127.0.0.1]:1", "unix:", "host:1",
        "127.0.0.1:-1", "127.0.0.1:1x", ":"})
    CHECK_FALSE(parse_listen_address(bad));
  CHECK_FALSE(parse_listen_address("unix:/" + std::string(200, 'x')));
}
