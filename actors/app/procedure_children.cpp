#include "actors/app/procedures.hpp"
#include "k8s/watch/collection.hpp"

#include <array>

namespace spark::procedures {
namespace {

namespace json = boost::json;

/// ConfigMaps or the Service of an attempt: names are fixed, so meeting our own
/// object is success; a foreign one is left alone. One with other content is
/// replaced, since they are immutable, unless it outlives its attempt, which is
/// updated in place.
class child_creation : public base {
public:
  struct named {
    std::string plural;
    json::object object;
    bool outlives_attempt = false;
  };

  child_creation(effect what, procedure_context c, child kind,
                 std::vector<named> objects)
      : base(std::move(what), std::move(c)), kind_(kind),
        objects_(std::move(objects)) {}

  procedure_step next(const reply* last) override {
    if (!last)
      return post();
    switch (doing_) {
    case doing::post:
      return on_post(*last);
    case doing::look:
      return on_look(*last);
    case doing::remove:
      if (success(*last) || answered(*last, 404))
        return post();
      return done(ending::retry, words_of(*last));
    case doing::update:
      if (success(*last))
        ++at_;
      else if (!answered(*last, 404))
        return done(ending::retry, words_of(*last));
      return post();
    }
    return done(ending::retry, "");
  }

private:
  enum class doing { post, look, remove, update };

  procedure_step post() {
    if (at_ == objects_.size())
      return done(ending::done, "");
    doing_ = doing::post;
    return call(requests::create(namespaced_path(c_.app.ns, plural()),
                                 objects_[at_].object),
                plural());
  }

  procedure_step on_post(const reply& r) {
    auto how = ending_of(r);
    if (how == ending::done) {
      ++at_;
      return post();
    }
    if (how == ending::taken || how == ending::unsure) {
      doing_ = doing::look;
      return call(requests::get(namespaced_path(c_.app.ns, plural(), name())),
                  plural());
    }
    return done(how, words_of(r), r);
  }

  procedure_step on_look(const reply& r) {
    auto v = success(r) ? parsed(r) : std::nullopt;
    if (!v)
      return done(ending::retry, words_of(r));
    if (controller_uid(*v) != c_.uid)
      return done(ending::taken, plural() + " " + name() +
                                     " exists and does not belong to this "
                                     "application");
    if (hash_of(*v) == hash_of(json::value(objects_[at_].object))) {
      ++at_;
      return post();
    }
    if (objects_[at_].outlives_attempt)
      return update(*v);
    doing_ = doing::remove;
    return remove(plural(), name(), uid_of(*v));
  }

  /// The data that we want, and none of what is there beside it.
  procedure_step update(const json::value& there) {
    doing_ = doing::update;
    const auto& wanted = objects_[at_].object;
    auto data = wanted.at("data").as_object();
    const auto* found = there.as_object().if_contains("data");
    if (const auto* old = found ? found->if_object() : nullptr)
      for (const auto& member : *old)
        if (!data.contains(member.key()))
          data[member.key()] = nullptr;
    const auto& metadata = wanted.at("metadata").as_object();
    json::object patch{{"metadata",
                        {{"uid", uid_of(there)},
                         {"labels", metadata.at("labels")},
                         {"annotations", metadata.at("annotations")}}},
                       {"data", std::move(data)}};
    return call(requests::merge_patch(
                    namespaced_path(c_.app.ns, plural(), name()), patch),
                plural());
  }

  procedure_step done(ending how, std::string message) const {
    return done(how, std::move(message), {});
  }

  procedure_step done(ending how, std::string message, const reply& r) const {
    procedure_end end;
    child_settled fact;
    fact.number = what_.attempt;
    fact.what = kind_;
    fact.how = how;
    fact.message = std::move(message);
    fact.over_quota = r.status == 403 &&
                      error_of_status(403, r.body, "").code == errc::over_quota;
    end.failed = how != ending::done;
    end.stimuli.push_back(std::move(fact));
    return end;
  }

  [[nodiscard]] const std::string& plural() const {
    return objects_[at_].plural;
  }

  [[nodiscard]] std::string name() const {
    auto& meta = objects_[at_].object.at("metadata").as_object();
    return meta.at("name").as_string().c_str();
  }

  static std::string member(const json::value& v,
                            std::initializer_list<std::string_view> path) {
    auto* p = &v;
    for (auto key : path) {
      p = p->is_object() ? p->as_object().if_contains(key) : nullptr;
      if (!p)
        return {};
    }
    return p->is_string() ? std::string{p->as_string()} : std::string{};
  }

  static std::string hash_of(const json::value& v) {
    return member(v, {"metadata", "annotations", labels::content_hash});
  }

  static std::string uid_of(const json::value& v) {
    return member(v, {"metadata", "uid"});
  }

  child kind_;
  std::vector<named> objects_;
  std::size_t at_ = 0;
  doing doing_ = doing::post;
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

constexpr std::array<const char*, 4> swept_kinds{
    "configmaps", "services", "persistentvolumeclaims", "networkpolicies"};

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

  procedure_step list() {
    listed_ = false;
    auto selector = std::string{labels::app_name} + "=" + c_.app.name;
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
          meta && controller_uid(item) == c_.uid)
        consider(*meta);
    return remove_next();
  }

  void consider(const json::value& meta) {
    auto& o = meta.as_object();
    auto* all = o.if_contains("labels");
    auto* label = all && all->is_object()
                      ? all->as_object().if_contains(labels::submission)
                      : nullptr;
    if (!label || !label->is_string() ||
        label->as_string() == c_.state.current.submission_id)
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
    if (++round_ < swept_kinds.size())
      return list();
    return done(ending::done, "");
  }

  procedure_step done(ending how, std::string message) const {
    procedure_end end;
    child_settled fact;
    fact.number = what_.attempt;
    fact.what = child::sweep;
    fact.how = how;
    fact.message = std::move(message);
    end.failed = how != ending::done;
    end.stimuli.push_back(std::move(fact));
    return end;
  }

  std::size_t round_ = 0;
  bool listed_ = false;
  std::vector<std::pair<std::string, std::string>> old_;
};

} // namespace

made create_config(effect what, procedure_context c) {
  auto all = config_of(*c.children);
  return std::make_unique<child_creation>(std::move(what), std::move(c),
                                          child::config, std::move(all));
}

made create_service(effect what, procedure_context c) {
  std::vector<child_creation::named> one{{"services", c.children->service}};
  return std::make_unique<child_creation>(std::move(what), std::move(c),
                                          child::service, std::move(one));
}

made sweep_attempt(effect what, procedure_context c) {
  return std::make_unique<sweep_steps>(std::move(what), std::move(c));
}

} // namespace spark::procedures
