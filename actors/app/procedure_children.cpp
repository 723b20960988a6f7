#include "actors/app/child_creation.hpp"
#include "k8s/watch/collection.hpp"

#include <algorithm>
#include <array>

namespace spark::procedures {
namespace {

namespace json = boost::json;

/// ConfigMaps, claims or the headless Service of an attempt.
class children_steps : public child_creation {
public:
  children_steps(effect what, procedure_context c, child kind,
                 std::vector<named> objects)
      : child_creation(std::move(what), std::move(c), std::move(objects)),
        kind_(kind) {}

private:
  procedure_step finish(ending how, std::string message,
                        const reply& r) override {
    child_settled fact;
    fact.over_quota = r.status == 403 &&
                      error_of_status(403, r.body, "").code == errc::over_quota;
    return child_end(std::move(fact), kind_, how, std::move(message));
  }

  child kind_;
};

/// Everything that must exist before the driver but for its Service.
std::vector<child_creation::named> config_of(const submission& made) {
  std::vector<child_creation::named> out;
  for (auto& o : made.config_maps)
    out.push_back({"configmaps", o});
  if (made.metrics_map)
    out.push_back({"configmaps", *made.metrics_map, true});
  for (auto& o : made.claims)
    out.push_back({"persistentvolumeclaims", o});
  if (made.network_policy)
    out.push_back({"networkpolicies", *made.network_policy});
  return out;
}

/// Of pods, executors: those that belong to the application, too (Go operators
/// since 2.4, and Kueue, make it so), outlive their driver.
/// Ingresses and budgets are rare: asked for only where there may be some.
constexpr std::array<const char*, 7> swept_kinds{
    "configmaps", "services",  "persistentvolumeclaims", "networkpolicies",
    "pods",       "ingresses", "poddisruptionbudgets"};

bool may_be_there(const companions_seen& known, std::string_view plural) {
  if (plural != "ingresses" && plural != "poddisruptionbudgets")
    return true;
  return known.may_be_more ||
         std::ranges::any_of(known.made, [plural](const auto& one) {
           return one.starts_with(plural);
         });
}

/// Deletes what older attempts left, one by one with
/// their uid: a list by label finds also what a lost journal forgot.
class sweep_steps : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return list();
    if (!listed_)
      return on_list(*last);
    if (!success(*last) && !answered(*last, 404) && !answered(*last, 409))
      return done(ending::retry, words_of(*last));
    return remove_next();
  }

private:
  [[nodiscard]] const char* plural() const { return swept_kinds[round_]; }

  [[nodiscard]] bool is_pods() const {
    return plural() == std::string_view{"pods"};
  }

  /// What we make of this kind says which attempt it is of; a Go operator's
  /// may not.
  [[nodiscard]] bool labelled_always() const {
    std::string_view kind = plural();
    return kind == "ingresses" || kind == "poddisruptionbudgets";
  }

  [[nodiscard]] bool belongs(const json::value& item) const {
    return is_pods() ? has_owner(item, c_.uid) : controller_uid(item) == c_.uid;
  }

  procedure_step list() {
    listed_ = false;
    auto selector = std::string{labels::app_name} + "=" + c_.app.name;
    if (is_pods())
      selector += "," + std::string{labels::spark_role} + "=executor";
    return call(requests::get(namespaced_path(c_.app.ns, plural()) +
                              "?labelSelector=" + percent_encoded(selector)),
                plural());
  }

  procedure_step on_list(const reply& r) {
    auto v = success(r) ? parsed(r) : std::nullopt;
    auto* items =
        v && v->is_object() ? v->as_object().if_contains("items") : nullptr;
    if (!items || !items->is_array())
      return done(ending::retry, words_of(r));
    listed_ = true;
    for (auto& item : items->as_array())
      if (auto meta = item.is_object()
                          ? item.as_object().if_contains("metadata")
                          : nullptr;
          meta && belongs(item))
        consider(*meta);
    return remove_next();
  }

  void consider(const json::value& meta) {
    auto& o = meta.as_object();
    auto* all = o.if_contains("labels");
    auto* label = all && all->is_object()
                      ? all->as_object().if_contains(labels::submission)
                      : nullptr;
    bool ours = label && label->is_string();
    if (ours ? label->as_string() == c_.state.current.submission_id
             : !labelled_always())
      return;
    old_.emplace_back(o.at("name").as_string().c_str(),
                      o.at("uid").as_string().c_str());
  }

  procedure_step remove_next() {
    if (!old_.empty()) {
      auto [name, uid] = old_.back();
      old_.pop_back();
      return remove(plural(), name, uid);
    }
    while (++round_ < swept_kinds.size())
      if (may_be_there(c_.state.companions, plural()))
        return list();
    return done(ending::done, "");
  }

  procedure_step done(ending how, std::string message) const {
    return child_end({}, child::sweep, how, std::move(message));
  }

  std::size_t round_ = 0;
  bool listed_ = false;
  std::vector<std::pair<std::string, std::string>> old_;
};

} // namespace

made create_config(effect what, procedure_context c) {
  auto all = config_of(*c.children);
  return std::make_unique<children_steps>(std::move(what), std::move(c),
                                          child::config, std::move(all));
}

made create_service(effect what, procedure_context c) {
  std::vector<child_creation::named> one{{"services", c.children->service}};
  return std::make_unique<children_steps>(std::move(what), std::move(c),
                                          child::service, std::move(one));
}

made sweep_attempt(effect what, procedure_context c) {
  return std::make_unique<sweep_steps>(std::move(what), std::move(c));
}

} // namespace spark::procedures
