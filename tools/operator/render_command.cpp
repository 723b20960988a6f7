#include "tools/operator/render_command.hpp"

#include "crds/json_text.hpp"
#include "crds/parse.hpp"
#include "crds/run_names.hpp"
#include "crds/schedule/schedule.hpp"
#include "crds/scheduled_application.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/companions.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace spark {
namespace json = boost::json;
namespace {

/// Stands for the uid that the API server gives an object.
constexpr std::string_view no_uid = "00000000-0000-4000-8000-000000000000";

std::string member(const json::value& object, std::string_view key) {
  const auto* metadata = object.as_object().if_contains("metadata");
  return metadata ? std::string{text_member(*metadata, key)} : std::string{};
}

void print_problems(const char* kind, const std::string& where,
                    const std::vector<problem>& list, std::ostream& errors) {
  for (const auto& one : list)
    errors << where << ": " << kind << ": " << one.path << ": " << one.message
           << "\n";
}

/// In the order in which a submission creates them.
std::vector<json::object> objects_of(const submission& made,
                                     const companions& beside) {
  auto out = made.config_maps;
  if (made.metrics_map)
    out.push_back(*made.metrics_map);
  out.insert(out.end(), made.claims.begin(), made.claims.end());
  if (made.network_policy)
    out.push_back(*made.network_policy);
  out.push_back(made.service);
  for (const auto& one : beside.objects)
    out.push_back(one.object);
  out.push_back(made.driver);
  return out;
}

void print(const std::vector<json::object>& objects, bool as_json,
           std::ostream& out) {
  for (const auto& object : objects)
    if (as_json)
      out << json::serialize(object) << "\n";
    else
      out << "---\n" << to_yaml(object);
}

int render_one(json::value object, const render_request& what,
               std::ostream& out, std::ostream& errors) {
  auto& members = object.as_object();
  if (!what.spark_version.empty())
    if (auto* spec = members.if_contains("spec"); spec && spec->is_object())
      spec->get_object()["sparkVersion"] = what.spark_version;
  submission_input in;
  in.app.name = member(object, "name");
  in.app.ns = member(object, "namespace");
  if (in.app.ns.empty()) {
    in.app.ns = what.default_ns;
    if (auto* metadata = members.if_contains("metadata");
        metadata && metadata->is_object())
      metadata->get_object()["namespace"] = in.app.ns;
  }
  const auto where = what.file + ": " + in.app.name;
  const auto parsed = parse_application(object);
  print_problems("warning", where, parsed.warnings, errors);
  print_problems("refused", where, parsed.problems, errors);
  if (!parsed.problems.empty())
    return 1;
  in.app_uid = member(object, "uid");
  if (in.app_uid.empty())
    in.app_uid = no_uid;
  in.claim_number = 1;
  in.submission_id = submission_id(in.app_uid, in.claim_number);
  in.spec = &parsed.spec;
  in.companions = {.ui_service = true,
                   .driver_budget = true,
                   .ingress_url_format = what.ingress_url_format};
  const auto made = render(in);
  const auto beside = render_companions(in);
  if (!made || !beside) {
    errors << where
           << ": refused: " << (made ? beside.error() : made.error()).message
           << "\n";
    return 1;
  }
  if (!what.as_json)
    out << "# " << to_string(in.app) << " as a driver of Spark "
        << made->spark_version << "\n";
  print(objects_of(*made, *beside), what.as_json, out);
  return 0;
}

/// Ticks that are told of a schedule.
constexpr int ticks_told = 5;

/// The run that the first tick makes of it.
json::value first_run(const json::value& scheduled, std::int64_t tick) {
  auto metadata = scheduled.at("metadata").as_object();
  metadata["name"] = run_name(member(scheduled, "name"), tick);
  metadata.erase("uid");
  const auto* spec = scheduled.as_object().if_contains("spec");
  return {{"kind", "SparkApplication"},
          {"metadata", std::move(metadata)},
          {"spec", spec->at("template")}};
}

int render_schedule(const json::value& object, const render_request& what,
                    std::ostream& out, std::ostream& errors) {
  const auto where = what.file + ": " + member(object, "name");
  auto parsed = parse_scheduled(object);
  const auto now = std::chrono::floor<std::chrono::seconds>(what.now);
  const auto ticks = schedule::parse(
      parsed.spec.schedule, parsed.spec.time_zone, what.local_zone, now);
  if (!ticks && !parsed.spec.schedule.empty())
    parsed.problems.push_back({ticks.error().path, ticks.error().message});
  print_problems("refused", where, parsed.problems, errors);
  if (!parsed.problems.empty())
    return 1;
  auto tick = ticks->next(now);
  auto application = first_run(
      object,
      std::chrono::nanoseconds{tick.value_or(now).time_since_epoch()}.count());
  if (!what.as_json) {
    out << "# " << member(object, "name") << " is due at";
    for (int i = 0; i < ticks_told && tick; ++i, tick = ticks->next(*tick))
      out << (i == 0 ? " " : ", ") << to_rfc3339(*tick);
    out << "\n";
  }
  return render_one(std::move(application), what, out, errors);
}

} // namespace

int render_file(const render_request& what, std::ostream& out,
                std::ostream& errors) {
  std::ifstream in{what.file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in) {
    errors << what.file << ": cannot be read\n";
    return 2;
  }
  auto read = read_yaml(text);
  if (!read.error.empty()) {
    errors << what.file << ": " << read.error << "\n";
    return 2;
  }
  int found = 0;
  int status = 0;
  for (auto& object : read.documents) {
    const auto kind = object.is_object() ? text_member(object, "kind") : "";
    int one = 0;
    if (kind == "SparkApplication")
      one = render_one(std::move(object), what, out, errors);
    else if (kind == "ScheduledSparkApplication")
      one = render_schedule(object, what, out, errors);
    else
      continue;
    ++found;
    status = std::max(status, one);
  }
  if (found == 0) {
    errors << what.file
           << ": holds no SparkApplication and no ScheduledSparkApplication\n";
    return 2;
  }
  return status;
}

int run_render(const std::vector<std::string>& arguments, std::ostream& out,
               std::ostream& errors) {
  CLI::App app{"Prints the objects and the spark.properties that a submission "
               "of the\nSparkApplications in FILE would create, or why they "
               "would be refused; of a\nScheduledSparkApplication, when it is "
               "due and what its first run creates. Needs no\ncluster. Ids and "
               "times follow from "
               "the uid that an object gets in a cluster; here\nit is that of "
               "the file, or zeros.",
               "spark-operator render"};
  render_request what;
  std::string format = "yaml";
  app.add_option("FILE", what.file, "YAML or JSON manifest")->required();
  app.add_option("--spark-version", what.spark_version,
                 "as if spec.sparkVersion were this");
  app.add_option("-n,--namespace", what.default_ns,
                 "namespace of objects that name none")
      ->capture_default_str();
  app.add_option("--ingress-url-format", what.ingress_url_format,
                 "of the operator: Ingresses for web UIs");
  app.add_option("-o,--output", format, "yaml, or json: one object a line")
      ->check(CLI::IsMember({"yaml", "json"}))
      ->capture_default_str();
  try {
    // CLI11 takes them from the end.
    app.parse(std::vector<std::string>{arguments.rbegin(), arguments.rend()});
  } catch (const CLI::ParseError& wrong) {
    const int code = app.exit(wrong, out, errors);
    return code == 0 ? 0 : 2;
  }
  what.as_json = format == "json";
  what.now = std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::system_clock::now());
  what.local_zone = local_zone_name();
  return render_file(what, out, errors);
}

} // namespace spark
