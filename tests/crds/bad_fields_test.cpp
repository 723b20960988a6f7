// Every row of the field table against values that it cannot have.

#include "crds/fields.hpp"
#include "crds/parse.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace spark;
namespace json = boost::json;

namespace {

json::object application() {
  return json::parse(R"({
    "metadata": {"name": "spark-pi", "namespace": "default"},
    "spec": {
      "type": "Scala",
      "image": "registry.example.com/spark:3.5.7",
      "mainClass": "org.apache.spark.examples.SparkPi",
      "mainApplicationFile": "local:///opt/spark/examples.jar"
    }
  })")
      .as_object();
}

/// Puts `value` at a row's path below `at`: into the one item of a list
/// ("ports[]"), or of a map ("envSecretKeyRefs{}") as its member K.
void put(json::object& at, std::string_view path, json::value value) {
  const auto dot = path.find('.');
  auto step = path.substr(0, dot);
  if (dot == path.npos) {
    at[step] = std::move(value);
    return;
  }
  json::value* next = nullptr;
  if (step.ends_with("[]")) {
    step.remove_suffix(2);
    auto& list = at[step];
    if (!list.is_array())
      list = json::array{json::object{}};
    next = &list.at(0);
  } else if (step.ends_with("{}")) {
    step.remove_suffix(2);
    auto& map = at[step];
    if (!map.is_object())
      map = json::object{{"K", json::object{}}};
    next = &map.at("K");
  } else {
    next = &at[step];
    if (!next->is_object())
      *next = json::object{};
  }
  put(next->as_object(), path.substr(dot + 1), std::move(value));
}

/// "spec.driver.ports[0].name": the path of a row as messages have it.
std::string said_path(std::string path) {
  for (const auto& [mark, item] :
       {std::pair<std::string, std::string>{"[]", "[0]"}, {"{}", "[\"K\"]"}})
    if (const auto at = path.find(mark); at != path.npos)
      path.replace(at, mark.size(), item);
  return path;
}

parsed_application parse_with(const std::string& path, json::value value) {
  auto object = application();
  put(object, path, std::move(value));
  return parse_application(object);
}

std::string text_of(const std::vector<problem>& list) {
  std::string out;
  for (const auto& one : list)
    out += one.path + ": " + one.message + "\n";
  return out;
}

bool says(const parsed_application& got, std::string_view path,
          std::string_view words) {
  return std::ranges::any_of(got.problems, [&](const problem& one) {
    return one.path == path && one.message.find(words) != std::string::npos;
  });
}

/// Honoured, or of an item of a list that is.
bool is_honoured(const field& row) {
  const auto at = row.path.find_first_of("[{");
  return row.honoured || (at != std::string::npos &&
                          find_field(row.path.substr(0, at))->honoured);
}

struct wrong_value {
  std::string text; ///< JSON
  std::string at;   ///< behind the row's path
};

std::vector<wrong_value> not_a(value_kind kind) {
  const std::string text = R"("x")";
  const std::string number = "7";
  const std::string flag = "true";
  const std::string list = R"(["x"])";
  const std::string object = R"({"x": 1})";
  switch (kind) {
  case value_kind::object:
  case value_kind::opaque:
  case value_kind::application:
    return {{text}, {number}, {flag}, {list}};
  case value_kind::object_list:
  case value_kind::opaque_list:
    return {{text}, {number}, {object}, {list, "[0]"}, {"[{}, 7]", "[1]"}};
  case value_kind::object_map:
    return {{text}, {number}, {list}, {object, "[\"x\"]"}};
  case value_kind::text:
  case value_kind::time:
    return {{number}, {flag}, {list}, {object}};
  case value_kind::flag:
    return {{"\"true\""}, {number}, {list}, {object}};
  case value_kind::integer:
    return {{"\"7\""}, {flag}, {list}, {object}, {"1.5"}};
  case value_kind::number:
    return {{"\"7\""}, {flag}, {list}, {object}};
  case value_kind::int_or_text:
    return {{flag}, {list}, {object}};
  case value_kind::text_list:
    return {{text}, {number}, {object}, {"[7]", "[0]"}, {"[null]", "[0]"}};
  case value_kind::text_map:
  case value_kind::integer_map:
    return {{text},
            {number},
            {list},
            {"{\"x\": [1]}", "[\"x\"]"},
            {"{\"a\": \"b\", \"x\": 1}", "[\"x\"]"}};
  case value_kind::loose_map:
    return {{text}, {number}, {list}, {"{\"x\": [1]}", "[\"x\"]"}};
  }
  return {};
}

/// A row with a check or bounds, a value that fails, what is said of it.
struct refusal {
  std::string path;
  std::string value; ///< JSON
  std::string words;
  std::string at = ""; ///< behind the row's path
};

std::string long_text(std::size_t length) {
  return "\"" + std::string(length, 'a') + "\"";
}

std::vector<refusal> general_refusals() {
  const std::string uri = "must be a URI that the driver pod can read";
  return {
      {"spec.imagePullPolicy", R"("always")",
       R"(must be one of Always, Never, IfNotPresent; is "always")"},
      {"spec.imagePullSecrets", R"(["Not_A_Name"])",
       "must be made of lower-case letters", "[0]"},
      {"spec.imagePullSecrets", R"(["a", "b,c"])", "holds a comma", "[1]"},
      {"spec.pythonVersion", R"("3.11")", R"(must be one of 2, 3; is "3.11")"},
      {"spec.pythonVersion", "4", R"(must be one of 2, 3; is "4")"},
      {"spec.pythonVersion", "2.7", "must be one of 2, 3"},
      {"spec.memoryOverheadFactor", R"("20%")",
       R"(must be a decimal number such as 0.2; is "20%")"},
      {"spec.memoryOverheadFactor", R"("-0.1")", "must be a decimal number"},
      {"spec.memoryOverheadFactor", R"("1e3")", "must be a decimal number"},
      {"spec.memoryOverheadFactor", R"("0.1.2")", "must be a decimal number"},
      {"spec.type", R"("scala")",
       R"(must be one of Scala, Java, Python, R; is "scala")"},
      {"spec.mode", R"("client")", "not supported"},
      {"spec.deployMode", R"("local")", "must be one of cluster"},
      {"spec.mainApplicationFile", R"("/opt/app.jar")", uri},
      {"spec.restartPolicy.type", R"("never")",
       R"(must be one of Never, OnFailure, Always; is "never")"},
      {"spec.restartPolicy.retryBackoff", R"("exponential")",
       R"(must be one of Linear, Exponential; is "exponential")"},
      {"spec.restartPolicy.onFailureRetryInterval", "0", "must be at least 1"},
      {"spec.restartPolicy.onSubmissionFailureRetryInterval", "0",
       "must be at least 1"},
      {"spec.restartPolicy.maxRetryInterval", "0", "must be at least 1"},
      {"spec.restartPolicy.healthyRunSeconds", "0", "must be at least 1"},
      {"spec.timeToLiveSeconds", "3153600001",
       "is too large: at most 3153600000"},
      {"spec.driverStartTimeoutSeconds", "-1", "must be at least 0"},
      {"spec.driverStartTimeoutSeconds", "31536001",
       "is too large: at most 31536000"},
      {"spec.driverSchedulingTimeoutSeconds", "-1", "must be at least 0"},
      {"spec.driverSchedulingTimeoutSeconds", "31536001",
       "is too large: at most 31536000"},
      {"spec.sparkConfigMap", R"("Conf")", "must be made of lower-case"},
      {"spec.hadoopConfigMap", R"("-conf")", "must be made of lower-case"},
      {"spec.hadoopConfigMap", long_text(254),
       "must be at most 253 characters long; has 254"},
      {"spec.deps.jars", R"(["local:///a.jar", "file:///b.jar"])", uri, "[1]"},
      {"spec.deps.jars", R"([""])", "is empty", "[0]"},
      {"spec.deps.jars", R"(["https://e.com/a,b.jar"])", "holds a comma",
       "[0]"},
      {"spec.deps.files", R"(["a.csv"])", uri, "[0]"},
      {"spec.deps.pyFiles", R"(["./a.py"])", uri, "[0]"},
      {"spec.deps.archives", R"(["/a.tgz"])", uri, "[0]"},
      {"spec.deps.packages", R"(["com.example:a"])",
       "must be Maven coordinates, group:artifact:version", "[0]"},
      {"spec.deps.packages", R"(["com.example::1.0"])",
       "must be Maven coordinates", "[0]"},
      {"spec.deps.excludePackages", R"(["com.example:a:1.0"])",
       "must be a Maven package without version, group:artifact", "[0]"},
      {"spec.deps.repositories", R"(["https://e.com/a b"])",
       "must not hold blanks", "[0]"},
      {"spec.monitoring.metricsPropertiesFile", R"("metrics.properties")",
       "must be a path that begins with /"},
      {"spec.monitoring.prometheus.jmxExporterJar", R"("local:///agent.jar")",
       "must be a path that begins with /"},
      {"spec.monitoring.prometheus.configFile", R"("/a:b.yaml")",
       "has no colon"},
      {"spec.monitoring.prometheus.port", "1023", "must be at least 1024"},
      {"spec.monitoring.prometheus.port", "49152",
       "is too large: at most 49151"},
      {"spec.monitoring.prometheus.portName", R"("sixteen-letters-")",
       "at most 15 lower-case letters"},
      {"spec.monitoring.prometheus.portName", R"("8090")", "with a letter"},
      {"spec.dynamicAllocation.shuffleTrackingTimeout", "9007199254740992",
       "is too large: at most 9007199254740991"},
  };
}

/// "{role}" stands for driver and for executor.
std::vector<refusal> role_refusals() {
  const std::string name = "must be made of lower-case letters";
  const std::string path = "must be a path that begins with /";
  const std::string quantity = "must be a Kubernetes quantity such as 500m";
  const std::string port_name = "must be made of at most 15 lower-case letters";
  return {
      {"spec.{role}.coreRequest", R"("half")", quantity},
      {"spec.{role}.coreLimit", R"("-1")", quantity},
      {"spec.{role}.memory", R"("1.5g")", "use an integer such as 1536m"},
      {"spec.{role}.memory", R"("1Gi")", "one of the units k, m, g, t, p"},
      {"spec.{role}.memory", R"("0")", "must be more than zero"},
      {"spec.{role}.memoryOverhead", R"("10%")",
       "one of the units k, m, g, t, p"},
      {"spec.{role}.memoryLimit", R"("lots")",
       R"(must be a size such as 2Gi or 2g; is "lots")"},
      {"spec.{role}.memoryLimit", R"("0")", "must be a size such as 2Gi"},
      {"spec.{role}.serviceAccount", R"("a_b")", name},
      {"spec.{role}.configMaps[].name", R"("A")", name},
      {"spec.{role}.configMaps[].name", "\"\"", "is missing"},
      {"spec.{role}.configMaps[].path", R"("etc/x")", path},
      {"spec.{role}.secrets[].name", R"("a/b")", name},
      {"spec.{role}.secrets[].path", R"("/a:b")", "has no colon"},
      {"spec.{role}.envSecretKeyRefs{}.name", R"("a:b")", name},
      {"spec.{role}.envSecretKeyRefs{}.key", R"("a:b")",
       "must be a key of at most 253 letters"},
      {"spec.{role}.envSecretKeyRefs{}.key", long_text(254),
       "must be a key of at most 253 letters"},
      {"spec.{role}.envSecretKeyRefs{}.key", R"("..data")",
       "not beginning with two dots"},
      {"spec.{role}.gpu.name", R"("nvidia.com/gpu/x")",
       "must be the name of an extended resource such as nvidia.com/gpu"},
      {"spec.{role}.gpu.name", R"("memory")",
       R"(such as nvidia.com/gpu; is "memory")"},
      {"spec.{role}.schedulerName", R"("My Scheduler")", name},
      {"spec.{role}.priorityClassName", R"("High")", name},
      {"spec.{role}.ports[].name", R"("too-long-for-a-port")", port_name},
      {"spec.{role}.ports[].name", R"("1234")", "with a letter"},
      {"spec.{role}.ports[].name", R"("a--b")", "single '-'"},
      {"spec.{role}.ports[].protocol", R"("tcp")",
       R"(must be one of TCP, UDP, SCTP; is "tcp")"},
      {"spec.{role}.ports[].containerPort", "0", "must be at least 1"},
      {"spec.{role}.ports[].containerPort", "65536",
       "is too large: at most 65535"},
      {"spec.{role}.cores", "0", "must be a positive number"},
      {"spec.{role}.cores", "1e10", "is too large: at most 2147483647"},
  };
}

std::vector<refusal> refusals() {
  auto out = general_refusals();
  const std::string label = "must be made of at most 63 lower-case letters";
  for (const std::string at :
       {"spec.sparkUIOptions", "spec.driverIngressOptions[]"}) {
    out.push_back({at + ".servicePort", "0", "must be at least 1"});
    out.push_back({at + ".servicePort", "65536", "is too large"});
    out.push_back({at + ".servicePortName", R"("A")", label});
    out.push_back({at + ".serviceType", R"("ExternalName")",
                   "must be one of ClusterIP, NodePort, LoadBalancer"});
  }
  const std::string url = "spec.driverIngressOptions[].ingressURLFormat";
  out.push_back({url, R"("{{$name}}.x.org")", "may hold {{$appName}}"});
  out.push_back({url, R"("x.org/a?b")", "must have a path without blanks"});
  out.push_back({url, R"("/a")", "must begin with the name of a host"});
  out.push_back({"spec.driver.podName", R"("a..b")",
                 "must be made of lower-case letters"});
  for (const auto& one : role_refusals())
    for (const std::string role : {"driver", "executor"}) {
      auto copy = one;
      copy.path.replace(copy.path.find("{role}"), 6, role);
      out.push_back(std::move(copy));
    }
  return out;
}

} // namespace

TEST_CASE("a value of another kind is refused where it stands") {
  for (const auto& row : spec_fields()) {
    if (!is_honoured(row))
      continue;
    for (const auto& wrong : not_a(row.kind)) {
      const auto got = parse_with(row.path, json::parse(wrong.text));
      INFO(row.path << " = " << wrong.text << "\n" << text_of(got.problems));
      CHECK(says(got, said_path(row.path) + wrong.at, "must be "));
    }
  }
}

TEST_CASE("integers are refused outside their bounds") {
  for (const auto& row : spec_fields()) {
    if (!is_honoured(row) || row.kind != value_kind::integer)
      continue;
    const auto path = said_path(row.path);
    INFO(path);
    CHECK(says(parse_with(row.path, row.least - 1), path,
               "must be at least " + std::to_string(row.least)));
    CHECK(says(parse_with(row.path, row.most + 1), path,
               "is too large: at most " + std::to_string(row.most)));
    CHECK(says(parse_with(row.path, UINT64_MAX), path, "is too large"));
    CHECK(says(parse_with(row.path, 1e300), path, "is too large"));
    CHECK_FALSE(says(parse_with(row.path, row.least), path, "at least"));
    CHECK_FALSE(says(parse_with(row.path, row.most), path, "too large"));
  }
}

TEST_CASE("what is required is missed") {
  for (const auto& row : spec_fields()) {
    if (!is_honoured(row) || !row.required)
      continue;
    auto object = application();
    put(object, row.path, nullptr);
    const auto got = parse_application(object);
    INFO(row.path << "\n" << text_of(got.problems));
    CHECK(says(got, said_path(row.path), "is missing"));
  }
}

TEST_CASE("values that their field cannot have are refused with a remedy") {
  for (const auto& one : refusals()) {
    const auto got = parse_with(one.path, json::parse(one.value));
    INFO(one.path << " = " << one.value << "\n" << text_of(got.problems));
    CHECK(says(got, said_path(one.path) + one.at, one.words));
  }
}

TEST_CASE("every row with a check or with bounds is in that table") {
  std::set<std::string> listed;
  for (const auto& one : refusals())
    listed.insert(one.path);
  const field plain;
  for (const auto& row : spec_fields()) {
    INFO(row.path);
    if (row.check || row.least != plain.least || row.most != plain.most)
      CHECK(listed.contains(row.path));
  }
  for (const auto& path : listed) {
    INFO(path);
    CHECK(find_field(path));
  }
}
