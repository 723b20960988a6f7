#include "k8s/render/submission.hpp"

#include "crds/conf/monitoring.hpp"
#include "crds/parse.hpp"
#include "k8s/render/plan.hpp"
#include "k8s/render/properties.hpp"

namespace spark {
namespace {

std::optional<std::string> unusable(const submission_input& in) {
  if (!in.spec)
    return "there is no spec to submit";
  if (name_suffix(in.submission_id).size() != 16)
    return "\"" + in.submission_id + "\" is not a submission id";
  return std::nullopt;
}

/// The objects, once everything about them is known and was accepted.
submission assemble(submission_plan& plan, const driver_volumes& volumes,
                    string_map conf,
                    const std::optional<std::string>& pod_template) {
  submission out;
  out.spark_version = plan.profile.line;
  out.service = make_service(plan);
  out.driver = make_driver_pod(plan, volumes);
  out.claims = volumes.claims;
  add_submit_properties(conf, plan.in, plan.names, plan.main,
                        plan.has_executor_template);
  out.properties = to_properties(
      conf,
      "Java properties built from Kubernetes config map with name: " +
          plan.names.conf_map,
      plan.in.submit_time_ms);
  out.config_maps.push_back(make_conf_map(plan, out.properties));
  if (pod_template)
    out.config_maps.push_back(make_template_map(plan, *pod_template));
  if (plan.profile.network_policy)
    out.network_policy = make_network_policy(plan);
  if (has_metrics_map(*plan.in.spec))
    out.metrics_map = make_metrics_map(plan);
  out.conf.assign(conf.begin(), conf.end());
  return out;
}

} // namespace

result<submission> render(const submission_input& in) {
  if (auto why = unusable(in))
    return fail(errc::bad_input, *why, to_string(in.app));
  const auto& spec = *in.spec;
  auto chosen = choose_profile(requested_spark_version(spec).text);
  auto direct = split_volumes("driver", spec.volumes, spec.driver.volume_mounts,
                              *chosen.row);
  add_shared(direct, "driver", spec);
  for (const auto& one : direct_mounts(in.app.name, spec, "driver"))
    add_direct(direct, one);
  auto executors = make_executor_wishes(in.app.name, spec, *chosen.row,
                                        in.companions.ui_service);
  auto pod_name = driver_pod_name(in.app.name, spec);
  auto wanted = make_conf(in, pod_name, executors, direct.conf);
  settings conf{wanted};
  submission_plan plan{
      .in = in,
      .profile = *chosen.row,
      .spark_version = chosen.version,
      .names = make_names(conf.text_or("spark.app.name", ""), in.submission_id,
                          pod_name),
      .main = make_main_resource(spec),
      .conf = conf,
      .base = make_base_pod(spec.driver.pod_template, driver_container),
      .volumes = std::move(direct.volumes),
      .mounts = std::move(direct.mounts),
      .has_executor_template = executors.pod_template.has_value()};
  auto volumes = make_driver_volumes(plan);
  auto out = assemble(plan, volumes, wanted, executors.pod_template);
  if (!conf.problems().empty())
    return fail(errc::bad_input, to_text(conf.problems()), to_string(in.app));
  return out;
}

} // namespace spark
