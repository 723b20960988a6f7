#pragma once

#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

namespace spark::testing {

/// A file below the source tree; throws when it is not there.
inline std::string read_source_file(const std::string& path) {
  std::ifstream in{std::string{SPARK_SOURCE_DIR} + "/" + path};
  if (!in)
    throw std::runtime_error("cannot read " + path);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void read(std::string& to, const boost::json::value& from) {
  to = boost::json::value_to<std::string>(from);
}
inline void read(double& to, const boost::json::value& from) {
  to = from.to_number<double>();
}
inline void read(std::int64_t& to, const boost::json::value& from) {
  to = from.to_number<std::int64_t>();
}
inline void read(boost::json::array& to, const boost::json::value& from) {
  to = from.as_array();
}
inline void read(string_map& to, const boost::json::value& from) {
  for (const auto& member : from.as_object())
    read(to[member.key()], member.value());
}
inline void read(std::vector<std::string>& to, const boost::json::value& from) {
  for (const auto& item : from.as_array())
    read(to.emplace_back(), item);
}
template<class T>
void read(std::optional<T>& to, const boost::json::value& from) {
  read(to.emplace(), from);
}

template<class T>
void member(T& to, const boost::json::object& from, std::string_view key) {
  if (const auto* value = from.if_contains(key))
    read(to, *value);
}

inline void read_role(pod_role_spec& to, const boost::json::object& from) {
  member(to.cores, from, "cores");
  member(to.core_request, from, "coreRequest");
  member(to.core_limit, from, "coreLimit");
  member(to.memory, from, "memory");
  member(to.memory_overhead, from, "memoryOverhead");
  member(to.image, from, "image");
  member(to.service_account, from, "serviceAccount");
  member(to.java_options, from, "javaOptions");
  member(to.labels, from, "labels");
  member(to.annotations, from, "annotations");
  member(to.env_vars, from, "envVars");
  member(to.env, from, "env");
  member(to.volume_mounts, from, "volumeMounts");
}

/// An application as a test writes it: metadata and spec of a SparkApplication,
/// taken as they are, without defaults and without validation.
struct application_case {
  explicit application_case(const boost::json::value& json) {
    const auto& metadata = json.at("metadata").as_object();
    member(input.app.name, metadata, "name");
    member(input.app.ns, metadata, "namespace");
    member(input.app_labels, metadata, "labels");
    const auto& from = json.at("spec").as_object();
    member(spec.type, from, "type");
    member(spec.mode, from, "mode");
    member(spec.spark_version, from, "sparkVersion");
    member(spec.image, from, "image");
    member(spec.image_pull_policy, from, "imagePullPolicy");
    member(spec.image_pull_secrets, from, "imagePullSecrets");
    member(spec.main_class, from, "mainClass");
    member(spec.main_application_file, from, "mainApplicationFile");
    member(spec.arguments, from, "arguments");
    member(spec.spark_conf, from, "sparkConf");
    member(spec.hadoop_conf, from, "hadoopConf");
    member(spec.volumes, from, "volumes");
    if (const auto* driver = from.if_contains("driver")) {
      read_role(spec.driver, driver->as_object());
      member(spec.driver.pod_name, driver->as_object(), "podName");
    }
    if (const auto* executor = from.if_contains("executor")) {
      read_role(spec.executor, executor->as_object());
      member(spec.executor.instances, executor->as_object(), "instances");
    }
    input.app_uid = "0a1b2c3d-0000-4000-8000-000000000001";
    input.claim_number = 1;
    input.submission_id = submission_id(input.app_uid, 1);
    input.submit_time_ms = 1795423465123; // Mon Nov 23 08:44:25 UTC 2026
  }

  /// What render() takes; valid as long as this case.
  [[nodiscard]] submission_input to_submit() const {
    auto out = input;
    out.spec = &spec;
    return out;
  }

  submission_input input;
  spark_application_spec spec;
};

} // namespace spark::testing
