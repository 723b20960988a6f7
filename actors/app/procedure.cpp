#include "actors/app/procedure.hpp"

#include "actors/app/phases.hpp"
#include "crds/cut_text.hpp"
#include "k8s/bounded_json.hpp"
#include "k8s/requests.hpp"
#include "k8s/watch/collection.hpp"

#include <boost/json.hpp>

#include <array>

namespace spark {
namespace {

namespace json = boost::json;

static_assert(requests::write_deadline < settle_time,
              "a write could land after we believed that it never will");

std::optional<json::value> parsed(const reply& r) {
  auto v = parse_bounded(r.body);
  if (!v)
    return std::nullopt;
  return std::move(*v);
}

/// A server's words may quote a whole object; rows and statuses are bounded.
constexpr std::size_t most_words = 1024;

bool answered(const reply& r, int status) {
  return r.how == sent::answered && r.status == status;
}

bool success(const reply& r) {
  return r.how == sent::answered && r.status >= 200 && r.status < 300;
}

class base : public procedure {
public:
  base(effect what, procedure_context c)
      : what_(std::move(what)), c_(std::move(c)) {}

protected:
  api_call call(request what, std::string resource,
                priority rank = priority::work) const {
    api_call out;
    out.what = std::move(what);
    out.rank = rank;
    out.about = c_.app;
    out.resource = std::move(resource);
    return out;
  }

  api_call get_app() const {
    return call(requests::get(application_path(c_.app)), "sparkapplications");
  }

  api_call get_driver() const {
    return call(
        requests::get(core_path(c_.app.ns, "pods", c_.state.current.pod_name)),
        "pods");
  }

  api_call remove(std::string_view plural, std::string_view name,
                  std::string_view uid) const {
    return call(
        requests::remove(core_path(c_.app.ns, plural, name), {.uid = uid}),
        std::string{plural});
  }

  /// Reads a reply that should hold the application.
  void take_app(procedure_end& end, const reply& r) const {
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

  [[nodiscard]] std::string words_of(const reply& r) const {
    return cut_text(error_of_reply(r, "").message, most_words);
  }

  effect what_;
  procedure_context c_;
};

/// PATCH /status with uid and resourceVersion: nobody's stale view can land on
/// a newer claim or on a re-created object.
request status_write(const procedure_context& c, json::object patch) {
  json::object body{
      {"metadata", {{"uid", c.uid}, {"resourceVersion", c.resource_version}}},
      {"status", std::move(patch)}};
  return requests::merge_patch(application_path(c.app) + "/status", body);
}

class claim_attempt : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last) {
      auto patch = status_patch(c_.observed, projection(c_.state, c_.observed));
      return call(status_write(c_, std::move(patch)),
                  "sparkapplications/status", priority::claim);
    }
    procedure_end end;
    claim_settled settled;
    settled.number = what_.attempt;
    settled.how = ending_of(*last);
    if (settled.how == ending::done) {
      take_app(end, *last);
      if (end.app)
        settled.pruned = end.app->fact.claim_number != what_.attempt;
      else // accepted, but the reply cannot be read
        settled.how = ending::unsure;
    } else {
      settled.message = words_of(*last);
      end.failed = settled.how != ending::conflict;
      end.app_is_gone = answered(*last, 404);
    }
    end.stimuli.push_back(std::move(settled));
    return end;
  }
};

class patch_status : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last) {
      bool over = c_.state.ended_at != no_time;
      auto patch = status_patch(c_.observed, projection(c_.state, c_.observed));
      return call(status_write(c_, std::move(patch)),
                  "sparkapplications/status",
                  over ? priority::work : priority::status);
    }
    procedure_end end;
    if (looking_) {
      take_app(end, *last);
      end.failed = end.failed || !conflict_;
      return end;
    }
    if (success(*last))
      return written(*last);
    if (answered(*last, 404)) {
      end.app_is_gone = true;
      return end;
    }
    auto how = ending_of(*last);
    if (how == ending::retry) {
      end.failed = true;
      return end;
    }
    // A live GET decides, and plan() patches again: at once after a conflict,
    // later where the server does not take what we write.
    conflict_ = how == ending::conflict;
    looking_ = true;
    return get_app();
  }

private:
  procedure_end written(const reply& r) const {
    procedure_end end;
    take_app(end, r);
    end.status_written = !end.failed;
    if (!end.app)
      return end;
    // Nothing was stored of what we wrote: the same again would be no better.
    end.failed = end.app->resource_version == c_.resource_version;
    if (end.app->fact.claim_number == 0) {
      claim_settled dropped;
      dropped.number = what_.attempt;
      dropped.pruned = true;
      end.stimuli.push_back(std::move(dropped));
    }
    return end;
  }

  bool looking_ = false;
  bool conflict_ = false;
};

class look_at_app : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return get_app();
    procedure_end end;
    take_app(end, *last);
    // Where only a new observation can change anything, one at a time.
    bool waits = c_.state.at == phase::fresh || c_.state.at == phase::deleting;
    end.pause = waits ? row_of(c_.state.at).looks_again : seconds{1};
    return end;
  }
};

/// When an Event was last seen; the text sorts like the time.
std::string time_of_event(const json::value& event) {
  for (auto* path : {"/series/lastObservedTime", "/lastTimestamp", "/eventTime",
                     "/metadata/creationTimestamp"}) {
    boost::system::error_code ec;
    auto* at = event.find_pointer(path, ec);
    if (at && at->is_string())
      return at->as_string().c_str();
  }
  return {};
}

std::string text_at(const json::value& v, std::string_view key) {
  auto* text = v.is_object() ? v.as_object().if_contains(key) : nullptr;
  return text && text->is_string() ? std::string{text->as_string()}
                                   : std::string{};
}

/// A volume that cannot be mounted shows in Events only: the pod itself says
/// ContainerCreating for ever. The newest word counts, if it is a complaint.
void read_complaint(driver_fact& d, const json::value& events) {
  auto* items =
      events.is_object() ? events.as_object().if_contains("items") : nullptr;
  if (!items || !items->is_array())
    return;
  const json::value* newest = nullptr;
  for (auto& e : items->as_array())
    if (!newest || time_of_event(*newest) <= time_of_event(e))
      newest = &e;
  if (!newest || text_at(*newest, "type") != "Warning")
    return;
  d.waiting = cut_text(text_at(*newest, "reason"), 64);
  d.waiting_message = cut_text(text_at(*newest, "message"), most_words);
}

class look_at_driver : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return get_driver();
    if (asking_events_) {
      if (auto v = success(*last) ? parsed(*last) : std::nullopt)
        read_complaint(fact_.driver, *v);
      return end();
    }
    if (success(*last)) {
      auto v = parsed(*last);
      fact_.found = v.has_value();
      if (v)
        fact_.driver = read_driver(*v);
      failed_ = !v;
    } else {
      failed_ = !answered(*last, 404);
    }
    asking_events_ = c_.state.at == phase::submitted && fact_.found &&
                     fact_.driver.uid == c_.state.driver.uid &&
                     fact_.driver.waiting == "ContainerCreating";
    return asking_events_ ? get_events() : end();
  }

private:
  procedure_step get_events() const {
    auto selector = "involvedObject.uid=" + fact_.driver.uid;
    return call(
        requests::get(core_path(c_.app.ns, "events") +
                      "?limit=100&fieldSelector=" + percent_encoded(selector)),
        "events");
  }

  procedure_step end() {
    procedure_end out;
    out.failed = failed_;
    out.looked_at_driver = !failed_;
    if (!failed_)
      out.stimuli.push_back(std::move(fact_));
    return out;
  }

  driver_looked_up fact_;
  bool failed_ = false;
  bool asking_events_ = false;
};

class delete_driver : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last) {
      // Our claim must still stand before anything is destroyed. Nothing is
      // left to ask once the application is gone.
      if (c_.state.at == phase::gone)
        return remove_it();
      return get_app();
    }
    if (!removing_)
      return on_app(*last);
    procedure_end end;
    end.failed =
        !success(*last) && !answered(*last, 404) && !answered(*last, 409);
    if (answered(*last, 404) || answered(*last, 409))
      end.stimuli.push_back(gone());
    end.pause = seconds{5};
    return end;
  }

private:
  procedure_step remove_it() {
    removing_ = true;
    return remove("pods", c_.state.current.pod_name, what_.target);
  }

  procedure_step on_app(const reply& r) {
    procedure_end end;
    take_app(end, r);
    bool stands = end.app && end.app->fact.claim_number == what_.attempt;
    if (stands || end.app_is_gone)
      return remove_it();
    end.failed = true;
    return end;
  }

  /// 404, or another pod has the name by now: the one we meant is gone.
  [[nodiscard]] driver_gone gone() const {
    driver_fact d;
    d.name = c_.state.current.pod_name;
    d.uid = what_.target;
    return {d};
  }

  bool removing_ = false;
};

/// ConfigMaps or the Service of an attempt: names are fixed, so meeting our own
/// object is success; one with other content is replaced, since they are
/// immutable; a foreign one is left alone.
class create_children : public base {
public:
  struct named {
    std::string plural;
    json::object object;
  };

  create_children(effect what, procedure_context c, child kind,
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
    }
    return done(ending::retry, "");
  }

private:
  enum class doing { post, look, remove };

  procedure_step post() {
    if (at_ == objects_.size())
      return done(ending::done, "");
    doing_ = doing::post;
    return call(
        requests::create(core_path(c_.app.ns, plural()), objects_[at_].object),
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
      return call(requests::get(core_path(c_.app.ns, plural(), name())),
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
    doing_ = doing::remove;
    return remove(plural(), name(), uid_of(*v));
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
std::vector<create_children::named> config_of(const submission& made) {
  std::vector<create_children::named> out;
  for (auto& o : made.config_maps)
    out.push_back({"configmaps", o});
  for (auto& o : made.claims)
    out.push_back({"persistentvolumeclaims", o});
  return out;
}

class create_driver : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return call(
          requests::create(core_path(c_.app.ns, "pods"), c_.children->driver),
          "pods");
    child_settled fact;
    fact.number = what_.attempt;
    fact.what = child::driver;
    if (looking_)
      return on_look(*last, std::move(fact));
    fact.how = ending_of(*last);
    if (fact.how == ending::taken) {
      looking_ = true;
      return get_driver();
    }
    if (fact.how == ending::done) {
      if (auto v = parsed(*last)) {
        fact.has_driver = true;
        fact.driver = read_driver(*v);
      } else {
        fact.how = ending::unsure;
      }
    } else {
      fact.message = words_of(*last);
      fact.over_quota =
          last->status == 403 &&
          error_of_status(403, last->body, "").code == errc::over_quota;
    }
    return end(std::move(fact));
  }

private:
  /// AlreadyExists: our POST had no effect, and the pod in the way tells what
  /// to do. Gone meanwhile: the same POST again.
  procedure_step on_look(const reply& r, child_settled fact) const {
    auto v = success(r) ? parsed(r) : std::nullopt;
    fact.how = ending::taken;
    if (v) {
      fact.has_driver = true;
      fact.driver = read_driver(*v);
    } else {
      fact.how = ending::retry;
      fact.message = "the driver's name was taken a moment ago";
    }
    return end(std::move(fact));
  }

  static procedure_step end(child_settled fact) {
    procedure_end out;
    out.failed = fact.how != ending::done;
    out.looked_at_driver = fact.has_driver;
    out.stimuli.push_back(std::move(fact));
    return out;
  }

  bool looking_ = false;
};

constexpr std::array<const char*, 3> swept_kinds{"configmaps", "services",
                                                 "persistentvolumeclaims"};

/// Deletes ConfigMaps, Services and claims of older attempts, one by one with
/// their uid: a list by label finds also what a lost journal forgot.
class sweep_attempt : public base {
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
    return call(requests::get(core_path(c_.app.ns, plural()) +
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

std::unique_ptr<procedure> make_procedure(const effect& what,
                                          procedure_context c) {
  auto children = c.children;
  switch (what.kind) {
  case effect_kind::claim_attempt:
    return std::make_unique<claim_attempt>(what, std::move(c));
  case effect_kind::sweep_attempt:
    return std::make_unique<sweep_attempt>(what, std::move(c));
  case effect_kind::create_config:
    return std::make_unique<create_children>(what, std::move(c), child::config,
                                             config_of(*children));
  case effect_kind::create_service:
    return std::make_unique<create_children>(
        what, std::move(c), child::service,
        std::vector<create_children::named>{{"services", children->service}});
  case effect_kind::create_driver:
    return std::make_unique<create_driver>(what, std::move(c));
  case effect_kind::delete_driver:
    return std::make_unique<delete_driver>(what, std::move(c));
  case effect_kind::look_at_driver:
    return std::make_unique<look_at_driver>(what, std::move(c));
  case effect_kind::look_at_app:
    return std::make_unique<look_at_app>(what, std::move(c));
  case effect_kind::patch_status:
    return std::make_unique<patch_status>(what, std::move(c));
  }
  return nullptr;
}

api_call condition_patch(const observed_application& app, condition what) {
  procedure_context c;
  c.app = app.key;
  c.uid = app.uid;
  c.resource_version = app.resource_version;
  auto wanted = app.status;
  std::erase_if(wanted.conditions,
                [&what](auto& old) { return old.type == what.type; });
  wanted.conditions.push_back(std::move(what));
  api_call out;
  out.what = status_write(c, status_patch(app.status, wanted));
  out.rank = priority::status;
  out.about = app.key;
  out.resource = "sparkapplications/status";
  return out;
}

std::string application_path(const object_key& k) {
  return "/apis/sparkoperator.k8s.io/v1beta2/namespaces/" +
         percent_encoded(k.ns) + "/sparkapplications/" +
         percent_encoded(k.name);
}

std::string core_path(std::string_view ns, std::string_view plural,
                      std::string_view name) {
  auto out =
      "/api/v1/namespaces/" + percent_encoded(ns) + "/" + std::string{plural};
  if (!name.empty())
    out += "/" + percent_encoded(name);
  return out;
}

} // namespace spark
