#include "actors/app/phases.hpp"
#include "actors/app/procedures.hpp"
#include "crds/cut_text.hpp"
#include "k8s/bounded_json.hpp"
#include "k8s/watch/collection.hpp"

namespace spark {
namespace procedures {

static_assert(requests::write_deadline < settle_time,
              "a write could land after we believed that it never will");

std::optional<boost::json::value> parsed(const reply& r) {
  auto v = parse_bounded(r.body);
  if (!v)
    return std::nullopt;
  return std::move(*v);
}

bool answered(const reply& r, int status) {
  return r.how == sent::answered && r.status == status;
}

bool success(const reply& r) {
  return r.how == sent::answered && r.status >= 200 && r.status < 300;
}

base::base(effect what, procedure_context c)
    : what_(std::move(what)), c_(std::move(c)) {}

api_call base::call(request what, std::string resource, priority rank) const {
  api_call out;
  out.what = std::move(what);
  out.rank = rank;
  out.about = c_.app;
  out.resource = std::move(resource);
  return out;
}

api_call base::get_app() const {
  return call(requests::get(application_path(c_.app)), "sparkapplications");
}

api_call base::get_driver() const {
  return call(requests::get(namespaced_path(c_.app.ns, "pods",
                                            c_.state.current.pod_name)),
              "pods");
}

api_call base::remove(std::string_view plural, std::string_view name,
                      std::string_view uid) const {
  return call(
      requests::remove(namespaced_path(c_.app.ns, plural, name), {.uid = uid}),
      std::string{plural});
}

void base::take_app(procedure_end& end, const reply& r) const {
  if (answered(r, 404)) {
    end.app_is_gone = true;
    return;
  }
  auto v = success(r) ? parsed(r) : std::nullopt;
  auto app = v ? read_application(*v, c_.facts)
               : result<observed_application>{
                     fail(errc::bad_reply, "no application in the reply")};
  if (!app)
    end.failed = true;
  else if (app->uid != c_.uid)
    end.app_is_gone = true; // the name belongs to a new object
  else
    end.app = std::move(*app);
}

std::string base::words_of(const reply& r) const {
  return cut_text(error_of_reply(r, "").message, most_words);
}

} // namespace procedures

std::unique_ptr<procedure> make_procedure(const effect& what,
                                          procedure_context c) {
  switch (what.kind) {
  case effect_kind::claim_attempt:
    return procedures::claim_attempt(what, std::move(c));
  case effect_kind::sweep_attempt:
    return procedures::sweep_attempt(what, std::move(c));
  case effect_kind::create_config:
    return procedures::create_config(what, std::move(c));
  case effect_kind::create_service:
    return procedures::create_service(what, std::move(c));
  case effect_kind::create_driver:
    return procedures::create_driver(what, std::move(c));
  case effect_kind::delete_driver:
    return procedures::delete_driver(what, std::move(c));
  case effect_kind::look_at_driver:
    return procedures::look_at_driver(what, std::move(c));
  case effect_kind::look_at_app:
    return procedures::look_at_app(what, std::move(c));
  case effect_kind::patch_status:
    return procedures::patch_status(what, std::move(c));
  }
  return nullptr;
}

std::string application_path(const object_key& k) {
  return "/apis/sparkoperator.k8s.io/v1beta2/namespaces/" +
         percent_encoded(k.ns) + "/sparkapplications/" +
         percent_encoded(k.name);
}

std::string namespaced_path(std::string_view ns, std::string_view plural,
                            std::string_view name) {
  std::string out =
      plural == "networkpolicies" ? "/apis/networking.k8s.io/v1" : "/api/v1";
  out += "/namespaces/" + percent_encoded(ns) + "/" + std::string{plural};
  if (!name.empty())
    out += "/" + percent_encoded(name);
  return out;
}

} // namespace spark
