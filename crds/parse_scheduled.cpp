#include "crds/fields.hpp"
#include "crds/run_names.hpp"
#include "crds/validation.hpp"

namespace spark {

namespace json = boost::json;

namespace {

/// Any run's name does: until the year 2286 all ticks have as many digits.
constexpr std::int64_t some_tick = 1'767'225'600'000'000'000;

/// nullptr also if it is null.
const json::value* member(const json::value& object, std::string_view key) {
  const auto* members = object.if_object();
  const auto* found = members ? members->if_contains(key) : nullptr;
  return found && !found->is_null() ? found : nullptr;
}

/// What the parser would see of a run.
json::value as_run(const json::value& object, std::string_view scheduled,
                   const json::value& spec) {
  json::object metadata{{"name", run_name(scheduled, some_tick)}};
  for (std::string_view key : {"namespace", "labels"})
    if (const auto* value = metadata_member(object, key))
      metadata[key] = *value;
  json::object run;
  run["metadata"] = std::move(metadata);
  if (const auto* found = member(spec, "template"))
    run["spec"] = *found;
  return run;
}

/// "spec.image" of a run is spec.template.image, also where another field's
/// message speaks of it; not in what is quoted from a value.
std::string in_template(std::string_view text) {
  constexpr std::string_view from = "spec.";
  std::string out;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    is_quoted ^= text[i] == '"';
    const bool begins = i == 0 || text[i - 1] == ' ';
    if (!is_quoted && begins && text.substr(i).starts_with(from)) {
      out += "spec.template.";
      i += from.size() - 1;
    } else {
      out += text[i];
    }
  }
  return out;
}

void append(const std::vector<problem>& of_run, std::vector<problem>& out) {
  for (const auto& one : of_run)
    out.push_back({one.path == "spec" ? "spec.template" : in_template(one.path),
                   in_template(one.message)});
}

/// What an application may want, and many of them may not.
void warn_of_repetition(parsed_scheduled& out) {
  const auto& run = out.spec.application;
  const std::string conf_key = "spark.kubernetes.driver.pod.name";
  const auto* conf = find_conf(run, conf_key);
  if (run.driver.pod_name || (conf && !conf->empty()))
    out.warnings.push_back(
        {run.driver.pod_name ? "spec.template.driver.podName"
                             : entry_path("spec.template.sparkConf", conf_key),
         "is the same for all runs: none starts while the driver pod of "
         "another is there, and it stays after its end"});
  if (run.restart_policy.type == "Always")
    out.warnings.push_back(
        {"spec.template.restartPolicy.type",
         "is Always: no run ever ends, so none is cleared away, and with "
         "Forbid no second one starts"});
}

void read_template(const json::value& object, std::string_view scheduled,
                   const json::value& spec, parsed_scheduled& out) {
  auto run = parse_application(as_run(object, scheduled, spec));
  // Nobody can help how long a run's name is, and the run says it by itself.
  std::erase_if(run.warnings,
                [](const problem& one) { return one.path == "metadata.name"; });
  append(run.problems, out.problems);
  append(run.warnings, out.warnings);
  out.spec.application = std::move(run.spec);
  warn_of_repetition(out);
}

} // namespace

parsed_scheduled parse_scheduled(const json::value& object) {
  parsed_scheduled out;
  const auto name = read_name(object, out.problems);
  const auto* spec = member(object, "spec");
  if (!spec) {
    out.problems.push_back({"spec", "is missing"});
    return out;
  }
  read_fields(object, out);
  if (spec->is_object()) {
    if (out.spec.schedule.empty())
      report_missing("spec.schedule",
                     "is missing: give the five fields of cron, such as "
                     "\"0 3 * * *\", or @every and a duration",
                     out.problems);
    read_template(object, name, *spec, out);
  }
  apply_defaults(out.spec);
  return out;
}

} // namespace spark
