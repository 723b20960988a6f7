// What stands beside the driver, as operator-behaviour §6 has it.

#include "crds/parse.hpp"
#include "crds/yaml.hpp"
#include "k8s/render/companions.hpp"

#include <catch2/catch.hpp>

namespace spark::testing {
namespace {

namespace json = boost::json;

/// An application rendered with these fields of its spec.
class rendered {
public:
  rendered(const std::string& fields, companion_settings set,
           std::string app = "pi") {
    auto object =
        read_yaml("metadata: {name: " + app +
                  ", namespace: team}\nspec: {type: Java, image: i, "
                  "mainClass: A, mainApplicationFile: 'local:///a.jar'" +
                  fields + "}\n")
            .documents.at(0);
    parsed_ = parse_application(object);
    in_.app = {"team", app};
    in_.app_uid = "00000000-0000-4000-8000-000000000000";
    in_.claim_number = 1;
    in_.submission_id = submission_id(in_.app_uid, 1);
    in_.spec = &parsed_.spec;
    in_.companions = std::move(set);
    made_ = render_companions(in_);
  }

  [[nodiscard]] std::string refused() const {
    return made_ ? "" : made_.error().message;
  }
  [[nodiscard]] const submission_input& input() const { return in_; }
  [[nodiscard]] submission submitted() const { return render(in_).value(); }
  [[nodiscard]] const companions& all() const { return made_.value(); }
  [[nodiscard]] std::string names() const {
    std::string out;
    for (const auto& one : all().objects)
      out += one.plural + "/" + one.name() + " ";
    return out;
  }
  [[nodiscard]] std::string problems() const {
    return to_text(parsed_.problems);
  }
  [[nodiscard]] const json::object& at(std::size_t i) const {
    return all().objects.at(i).object;
  }
  [[nodiscard]] std::string conf(const std::string& key) const {
    const auto made = render(in_);
    for (const auto& [k, v] : made.value().conf)
      if (k == key)
        return v;
    return "";
  }

private:
  parsed_application parsed_;
  submission_input in_;
  result<companions> made_ = fail(errc::internal, "not rendered");
};

const companion_settings ui{.ui_service = true};

companion_settings ui_at(std::string format) {
  return {.ui_service = true, .ingress_url_format = std::move(format)};
}

std::string path_of(const json::object& ingress) {
  return ingress.at("spec")
      .at_pointer("/rules/0/http/paths/0/path")
      .as_string()
      .c_str();
}

} // namespace

TEST_CASE("the web UI has a Service") {
  const rendered plain{"", ui};
  CHECK(plain.names() == "services/pi-ui-svc ");
  CHECK(plain.at(0).at("spec") == json::parse(R"({"type": "ClusterIP",
    "selector": {"sparkoperator.k8s.io/app-name": "pi", "spark-role": "driver"},
    "ports": [{"name": "spark-driver-ui-port", "port": 4040,
               "targetPort": 4040, "protocol": "TCP"}]})"));
  CHECK(plain.all().ui_port == 4040);
  CHECK(plain.at(0).at("metadata").at_pointer("/ownerReferences/0/uid") ==
        "00000000-0000-4000-8000-000000000000");
  CHECK(rendered{"", {}}.names() == "");
  CHECK(rendered{", sparkConf: {spark.ui.enabled: 'false'}", ui}.names() == "");
}

TEST_CASE("the port of the web UI") {
  const std::string conf = ", sparkConf: {spark.ui.port: '4050'}";
  const auto port = [](const rendered& r, const char* which) {
    return r.at(0).at("spec").at_pointer(std::string{"/ports/0/"} + which);
  };
  const rendered moved{conf, ui};
  CHECK(port(moved, "port") == 4050);
  CHECK(port(moved, "targetPort") == 4050);
  const rendered typed{conf + ", sparkUIOptions: {serviceType: NodePort}", ui};
  CHECK(port(typed, "port") == 4040);
  CHECK(port(typed, "targetPort") == 4050);
  const rendered own{
      conf + ", sparkUIOptions: {servicePort: 80, servicePortName: web, "
             "serviceLabels: {team: a, spark-role: b, "
             "sparkoperator.k8s.io/app-name: x}, serviceAnnotations: {c: d}}",
      ui};
  CHECK(port(own, "port") == 80);
  CHECK(port(own, "name") == "web");
  const auto& metadata = own.at(0).at("metadata").as_object();
  CHECK(metadata.at("labels").at("team") == "a");
  CHECK(metadata.at("labels").at("sparkoperator.k8s.io/app-name") == "pi");
  CHECK(metadata.at("annotations").at("c") == "d");
}

TEST_CASE("an Ingress of the web UI") {
  const rendered host{"", ui_at("{{$appName}}.example.com")};
  CHECK(host.names() == "services/pi-ui-svc ingresses/pi-ui-ingress ");
  CHECK(host.all().ui_ingress_address == "http://pi.example.com");
  CHECK(path_of(host.at(1)) == "/");
  CHECK_FALSE(host.at(1).at("spec").as_object().contains("tls"));
  CHECK(host.conf("spark.ui.proxyBase") == "");
  CHECK(host.at(1).at("spec").at_pointer(
            "/rules/0/http/paths/0/backend/service") ==
        json::parse(R"({"name": "pi-ui-svc", "port": {"number": 4040}})"));
}

TEST_CASE("an Ingress with a path of its own") {
  auto set = ui_at("https://x.org/{{ $appNamespace }}/{{$appId}}/");
  set.ingress_class = "nginx";
  set.ingress_annotations = {{"a", "b"}};
  set.ingress_tls = json::parse(R"([{"secretName": "t"}])").as_array();
  const rendered path{"", set};
  const auto id = spark_application_id(
      submission_id("00000000-0000-4000-8000-000000000000", 1));
  CHECK(path.all().ui_ingress_address == "https://x.org/team/" + id);
  CHECK(path_of(path.at(1)) == "/team/" + id + "(/|$)(.*)");
  const auto& ingress = path.at(1);
  CHECK(ingress.at("metadata").at("annotations").at("a") == "b");
  CHECK(ingress.at("metadata")
            .at("annotations")
            .at("nginx.ingress.kubernetes.io/rewrite-target") == "/$2");
  CHECK(ingress.at("spec").at("ingressClassName") == "nginx");
  CHECK(ingress.at("spec").at_pointer("/tls/0/secretName") == "t");
  CHECK(path.conf("spark.ui.proxyBase") == "/team/" + id);
  CHECK(path.conf("spark.ui.proxyRedirectUri") == "/");
  const rendered own{
      ", sparkConf: {spark.ui.proxyBase: /mine}, sparkUIOptions: "
      "{ingressAnnotations: {c: d}, ingressTLS: [{secretName: u}]}",
      set};
  CHECK(own.conf("spark.ui.proxyBase") == "/mine");
  CHECK_FALSE(
      own.at(1).at("metadata").at("annotations").as_object().contains("a"));
  CHECK(own.at(1).at("spec").at_pointer("/tls/0/secretName") == "u");
}

TEST_CASE("more ports of the driver") {
  const rendered two{
      ", driverIngressOptions: [{servicePort: 8080, servicePortName: web, "
      "ingressURLFormat: '{{$appName}}.x.org/web'}, {servicePort: 9090, "
      "serviceType: LoadBalancer}]",
      {}};
  CHECK(two.problems() == "");
  CHECK(two.names() == "services/pi-driver-8080 ingresses/pi-ing-8080 "
                       "services/pi-driver-9090 ");
  CHECK(path_of(two.at(1)) == "/web(/|$)(.*)");
  CHECK(two.at(2).at("spec").at("type") == "LoadBalancer");
  CHECK(two.at(2).at("spec").at_pointer("/ports/0/name") == "driver-ing-9090");
  CHECK(two.all().ui_service == "");
  const rendered twice{
      ", driverIngressOptions: [{servicePort: 1}, {servicePort: 1}]", {}};
  CHECK(twice.problems().find(
            "driverIngressOptions[1].servicePort: is that of an earlier") !=
        std::string::npos);
}

TEST_CASE("a budget for drivers that ask for one, where that is allowed") {
  const std::string asks = ", driverPodDisruptionBudget: true";
  CHECK(rendered{asks, {}}.names() == "");
  CHECK(rendered{"", {.driver_budget = true}}.names() == "");
  const rendered both{asks + ", driver: {podName: d}", {.driver_budget = true}};
  CHECK(both.names() == "poddisruptionbudgets/d ");
  CHECK(both.at(0).at("spec") == json::parse(R"({"minAvailable": 1,
    "selector": {"matchLabels": {"sparkoperator.k8s.io/app-name": "pi",
                                 "spark-role": "driver"}}})"));
}

TEST_CASE("pods beside many Services get no variables for each of them") {
  const std::string links = "enableServiceLinks";
  const auto template_of = [](const rendered& r) {
    const auto made = r.submitted();
    return made.config_maps.size() < 2
               ? std::string{}
               : std::string{made.config_maps[1]
                                 .at("data")
                                 .at("podspec-configmap-key")
                                 .as_string()};
  };
  const rendered with{"", ui};
  CHECK(with.submitted().driver.at("spec").at(links) == false);
  CHECK(template_of(with).find(R"("enableServiceLinks":false)") !=
        std::string::npos);
  const rendered without{"", {}};
  CHECK_FALSE(
      without.submitted().driver.at("spec").as_object().contains(links));
  CHECK(template_of(without) == "");
  const std::string wanted = "template: {spec: {enableServiceLinks: true, "
                             "containers: [{name: ";
  const rendered own{", driver: {" + wanted + "spark-kubernetes-driver}]}}}, " +
                         "executor: {" + wanted +
                         "spark-kubernetes-executor}]}}}",
                     ui};
  CHECK(own.submitted().driver.at("spec").at(links) == true);
  CHECK(template_of(own).find(R"("enableServiceLinks":true)") !=
        std::string::npos);
}

TEST_CASE("the template of executors to come can be brought up to date") {
  const rendered edited{", executor: {nodeSelector: {disk: ssd}}", ui};
  companions all;
  REQUIRE(add_executor_template(all, edited.input()));
  REQUIRE(all.objects.size() == 1);
  CHECK(all.objects[0].in_place);
  CHECK_FALSE(all.objects[0].object.contains("immutable"));
  CHECK(json::serialize(all.objects[0].object).find("ssd") !=
        std::string::npos);
  companions none;
  REQUIRE(add_executor_template(none, rendered{"", {}}.input()));
  CHECK(none.objects.empty());
}

TEST_CASE("names that no Service can have are cut and hashed") {
  CHECK(companion_name("pi", "ui-svc") == "pi-ui-svc");
  const std::string fits(56, 'a');
  CHECK(companion_name(fits, "ui-svc") == fits + "-ui-svc");
  const std::string longer(57, 'a');
  const auto cut = companion_name(longer, "ui-svc");
  CHECK(cut.size() == 63);
  CHECK(cut == std::string(47, 'a') + "-" +
                   md5_hex(longer + "-ui-svc").substr(0, 8) + "-ui-svc");
  CHECK(companion_name("my.app", "ui-svc").starts_with("my-app-"));
  CHECK(companion_name("1st", "ui-svc").starts_with("x1st-"));
}

TEST_CASE("a format that gives this application no URL is said to be wrong") {
  const auto long_name = std::string(60, 'a');
  const rendered odd{"", ui_at("{{$appName}}" + std::string(200, 'b') + ".org"),
                     long_name};
  CHECK(odd.refused().find("-ingress-url-format must begin with the name of a "
                           "host") == 0);
}

} // namespace spark::testing
