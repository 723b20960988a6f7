#include "actors/app/phases.hpp"
#include "actors/app/procedures.hpp"
#include "k8s/watch/collection.hpp"

namespace spark {
namespace procedures {

static_assert(requests::write_deadline < settle_time,
              "a write could land after we believed that it never will");

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

procedure_end base::child_end(child_settled fact, child what, ending how,
                              std::string message) const {
  procedure_end end;
  fact.number = what_.attempt;
  fact.what = what;
  fact.how = how;
  fact.message = std::move(message);
  end.failed = how != ending::done;
  end.stimuli.push_back(std::move(fact));
  return end;
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
  case effect_kind::put_companions:
    return procedures::put_companions(what, std::move(c));
  case effect_kind::remove_budget:
    return procedures::remove_budget(what, std::move(c));
  case effect_kind::delete_driver:
    return procedures::delete_driver(what, std::move(c));
  case effect_kind::delete_app:
    return procedures::delete_app(what, std::move(c));
  case effect_kind::look_at_driver:
    return procedures::look_at_driver(what, std::move(c));
  case effect_kind::look_at_app:
    return procedures::look_at_app(what, std::move(c));
  case effect_kind::patch_status:
    return procedures::patch_status(what, std::move(c));
  }
  return nullptr;
}

} // namespace spark
