#include "crds/json_text.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

#include <array>

namespace spark {

namespace json = boost::json;

namespace {

/// Linux refuses to start a program with a longer argument or variable
/// (MAX_ARG_STRLEN, with the closing NUL), so such a pod would never run.
constexpr std::size_t longest_argument = 128 * 1024 - 1;
/// The API server and etcd limit the whole pod to about 1.5 MB.
constexpr std::size_t many_argument_bytes = 1024 * 1024;

void validate_arguments(parsed_application& out) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < out.spec.arguments.size(); ++i) {
    const auto& argument = out.spec.arguments[i];
    total += argument.size() + 1;
    if (argument.size() > longest_argument)
      out.problems.push_back({item_path("spec.arguments", i),
                              "is too long: has " +
                                  std::to_string(argument.size()) +
                                  " bytes, and Linux takes at most " +
                                  std::to_string(longest_argument) +
                                  " for one argument; put it into a file"});
    if (argument.find('\0') != std::string::npos)
      out.problems.push_back({item_path("spec.arguments", i),
                              "holds a NUL character, which no argument of a "
                              "program can"});
  }
  if (total > many_argument_bytes)
    out.warnings.push_back(
        {"spec.arguments", "have " + std::to_string(total) +
                               " bytes: the API server may refuse a pod of "
                               "more than about 1.5 MB"});
}

void check_variable(std::string path, std::string_view name,
                    std::string_view value, parsed_application& out) {
  if (name.size() + value.size() + 1 > longest_argument)
    out.problems.push_back({path, "is too long: Linux takes at most " +
                                      std::to_string(longest_argument) +
                                      " bytes for one environment variable"});
  if (value.find('\0') != std::string_view::npos)
    out.problems.push_back({std::move(path),
                            "holds a NUL character, which no environment "
                            "variable can"});
}

void check_variable_names(const std::string& role, const pod_role_spec& pod,
                          parsed_application& out) {
  const auto check = [&out](std::string path, std::string_view name) {
    if (auto wrong = check_variable_name(name); !wrong.empty())
      out.problems.push_back({std::move(path), std::move(wrong)});
  };
  for (const auto& [name, value] : pod.env_vars)
    check(entry_path(role + ".envVars", name), name);
  for (const auto& member : pod.env_secret_key_refs)
    check(entry_path(role + ".envSecretKeyRefs", member.key()), member.key());
  for (std::size_t i = 0; i < pod.env.size(); ++i)
    if (const auto name = text_member(pod.env[i], "name"); !name.empty())
      check(item_path(role + ".env", i) + ".name", name);
}

void validate_env(const std::string& role, const pod_role_spec& pod,
                  parsed_application& out) {
  check_variable_names(role, pod, out);
  for (const auto& [name, value] : pod.env_vars)
    check_variable(entry_path(role + ".envVars", name), name, value, out);
  for (std::size_t i = 0; i < pod.env.size(); ++i) {
    const auto* item = pod.env[i].if_object();
    if (!item)
      continue; // said when it was read
    const auto path = item_path(role + ".env", i);
    const auto* name = need_text(*item, "name", path, out);
    const auto* value = item->if_contains("value");
    if (!name || !value || value->is_null())
      continue;
    if (const auto* text = value->if_string())
      check_variable(path, *name, *text, out);
    else
      out.problems.push_back(
          {path + ".value", wrong_type("a string (put it in quotes)", *value)});
  }
}

/// A variable that Spark itself gives the driver, after those of envVars.
struct later_variable {
  std::string_view name;
  std::string_view when; ///< sparkConf has this key; "": always
};

constexpr std::array<later_variable, 7> later_variables = {{
    {"SPARK_DRIVER_BIND_ADDRESS", ""},
    {"SPARK_LOCAL_DIRS", ""},
    {"SPARK_CONF_DIR", ""},
    {"HADOOP_CONF_DIR", "spark.kubernetes.hadoop.configMapName"},
    {"PYSPARK_PYTHON", "spark.pyspark.python"},
    {"PYSPARK_DRIVER_PYTHON", "spark.pyspark.python"},
    {"PYSPARK_DRIVER_PYTHON", "spark.pyspark.driver.python"},
}};

void warn_of_later_variable(std::string_view name, std::string path,
                            parsed_application& out) {
  for (const auto& [later, when] : later_variables)
    if (name == later && (when.empty() || find_conf(out.spec, when))) {
      out.warnings.push_back(
          {std::move(path), "has no effect: Spark sets " + std::string{name} +
                                " itself, and the last one wins"});
      return;
    }
}

/// `env` comes after Spark's own, and executors get theirs from the driver.
void validate_driver_variables(parsed_application& out) {
  const auto& driver = out.spec.driver;
  for (const auto& [name, value] : driver.env_vars)
    warn_of_later_variable(name, entry_path("spec.driver.envVars", name), out);
}

} // namespace

void validate_pods(parsed_application& out) {
  validate_arguments(out);
  validate_env("spec.driver", out.spec.driver, out);
  validate_env("spec.executor", out.spec.executor, out);
  validate_driver_variables(out);
}

} // namespace spark
