#include "crds/conf/memory.hpp"
#include "crds/conf/spark_container.hpp"
#include "crds/fields.hpp"
#include "crds/json_text.hpp"
#include "crds/text_checks.hpp"
#include "crds/validation.hpp"

namespace spark {

namespace json = boost::json;

namespace {

/// A wish and where it stands: in a field, or else in sparkConf.
struct wish {
  std::string text; ///< "": nobody said anything
  std::string path;
};

wish find_wish(const spark_application_spec& spec, std::string path,
               const std::optional<std::string>& member, std::string_view key) {
  if (member)
    return {*member, std::move(path)};
  if (const auto* value = find_conf(spec, key))
    return {*value, entry_path("spec.sparkConf", key)};
  return {{}, std::move(path)};
}

/// The CPU limit of the template's container, which Spark leaves as it is.
wish template_limit(const std::string& role, const pod_role_spec& pod) {
  const auto& containers =
      list_member(object_member(pod.pod_template, "spec"), "containers");
  if (containers.empty())
    return {};
  const auto index = spark_container(containers, "spark-kubernetes-" + role);
  const auto* container = containers[index].if_object();
  const auto* cpu =
      container
          ? object_member(object_member(*container, "resources"), "limits")
                .if_contains("cpu")
          : nullptr;
  if (!cpu)
    return {};
  const auto* text = cpu->if_string();
  return {text ? std::string{*text} : canonical_json(*cpu),
          item_path("spec." + role + ".template.spec.containers", index) +
              ".resources.limits.cpu"};
}

double whole_cores(const spark_application_spec& spec, std::string_view role,
                   const pod_role_spec& pod) {
  if (pod.cores)
    return *pod.cores;
  const auto* value = find_conf(spec, "spark." + std::string{role} + ".cores");
  return value ? parse_quantity(*value).value_or(1) : 1;
}

/// The API server refuses a request above the limit: of a driver once, of
/// executors each time that the driver asks for them, which nobody would hear
/// of. Cores that only follow from `cores` give way, as the user guide has it
/// (one core, limit 200m).
void fit_request(std::string_view role, pod_role_spec& pod,
                 parsed_application& out) {
  const auto field = "spec." + std::string{role};
  const auto conf = "spark.kubernetes." + std::string{role};
  auto limit = find_wish(out.spec, field + ".coreLimit", pod.core_limit,
                         conf + ".limit.cores");
  if (limit.text.empty())
    limit = template_limit(std::string{role}, pod);
  const auto most = parse_quantity(limit.text);
  if (!most)
    return;
  const auto request = find_wish(out.spec, field + ".coreRequest",
                                 pod.core_request, conf + ".request.cores");
  if (!request.text.empty()) {
    if (parse_quantity(request.text).value_or(0) > *most)
      out.problems.push_back(
          {request.path,
           "is more than the limit, which is " + quoted(limit.text)});
  } else if (whole_cores(out.spec, role, pod) > *most) {
    pod.core_request = limit.text;
    out.warnings.push_back({limit.path, "is less than the cores: the pod "
                                        "requests " +
                                            quoted(limit.text) + " as well"});
  }
}

/// The driver's JVM gets the text as it is, behind -Xmx.
void validate_heap(parsed_application& out) {
  const auto heap = find_wish(out.spec, "spec.driver.memory",
                              out.spec.driver.memory, "spark.driver.memory");
  if (parse_java_size(heap.text) <= 0)
    return; // nothing was said, or something that is refused
  constexpr std::string_view units = "kKmMgGtT";
  const auto end = heap.text.find_last_not_of(" \t\r\n");
  if (units.find(heap.text[end]) == units.npos)
    out.warnings.push_back(
        {heap.path, "does not end in k, m, g or t: Spark hands it to the "
                    "driver's JVM as it is, which will not start; write it "
                    "as in 512m"});
}

/// A Java size where it ends in a unit of Java, as the pod gets it.
double memory_limit_bytes(const std::string& text) {
  const bool has_unit =
      !text.empty() && (text.back() < '0' || text.back() > '9');
  const auto size = has_unit ? parse_java_size(text) : -1;
  return size > 0 ? static_cast<double>(size)
                  : parse_quantity(text).value_or(0);
}

void validate_memory_limit(parsed_application& out) {
  const auto& spec = out.spec;
  const auto limit = memory_limit_bytes(spec.driver.memory_limit.value_or(""));
  if (limit <= 0)
    return; // not given, or refused already
  string_map values;
  for (auto& [key, value] : simple_conf(spec))
    values[key] = std::move(value);
  settings conf{values};
  const auto needed = driver_memory_mib(
      conf, language_of(spec.main_application_file.value_or("")),
      profile_of(spec));
  constexpr double mebibyte = 1024.0 * 1024;
  if (limit < static_cast<double>(needed) * mebibyte)
    out.problems.push_back(
        {"spec.driver.memoryLimit",
         "is less than the " + std::to_string(needed) +
             "Mi that heap and overhead of the driver take"});
}

void validate_instances(parsed_application& out) {
  const auto n = out.spec.executor.instances;
  // 0 is fine where Spark adds executors by itself.
  const bool dynamic = dynamic_allocation_enabled(out.spec);
  if (n && (*n < 0 || (*n == 0 && !dynamic)))
    out.problems.push_back(
        {"spec.executor.instances",
         "must be a positive number, is " + std::to_string(*n)});
}

} // namespace

void validate_resources(parsed_application& out) {
  fit_request("driver", out.spec.driver, out);
  fit_request("executor", out.spec.executor, out);
  validate_heap(out);
  validate_memory_limit(out);
  validate_instances(out);
}

} // namespace spark
