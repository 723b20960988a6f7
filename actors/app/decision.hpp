#pragma once

#include "actors/app/machine.hpp"

#include <string>
#include <utility>
#include <vector>

namespace spark {

/// One call of decide(): collects events and keeps the state they lead to, so
/// that later rules of the same stimulus see what earlier ones concluded. Used
/// by the decide*.cpp files only: facts, claims, children, the driver.
class decision {
public:
  decision(const app_state& s, time_point now) : s_(s), now_(now) {}

  std::vector<app_event> take() { return std::move(events_); }

  // One per stimulus (decide.cpp).
  void on(const app_observed& o);
  void on(const adopted& a);
  void on(const app_gone& f);
  void on(const driver_observed& f);
  void on(const driver_gone& f);
  void on(const driver_looked_up& f);
  void on(const executors_observed& f);
  void on(const claim_settled& f);
  void on(const child_settled& f);
  void on(const companions_settled& f);
  void on(const expiry_settled& f);
  void on(const timer_fired& f);

private:
  template<class E>
  void say(E event) {
    app_event e{std::move(event)};
    evolve(s_, e, now_);
    events_.push_back(std::move(e));
  }

  // Claims, adoption, edits (decide_claim.cpp).
  void run(const app_observed& o);
  [[nodiscard]] bool edited() const;
  void see_spec(const app_observed& o);
  void intend(std::int64_t number = 0);
  [[nodiscard]] std::int64_t submission_number() const;
  void intend_again(const app_observed& o);
  void retry_pruned_claim(const app_observed& o);
  void adopt_claim(const app_observed& o);
  void adopt(const app_observed& o, bool unclaimed);
  [[nodiscard]] bool is_ours(const std::string& submission) const;
  [[nodiscard]] bool started_by_another(const app_observed& o) const;
  void reconcile_with_cluster(const app_observed& o);
  void leave_before_driver(std::string why);
  void invalidate();
  void invalidate_if_shown(const app_observed& o);
  [[nodiscard]] bool end_is_shown(const app_observed& o) const;
  void supersede(std::string why);

  // Another operator before us, and beside us (decide_contest.cpp).
  void adopt_foreign(const adopted& a);
  void adopt_driver(const driver_fact& d, app_observed o);
  [[nodiscard]] const driver_fact*
  own_driver(const std::vector<driver_fact>& drivers) const;
  [[nodiscard]] bool is_unrecorded(const driver_fact& d,
                                   const app_observed& o) const;
  [[nodiscard]] bool claim_dropped(const app_observed& o) const;
  void see_claim(const app_observed& o);
  bool contested_by(const app_observed& o);

  // Retries and suspension (decide_policy.cpp).
  void ask_policy();
  [[nodiscard]] bool retry_is_due() const;
  void retry();
  bool suspended_by(const app_observed& o);

  // ConfigMaps, Service, and what is in the driver's way (decide_child.cpp).
  void on_child(const child_settled& f);
  void on_driver_post(const child_settled& f);
  void wait_for_server(const child_settled& f);
  void block(blockage by, std::string reason, std::string message);
  void block_by(const driver_fact& d);
  [[nodiscard]] bool name_is_given_up() const;
  void fail_submission(std::string message);

  // The driver (decide_driver.cpp).
  void on_found(const driver_fact& d);
  void on_absent();
  void on_other_in_its_place(const driver_fact& d);
  void on_found_suspending(const driver_fact& d);
  void on_our_driver(const driver_fact& d);
  void after_a_look();
  void notice_wait();
  [[nodiscard]] bool changed(const driver_fact& d) const;
  void conclude(const driver_fact& d);
  void fail_driver(driver_failed e);
  void lose_driver();
  void finish_giving_up();

  app_state s_;
  time_point now_;
  std::vector<app_event> events_;
};

/// The driver container, or else the pod, has come to its end.
[[nodiscard]] bool has_ended(const driver_fact& d);

} // namespace spark
