#include "k8s/render/mechanisms.hpp"

#include "crds/parse.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/companions.hpp"

#include <algorithm>
#include <map>

namespace spark {
namespace json = boost::json;
namespace {

struct surrounding {
  std::string_view path;   ///< of the row that needs it
  std::string_view fields; ///< YAML of a spec
};

// Most fields work alone in a plain application. These need others.
constexpr std::string_view python =
    "{type: Python, mainApplicationFile: 'local:///a.py'}";
constexpr surrounding surroundings[] = {
    {"spec.pythonVersion", python},
    {"spec.memoryOverheadFactor", "{driver: {memory: 8g}}"},
    {"spec.volumes",
     "{driver: {volumeMounts: [{name: work, mountPath: /w}]}, "
     "executor: {volumeMounts: [{name: work, mountPath: /w}]}}"},
    {"spec.driver.volumeMounts", "{volumes: [{name: work, emptyDir: {}}]}"},
    {"spec.executor.volumeMounts", "{volumes: [{name: work, emptyDir: {}}]}"},
    {"spec.monitoring.metricsProperties",
     "{monitoring: {prometheus: {jmxExporterJar: /a.jar}}}"},
};

json::value example_of(const field& row) {
  auto read = read_yaml(row.example);
  return read.documents.empty() ? json::value{} : read.documents.front();
}

void merge(json::object& into, const json::object& more) {
  for (const auto& member : more) {
    auto& there = into[member.key()];
    if (there.is_object() && member.value().is_object())
      merge(there.get_object(), member.value().get_object());
    else
      there = member.value();
  }
}

/// The object that holds the member `path` names, made where it is missing.
json::object& holder(json::object& spec, std::string_view& path) {
  path.remove_prefix(path.find('.') + 1); // "spec."
  auto* at = &spec;
  for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    auto& next = (*at)[path.substr(0, dot)];
    if (!next.is_object())
      next = json::object{};
    at = &next.get_object();
    path.remove_prefix(dot + 1);
  }
  return *at;
}

/// A plain application with what `row` needs around it.
json::object base_spec(const field& row, const version_profile& profile) {
  auto spec = json::parse(R"({"type": "Java", "image": "spark:test",
    "mainClass": "A", "mainApplicationFile": "local:///a.jar",
    "driver": {}, "executor": {}})")
                  .as_object();
  spec["sparkVersion"] = profile.reference;
  for (const auto& one : surroundings)
    if (one.path == row.path)
      merge(spec, read_yaml(one.fields).documents.front().as_object());
  // The examples of the objects that the row is in.
  for (const auto& parent : spec_fields())
    if (parent.kind == value_kind::object && parent.path != "spec" &&
        parent.path != "spec.driver" && parent.path != "spec.executor" &&
        row.path.starts_with(parent.path + ".")) {
      std::string_view name = parent.path;
      auto& at = holder(spec, name);
      if (!at[name].is_object())
        at[name] = json::object{};
      merge(at[name].get_object(), example_of(parent).as_object());
    }
  return spec;
}

struct rendering {
  submission made;
  companions beside;
};

rendering rendered(const json::object& spec, std::vector<std::string>* said) {
  json::object object{{"metadata", {{"name", "app"}, {"namespace", "ns"}}}};
  object["spec"] = spec;
  const auto parsed = parse_application(object);
  if (said)
    for (const auto& one : parsed.warnings)
      said->push_back(one.path + " " + one.message);
  submission_input in;
  in.app = {"ns", "app"};
  in.app_uid = "00000000-0000-4000-8000-000000000000";
  in.claim_number = 1;
  in.submission_id = submission_id(in.app_uid, 1);
  in.spec = &parsed.spec;
  in.companions = {.ui_service = true,
                   .driver_budget = true,
                   .ingress_url_format = "{{$appName}}.example.com"};
  return {render(in).value_or(submission{}),
          render_companions(in).value_or(companions{})};
}

std::vector<json::object> objects_of(const companions& beside,
                                     std::string_view plural) {
  std::vector<json::object> out;
  for (const auto& one : beside.objects)
    if (one.plural == plural)
      out.push_back(one.object);
  return out;
}

std::vector<std::string> changed_keys(const submission& before,
                                      const submission& after) {
  std::map<std::string, std::string> old(before.conf.begin(),
                                         before.conf.end());
  std::vector<std::string> out;
  for (const auto& [key, value] : after.conf) {
    const auto at = old.find(key);
    if (at == old.end() || at->second != value)
      out.push_back(key);
  }
  return out;
}

/// The pod template is the second map, if there is one.
json::value template_of(const submission& made) {
  return made.config_maps.size() < 2 ? json::value{}
                                     : made.config_maps[1].at("data");
}

/// The driver pod without the volume that only carries the executors' pod
/// template.
json::object without_template_volume(const json::object& driver) {
  auto out = driver;
  const auto drop = [](json::object& owner, std::string_view key) {
    auto* found = owner.if_contains(key);
    if (!found || !found->is_array())
      return;
    json::array kept;
    for (const auto& item : found->get_array())
      if (item.at("name") != "pod-template-volume")
        kept.push_back(item);
    *found = std::move(kept);
  };
  auto* spec = out.if_contains("spec");
  if (!spec)
    return out;
  drop(spec->as_object(), "volumes");
  for (auto& container : spec->as_object().at("containers").as_array())
    drop(container.as_object(), "volumeMounts");
  return out;
}

/// Properties that follow from others, such as the path of the pod template.
bool is_consequence(std::string_view key) {
  return key.starts_with("spark.kubernetes.executor.podTemplate");
}

std::string text_of(const mechanism& m) {
  std::vector<std::string> parts;
  for (const auto& key : m.properties)
    parts.push_back("`" + key + "`");
  if (m.driver_pod)
    parts.emplace_back("driver Pod");
  if (m.executor_template)
    parts.emplace_back("executor Pod template");
  if (m.service)
    parts.emplace_back("Service");
  if (m.ingress)
    parts.emplace_back("Ingress");
  if (m.budget)
    parts.emplace_back("PodDisruptionBudget");
  if (m.metrics_map)
    parts.emplace_back("ConfigMap");
  std::string out;
  for (const auto& part : parts)
    out += (out.empty() ? "" : ", ") + part;
  if (!m.warnings.empty())
    out += (out.empty() ? "" : "; ") + std::string{"**warns**"};
  return out.empty() ? "-" : out;
}

/// "3.0-3.3: x; 3.4-4.1: y", or just "x" when all lines agree.
std::string lines_text(const field& row) {
  std::vector<std::pair<std::string, std::string>> runs; // lines, text
  std::vector<std::string_view> first;
  for (const auto& profile : version_profiles()) {
    auto text = text_of(mechanism_of(row, profile));
    if (!runs.empty() && runs.back().second == text) {
      runs.back().first =
          std::string{first.back()} + "–" + std::string{profile.line};
      continue;
    }
    first.push_back(profile.line);
    runs.emplace_back(profile.line, std::move(text));
  }
  if (runs.size() == 1)
    return runs.front().second;
  std::string out;
  for (const auto& [lines, text] : runs)
    out += (out.empty() ? "" : "<br>") + lines + ": " + text;
  return out;
}

constexpr std::string_view introduction =
    R"(# How each field gets to driver and executors

Generated by `crdgen` from what is rendered with the field's example and
without it: do not edit. Lines of Spark: %.

*driver Pod*: part of the Pod that the operator creates. *executor Pod
template*: part of the template that the driver makes executors from.
A name in code is a property of Spark, which driver and executors read.
*ConfigMap*: `<application>-prom-conf`. *-*: no object depends on it: the life
cycle does, or the check of the spec.

**warns**: the application gets a warning condition that names the field, since
in these lines of Spark only a mutating webhook could do what it says, or none.

| field | mechanism |
|---|---|
)";

} // namespace

bool has_mechanism(const field& row) {
  return row.honoured && row.kind != value_kind::object &&
         row.alias_of.empty() && row.path.find_first_of("[{") == row.path.npos;
}

mechanism mechanism_of(const field& row, const version_profile& profile) {
  auto spec = base_spec(row, profile);
  std::string_view name = row.path;
  holder(spec, name).erase(name);
  const auto [before, beside_before] = rendered(spec, nullptr);
  name = row.path;
  holder(spec, name)[name] = example_of(row);
  mechanism out;
  std::vector<std::string> said;
  const auto [after, beside] = rendered(spec, &said);
  for (const auto& one : said)
    if (one.starts_with(row.path + " "))
      out.warnings.push_back(one);
  out.properties = changed_keys(before, after);
  std::erase_if(out.properties, is_consequence);
  out.driver_pod = without_template_volume(before.driver) !=
                   without_template_volume(after.driver);
  out.executor_template = template_of(before) != template_of(after);
  const auto differs = [&one = beside_before,
                        &other = beside](std::string_view plural) {
    return objects_of(one, plural) != objects_of(other, plural);
  };
  out.service = before.service != after.service || differs("services");
  out.ingress = differs("ingresses");
  out.budget = differs("poddisruptionbudgets");
  out.metrics_map = before.metrics_map != after.metrics_map;
  return out;
}

std::string mechanisms_document() {
  std::string lines;
  for (const auto& profile : version_profiles())
    lines += (lines.empty() ? "" : ", ") + std::string{profile.line};
  std::string out{introduction};
  out.replace(out.find('%'), 1, lines);
  for (const auto& row : spec_fields())
    if (has_mechanism(row))
      out += "| `" + row.path + "` | " + lines_text(row) + " |\n";
  return out;
}

} // namespace spark
