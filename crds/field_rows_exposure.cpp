#include "crds/conf/ingress_url.hpp"
#include "crds/field_rows.hpp"
#include "crds/text_checks.hpp"

namespace spark {

using enum value_kind;
using app = spark_application_spec;

namespace {

field row(std::string path, value_kind kind, std::string since,
          std::string example, std::string description,
          text_check check = nullptr) {
  return {.path = std::move(path),
          .kind = kind,
          .check = check,
          .since = std::move(since),
          .example = std::move(example),
          .description = std::move(description)};
}

field port(field one) {
  one.least = 1;
  one.most = 65535;
  return one;
}

/// `at`: the object that the fields are members of, or the item of a list.
struct exposure_fields {
  std::string at;
  bool of_item;

  /// Members of an item are read with their list.
  field with(field one, field_member member, const char* where) const {
    if (!of_item) {
      one.member = member;
      one.lands = where;
    }
    one.required = of_item && one.kind == integer;
    return one;
  }

  [[nodiscard]] std::vector<field> rows() const {
    const char* service = "Service";
    const char* ingress = "Ingress";
    return {
        with(port(row(at + ".servicePort", integer, "1.0",
                      of_item ? "8080" : "80",
                      of_item ? "Port of the driver and of the Service."
                              : "Port of the Service.")),
             &exposure_spec::service_port, service),
        with(row(at + ".servicePortName", text, "1.3", of_item ? "web" : "ui",
                 "Name of that port.", check_volume_name),
             &exposure_spec::service_port_name, service),
        with(row(at + ".serviceType", text, "1.0", "NodePort",
                 "Type of the Service: ClusterIP, NodePort or LoadBalancer.",
                 check_service_type),
             &exposure_spec::service_type, service),
        with(row(at + ".serviceAnnotations", text_map, "1.3",
                 "{example.com/owner: data}", "Annotations of the Service."),
             &exposure_spec::service_annotations, service),
        with(row(at + ".serviceLabels", text_map, "1.4", "{team: data}",
                 "Labels of the Service."),
             &exposure_spec::service_labels, service),
        with(row(at + ".ingressAnnotations", text_map, "1.0",
                 "{kubernetes.io/ingress.class: nginx}",
                 "Annotations of the Ingress; without any, those of "
                 "-ingress-annotations."),
             &exposure_spec::ingress_annotations, ingress),
        with(row(at + ".ingressTLS", opaque_list, "1.0",
                 "[{hosts: [a.example.com], secretName: tls}]",
                 "Certificates of the Ingress; without any, those of "
                 "-ingress-tls."),
             &exposure_spec::ingress_tls, ingress),
    };
  }
};

} // namespace

std::vector<field> exposure_rows() {
  const std::string list = "spec.driverIngressOptions";
  std::vector<field> rows{
      row("spec.sparkUIOptions", object, "1.0", "{serviceType: NodePort}",
          "Service and Ingress of the Spark UI."),
  };
  const auto append = [&rows](const std::vector<field>& part) {
    rows.insert(rows.end(), part.begin(), part.end());
  };
  append(exposure_fields{"spec.sparkUIOptions", false}.rows());
  auto ports = row(list, object_list, "1.6",
                   "[{servicePort: 8080, servicePortName: web}]",
                   "Services and Ingresses for more ports of the driver.");
  ports.member = &app::driver_ingress;
  ports.lands = "Services and Ingresses `<app>-driver-<port>`, "
                "`<app>-ing-<port>`";
  rows.push_back(std::move(ports));
  append(exposure_fields{list + "[]", true}.rows());
  rows.push_back(row(list + "[].ingressURLFormat", text, "1.6",
                     "\"{{$appName}}.example.com\"",
                     "Host and path of the Ingress; without it there is none.",
                     check_ingress_url));
  auto budget = row("spec.driverPodDisruptionBudget", flag, "2.6", "true",
                    "Protects the driver pod from voluntary evictions, where "
                    "the operator runs with -enable-driver-pdb.");
  budget.member = &app::driver_disruption_budget;
  budget.lands = "PodDisruptionBudget named as the driver pod";
  rows.push_back(std::move(budget));
  return rows;
}

} // namespace spark
