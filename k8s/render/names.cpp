#include "k8s/render/names.hpp"

#include "crds/conf/spark_names.hpp"
#include "k8s/render/submission.hpp"

namespace spark {

std::string config_map_name(std::string_view submission_id) {
  return "spark-drv-" + name_suffix(submission_id) + "-conf-map";
}

child_names make_names(std::string_view spark_app_name,
                       std::string_view submission_id,
                       std::string_view driver_pod) {
  auto id16 = name_suffix(submission_id);
  child_names out;
  out.app_id = spark_application_id(submission_id);
  out.prefix = resource_name_prefix(spark_app_name, id16);
  out.driver_pod = driver_pod;
  out.service = service_name(spark_app_name, id16);
  if (!fits_service(out.service))
    out.service = "spark-" + id16 + "-driver-svc";
  out.conf_map = config_map_name(submission_id);
  out.template_map = out.prefix + "-driver-podspec-conf-map";
  return out;
}

std::string with_replaced(std::string_view text, std::string_view what,
                          std::string_view by) {
  std::string out{text};
  for (auto at = out.find(what); at != out.npos;
       at = out.find(what, at + by.size()))
    out.replace(at, what.size(), by);
  return out;
}

std::string with_ids(std::string_view text, std::string_view app_id) {
  return with_replaced(with_replaced(text, "{{APP_ID}}", app_id),
                       "{{EXECUTOR_ID}}", "");
}

} // namespace spark
