#include "actors/app/driver_truth.hpp"
#include "actors/app/procedures.hpp"
#include "crds/cut_text.hpp"
#include "crds/json_text.hpp"
#include "k8s/watch/collection.hpp"

namespace spark::procedures {
namespace {

namespace json = boost::json;

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

/// A volume that cannot be mounted shows in Events only: the pod itself says
/// ContainerCreating for ever. The newest word counts, if it is a complaint;
/// warnings of other things say nothing of the start.
void read_complaint(driver_fact& d, const json::value& events) {
  auto* items =
      events.is_object() ? events.as_object().if_contains("items") : nullptr;
  if (!items || !items->is_array())
    return;
  const json::value* newest = nullptr;
  for (auto& e : items->as_array()) {
    bool other = text_member(e, "type") == "Warning" &&
                 !is_complaint(text_member(e, "reason"));
    if (!other && (!newest || time_of_event(*newest) <= time_of_event(e)))
      newest = &e;
  }
  if (!newest || text_member(*newest, "type") != "Warning")
    return;
  d.complaint = cut_text(text_member(*newest, "reason"), 64);
  d.complaint_message = cut_text(text_member(*newest, "message"), most_words);
}

/// Only where they can tell more than the pod: it is being started, it seems,
/// or its node says nothing at all.
bool needs_events(const driver_fact& d) {
  auto clock = wait_of(d).clock;
  return clock == wait_clock::progress ||
         (clock == wait_clock::held && d.waiting.empty());
}

class driver_look : public base {
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
                     needs_events(fact_.driver);
    return asking_events_ ? get_events() : end();
  }

private:
  procedure_step get_events() const {
    auto selector = "involvedObject.uid=" + fact_.driver.uid;
    return call(
        requests::get(namespaced_path(c_.app.ns, "events") +
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

class driver_removal : public base {
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

class driver_creation : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return call(requests::create(namespaced_path(c_.app.ns, "pods"),
                                   c_.children->driver),
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

} // namespace

made look_at_driver(effect what, procedure_context c) {
  return std::make_unique<driver_look>(std::move(what), std::move(c));
}

made delete_driver(effect what, procedure_context c) {
  return std::make_unique<driver_removal>(std::move(what), std::move(c));
}

made create_driver(effect what, procedure_context c) {
  return std::make_unique<driver_creation>(std::move(what), std::move(c));
}

} // namespace spark::procedures
