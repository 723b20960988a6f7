#pragma once

#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"
#include "messages/codec.hpp"

#include <catch2/catch.hpp>

#include <set>

/// given({events}).when(fact).then({events}).planned({effects})
namespace spark::test {

inline constexpr auto app_uid = "uid-1";
inline const time_point t0 = from_rfc3339("2026-01-01T00:00:00Z");

inline app_state new_state() {
  app_state s;
  s.uid = app_uid;
  s.ns = "ns";
  s.name = "pi";
  return s;
}

inline driver_fact driver_of(std::int64_t number, std::string phase) {
  driver_fact d;
  d.name = "pi-driver";
  d.uid = "pod-" + std::to_string(number);
  d.owner_uid = app_uid;
  d.owner_name = "pi";
  d.submission_id = submission_id(app_uid, number);
  d.phase = std::move(phase);
  return d;
}

inline driver_fact waiting(std::string why) {
  auto d = driver_of(1, "Pending");
  d.waiting = std::move(why);
  return d;
}

inline driver_fact with_exit(std::int64_t code, std::string phase = "Running") {
  auto d = driver_of(1, std::move(phase));
  d.has_exit = true;
  d.exit_code = code;
  return d;
}

inline driver_fact foreign() {
  auto d = driver_of(1, "Running");
  d.owner_uid = "other";
  d.owner_name = "";
  return d;
}

inline app_observed app_of(std::int64_t generation, std::string hash,
                           std::int64_t claim = 0) {
  app_observed o;
  o.generation = generation;
  o.spec_hash = std::move(hash);
  o.pod_name = "pi-driver";
  o.start_timeout = 600;
  if (claim > 0) {
    o.claim_number = claim;
    o.claim_generation = 1;
    o.claim_hash = "1:a";
    o.claim_epoch = 1;
    o.submission_id = submission_id(app_uid, claim);
    o.driver_pod = "pi-driver";
  }
  return o;
}

inline spec_seen spec_of(std::int64_t generation, std::string hash) {
  return {generation, std::move(hash), "", "", "pi-driver", 600};
}

inline claim_intended intended(std::int64_t number, std::int64_t generation = 1,
                               std::string hash = "1:a") {
  claim_intended e;
  e.number = number;
  e.generation = generation;
  e.spec_hash = std::move(hash);
  e.epoch = 1;
  e.submission_id = submission_id(app_uid, number);
  e.pod_name = "pi-driver";
  e.submission_attempts = 1;
  e.sweep = number > 1;
  return e;
}

/// Histories that many tests begin with.
using events = std::vector<app_event>;
inline const events claiming{term_began{1, t0 + settle_time}, spec_of(1, "1:a"),
                             intended(1)};
inline events operator+(events a, const events& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
inline const events claimed = claiming + events{claim_made{1}};
inline const events posted =
    claimed + events{child_ready{child::config}, child_ready{child::service}};
inline const events submitted =
    posted + events{driver_created{driver_of(1, "Pending")}};
inline const events running =
    submitted + events{driver_changed{driver_of(1, "Running")}};
inline const events completed =
    running + events{driver_succeeded{}, policy_finished{}};

class story {
public:
  explicit story(const events& past) : state_(new_state()) {
    for (auto& e : past)
      evolve(state_, e, t0);
    view_.observed = true;
    view_.loaded_hash = state_.current.spec_hash;
    view_.looked_at = t0;
    view_.status = projection(state_, {});
  }

  story& at(time_point now) {
    now_ = now;
    return *this;
  }
  story& when(const app_stimulus& fact) {
    got_ = decide(state_, fact, now_);
    for (auto& e : got_)
      evolve(state_, e, now_);
    return *this;
  }
  story& then(const events& want) {
    CHECK(canonical(got_) == canonical(want));
    return *this;
  }
  /// Only the kinds, where the members do not matter.
  story& then_kinds(const std::vector<std::string>& want) {
    std::vector<std::string> kinds;
    for (auto& e : got_)
      kinds.emplace_back(kind_of(e));
    CHECK(kinds == want);
    return *this;
  }
  story& planned(const std::vector<std::string>& want) {
    std::vector<std::string> kinds;
    for (auto& e : plan(state_, view_, now_))
      kinds.emplace_back(to_string(e.kind));
    CHECK(kinds == want);
    return *this;
  }
  story& status_is_written() {
    view_.status = projection(state_, view_.status);
    view_.status_sent_at = now_;
    return *this;
  }

  app_state& state() { return state_; }
  app_view& view() { return view_; }
  [[nodiscard]] time_point now() const { return now_; }

private:
  static std::string canonical(const events& all) {
    return boost::json::serialize(to_json(all));
  }

  app_state state_;
  app_view view_;
  time_point now_ = t0;
  events got_;
};

inline story given(const events& past) { return story{past}; }

inline driver_looked_up absent() { return {}; }
inline driver_looked_up found(driver_fact d) { return {true, std::move(d)}; }

inline child_settled settled(child what, ending how, std::string words = {}) {
  child_settled f;
  f.number = 1;
  f.what = what;
  f.how = how;
  f.message = std::move(words);
  return f;
}

} // namespace spark::test
