#include "k8s/render/companions.hpp"

#include "crds/conf/settings.hpp"
#include "crds/json_text.hpp"
#include "crds/parse.hpp"
#include "k8s/render/plan.hpp"

#include <algorithm>

namespace spark {
namespace json = boost::json;
namespace {

constexpr std::size_t longest_name = 63;
constexpr std::int64_t default_ui_port = 4040;
constexpr std::string_view rewrite_target =
    "nginx.ingress.kubernetes.io/rewrite-target";

/// A port of the driver, and how it is to be reached.
struct exposed_port {
  std::string service_suffix;
  std::string ingress_suffix;
  std::string port_name;
  std::int64_t port = 0; ///< of the Service
  std::int64_t target = 0;
  exposure_spec wishes;
  std::optional<ingress_url> url; ///< nothing: no Ingress
};

string_map map_member(const json::object& item, std::string_view key) {
  string_map out;
  for (const auto& member : object_member(item, key))
    if (const auto* text = member.value().if_string())
      out.emplace(member.key(), *text);
  return out;
}

bool usable_as_name(std::string_view name) {
  const bool letter = name.front() >= 'a' && name.front() <= 'z';
  return letter && name.size() <= longest_name &&
         name.find('.') == std::string_view::npos;
}

class builder {
public:
  explicit builder(const submission_input& in) : in_(in) {}

  companions take() { return std::move(out_); }

  void add_web_ui(const settings& conf) {
    const auto& wishes = in_.spec->ui;
    exposed_port ui{
        .service_suffix = "ui-svc",
        .ingress_suffix = "ui-ingress",
        .port_name = wishes.service_port_name.value_or("spark-driver-ui-port"),
        .target = ui_port(conf),
        .wishes = wishes,
        .url = web_ui_url(in_)};
    ui.port = wishes.service_port.value_or(
        wishes == exposure_spec{} ? ui.target : default_ui_port);
    out_.ui_port = ui.port;
    out_.ui_service = add_service(ui);
    if (!ui.url)
      return;
    out_.ui_ingress = add_ingress(ui, out_.ui_service);
    out_.ui_ingress_address = ui.url->address();
  }

  /// What is wrong with its URL, if anything is.
  std::string add_driver_port(const json::object& item,
                              const ingress_names& names) {
    const auto port = item.at("servicePort").to_number<std::int64_t>();
    const auto number = std::to_string(port);
    exposed_port one{.service_suffix = "driver-" + number,
                     .ingress_suffix = "ing-" + number,
                     .port_name = "driver-ing-" + number,
                     .port = port,
                     .target = port,
                     .wishes = {},
                     .url = {}};
    if (auto name = text_member(item, "servicePortName"); !name.empty())
      one.port_name = name;
    if (auto type = text_member(item, "serviceType"); !type.empty())
      one.wishes.service_type = std::string{type};
    one.wishes.service_annotations = map_member(item, "serviceAnnotations");
    one.wishes.service_labels = map_member(item, "serviceLabels");
    one.wishes.ingress_annotations = map_member(item, "ingressAnnotations");
    one.wishes.ingress_tls = list_member(item, "ingressTLS");
    if (auto format = text_member(item, "ingressURLFormat"); !format.empty())
      one.url = expand_ingress_url(format, names);
    if (one.url && !one.url->wrong.empty())
      return one.url->wrong;
    const auto service = add_service(one);
    if (one.url)
      add_ingress(one, service);
    return {};
  }

  void add_budget(std::string_view driver_pod) {
    add("poddisruptionbudgets",
        {{"apiVersion", "policy/v1"},
         {"kind", "PodDisruptionBudget"},
         {"metadata", metadata_of(in_, driver_pod, operator_labels(in_))},
         {"spec",
          {{"minAvailable", 1}, {"selector", {{"matchLabels", driver()}}}}}});
  }

private:
  static std::int64_t ui_port(const settings& conf) {
    // A value that is no port was refused with the rest of the conf.
    settings reader = conf;
    return reader.port("spark.ui.port", static_cast<int>(default_ui_port));
  }

  [[nodiscard]] json::object driver() const {
    return {{labels::app_name, in_.app.name}, {labels::spark_role, "driver"}};
  }

  /// The user's labels below ours, by which the object is found again.
  [[nodiscard]] json::object metadata(std::string_view suffix,
                                      const string_map& labels,
                                      const string_map& annotations) const {
    auto all = operator_labels(in_);
    all.insert(labels.begin(), labels.end());
    auto out = metadata_of(in_, companion_name(in_.app.name, suffix), all);
    if (!annotations.empty())
      out["annotations"] = to_json(annotations);
    return out;
  }

  std::string add_service(const exposed_port& one) {
    json::object port{{"name", one.port_name},
                      {"port", one.port},
                      {"targetPort", one.target},
                      {"protocol", "TCP"}};
    return add(
        "services",
        {{"apiVersion", "v1"},
         {"kind", "Service"},
         {"metadata", metadata(one.service_suffix, one.wishes.service_labels,
                               one.wishes.service_annotations)},
         {"spec",
          {{"type", one.wishes.service_type.value_or("ClusterIP")},
           {"selector", driver()},
           {"ports", json::array{std::move(port)}}}}});
  }

  std::string add_ingress(const exposed_port& one, std::string_view service) {
    auto annotations = one.wishes.ingress_annotations.empty()
                           ? in_.companions.ingress_annotations
                           : one.wishes.ingress_annotations;
    auto path = one.url->path;
    if (!path.empty()) {
      // What is behind the path is all that the driver is asked for.
      path += "(/|$)(.*)";
      annotations.try_emplace(std::string{rewrite_target}, "/$2");
    }
    json::object backend{
        {"service", {{"name", service}, {"port", {{"number", one.port}}}}}};
    json::object rule{{"host", one.url->host},
                      {"http",
                       {{"paths", json::array{json::object{
                                      {"path", path.empty() ? "/" : path},
                                      {"pathType", "ImplementationSpecific"},
                                      {"backend", std::move(backend)}}}}}}};
    json::object spec{{"rules", json::array{std::move(rule)}}};
    const auto& tls = one.wishes.ingress_tls.empty()
                          ? in_.companions.ingress_tls
                          : one.wishes.ingress_tls;
    if (!tls.empty())
      spec["tls"] = tls;
    if (!in_.companions.ingress_class.empty())
      spec["ingressClassName"] = in_.companions.ingress_class;
    return add("ingresses",
               {{"apiVersion", "networking.k8s.io/v1"},
                {"kind", "Ingress"},
                {"metadata", metadata(one.ingress_suffix, {}, annotations)},
                {"spec", std::move(spec)}});
  }

  std::string add(std::string plural, json::object object) {
    add_content_hash(object);
    out_.objects.push_back({std::move(plural), std::move(object)});
    return out_.objects.back().name();
  }

  const submission_input& in_;
  companions out_;
};

bool has_ui(const spark_application_spec& spec) {
  const auto on = spec.spark_conf.find("spark.ui.enabled");
  return on == spec.spark_conf.end() || on->second != "false";
}

} // namespace

std::string companion::name() const {
  return std::string{text_member(object_member(object, "metadata"), "name")};
}

std::optional<ingress_url> web_ui_url(const submission_input& in) {
  const auto& set = in.companions;
  if (!set.ui_service || set.ingress_url_format.empty() || !has_ui(*in.spec))
    return std::nullopt;
  return expand_ingress_url(
      set.ingress_url_format,
      {.app = in.app.name,
       .ns = in.app.ns,
       .application_id = spark_application_id(in.submission_id)});
}

std::string companion_name(std::string_view app, std::string_view suffix) {
  auto whole = std::string{app} + "-" + std::string{suffix};
  if (usable_as_name(whole))
    return whole;
  const auto digits = md5_hex(whole).substr(0, 8);
  std::string start{app};
  std::ranges::replace(start, '.', '-');
  if (start.front() < 'a' || start.front() > 'z')
    start.insert(0, "x");
  start.resize(std::min(start.size(), longest_name - suffix.size() - 2 - 8));
  return start + "-" + digits + "-" + std::string{suffix};
}

result<void> add_executor_template(companions& to, const submission_input& in) {
  if (!in.companions.ui_service)
    return {};
  return render(in).map([&to](submission&& made) {
    if (made.config_maps.size() > 1)
      to.objects.push_back(
          {"configmaps", std::move(made.config_maps.back()), true});
  });
}

bool asks_for_companions(const spark_application_spec& spec,
                         const companion_settings& set) {
  return (set.ui_service && has_ui(spec)) || !spec.driver_ingress.empty() ||
         (set.driver_budget && spec.driver_disruption_budget);
}

result<companions> render_companions(const submission_input& in) {
  builder out{in};
  const auto id = spark_application_id(in.submission_id);
  const ingress_names names{
      .app = in.app.name, .ns = in.app.ns, .application_id = id};
  const settings conf{in.spec->spark_conf};
  if (in.companions.ui_service && has_ui(*in.spec)) {
    if (auto url = web_ui_url(in); url && !url->wrong.empty())
      return fail(errc::bad_input, "-ingress-url-format " + url->wrong);
    out.add_web_ui(conf);
  }
  for (const auto& item : in.spec->driver_ingress)
    if (auto wrong = out.add_driver_port(item.as_object(), names);
        !wrong.empty())
      return fail(errc::bad_input,
                  "spec.driverIngressOptions: the URL " + std::move(wrong));
  if (in.companions.driver_budget && in.spec->driver_disruption_budget)
    out.add_budget(driver_pod_name(in.app.name, *in.spec));
  return out.take();
}

} // namespace spark
