#include "actors/app/companions.hpp"
#include "actors/app/machine.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/policy.hpp"

#include <algorithm>

namespace spark {
namespace {

constexpr seconds details_pause{2};

/// Everything plan() and wake_at() have in common: what is wanted, and from
/// when on. So there is no state that wants something and never wakes for it.
class planner {
public:
  struct wish {
    effect what;
    time_point from; ///< not before
  };

  planner(const app_state& s, const app_view& v, time_point now)
      : s_(s), v_(v), now_(now) {}

  std::vector<wish> take() {
    if (!v_.observed)
      return {};
    want_stray_removed();
    if (s_.contested && s_.at != phase::deleting && s_.at != phase::gone) {
      want_contest_over();
    } else if (s_.at != phase::gone) {
      by_phase();
      want_budget_removed();
      want_status();
    }
    return std::move(wishes_);
  }

private:
  void want(effect_kind kind, std::string target = {}, time_point from = {}) {
    effect e{kind, s_.current.number, std::move(target)};
    // A stray driver and the driver may be the same pod.
    for (auto& w : wishes_)
      if (w.what == e)
        return;
    wishes_.push_back({std::move(e), from});
  }

  [[nodiscard]] bool is_shown() const {
    return v_.status.state == row_of(s_.at).shows;
  }

  [[nodiscard]] bool under_way(effect_kind kind) const {
    return v_.in_flight.count({kind, s_.current.number, {}}) > 0;
  }

  [[nodiscard]] time_point next_look() const {
    if (s_.at == phase::running || s_.at == phase::unknown)
      return v_.looked_at + 10 * v_.resync + spread();
    if (s_.at == phase::submitted &&
        v_.looked_at < s_.submitted_at + first_look)
      return s_.submitted_at + first_look;
    return v_.looked_at + row_of(s_.at).looks_again;
  }

  /// Sooner where time alone may decide something, which takes a look.
  [[nodiscard]] time_point look_by() const {
    auto at = s_.missing ? v_.looked_at + missing_confirm : next_look();
    for (auto due : {start_limit(s_), notice_wait_at(s_)})
      if (due != no_time)
        at = std::min(at, std::max(due, v_.looked_at + seconds{1}));
    return at;
  }

  /// Beside the driver, and never in its way.
  void want_companions() {
    if (!companions_due(s_))
      return;
    if (v_.loaded_live == s_.spec.live_hash)
      want(effect_kind::put_companions);
    else
      want(effect_kind::look_at_app);
  }

  /// With no driver left it would only worry whoever watches over budgets.
  void want_budget_removed() {
    auto& row = row_of(s_.at);
    if ((row.ended || row.waits || s_.at == phase::suspended) &&
        has_budget(s_.companions))
      want(effect_kind::remove_budget);
  }

  void want_stray_removed() {
    if (!s_.stray_uid.empty())
      want(effect_kind::delete_driver, s_.stray_uid);
  }

  /// Another operator is at work: what it does is watched, and said.
  void want_contest_over() {
    want(effect_kind::look_at_app, {}, s_.contested_at + contest_pause);
    if (projection(s_, v_.status) != v_.status)
      want(effect_kind::patch_status, {},
           v_.status_sent_at + contest_write_pause(s_));
  }

  void by_phase() {
    switch (s_.at) {
    case phase::fresh:
      want(effect_kind::look_at_app, {}, next_look());
      break;
    case phase::pending_rerun:
    case phase::resuming:
      if (!s_.has_driver) // a write of ours brings a view of it, too
        want(effect_kind::look_at_app, {},
             is_shown() ? time_point{} : next_look());
      else if (is_shown())
        want_driver_gone();
      break;
    case phase::claiming:
      want_claim();
      break;
    case phase::claimed:
      want_driver();
      break;
    case phase::submitted:
    case phase::running:
    case phase::unknown:
      want(effect_kind::look_at_driver, {}, look_by());
      if (!s_.current.swept) // adopted: what older attempts left is still there
        want_sweep();
      else
        want_companions();
      break;
    case phase::failing:
    case phase::submission_failed:
    case phase::succeeding:
      if (s_.retry_at != no_time)
        want_retry();
      else if (!s_.giving_up.empty())
        want_driver_gone();
      else // adopted: the next view of it asks the policy
        want(effect_kind::look_at_app, {}, next_look());
      break;
    case phase::deleting:
      want_driver_gone();
      break;
    case phase::invalidating:
    case phase::suspending:
      // Each of these states is shown before the next one follows, and the
      // outcome with it before what proves it is gone.
      if (is_shown())
        want_driver_gone();
      break;
    case phase::suspended:
    case phase::completed:
    case phase::failed:
    case phase::gone:
      break;
    }
  }

  /// The failed driver stays for whoever wants to look, until it is in the way.
  void want_retry() {
    // A Go operator's attempt gets its number before ours follows.
    if (v_.status.claim.number != s_.current.number && !s_.pruned)
      return;
    auto at = std::max(s_.retry_at, v_.looked_at + seconds{1});
    if (s_.current.pod_name.empty())
      want(effect_kind::look_at_app, {}, s_.retry_at);
    else
      want(effect_kind::look_at_driver, {}, at);
  }

  void want_claim() {
    if (s_.current.unsure)
      want(effect_kind::look_at_app);
    else
      want(effect_kind::claim_attempt);
  }

  void want_driver() {
    auto& c = s_.current;
    if (s_.blocked == blockage::older_attempt && !s_.blocked_terminating)
      want(effect_kind::delete_driver, s_.blocked_uid);
    if (s_.blocked == blockage::older_attempt ||
        s_.blocked == blockage::old_driver) {
      want(effect_kind::look_at_driver, {}, next_look());
    } else if (s_.blocked == blockage::name_conflict &&
               !s_.blocked_uid.empty()) {
      if (!c.swept) // it may never get to a child of its own
        want_sweep();
      want(effect_kind::look_at_driver, {},
           c.unsure ? std::max(c.settle_until, v_.looked_at + seconds{1})
                    : std::min(v_.looked_at + seconds{60},
                               s_.blocked_since + name_conflict_limit));
    } else if (!c.mine || c.unsure) {
      // Only a look that begins after everything has settled proves absence;
      // until then the watch tells sooner than a look would.
      if (!under_way(effect_kind::create_driver))
        want(effect_kind::look_at_driver, {},
             std::max(c.settle_until, v_.looked_at + seconds{1}));
    } else {
      want_children();
    }
  }

  void want_children() {
    auto& c = s_.current;
    if (v_.loaded_hash != c.spec_hash) {
      // Edited a moment ago, or not seen since a restart: fetch it.
      want(effect_kind::look_at_app);
      return;
    }
    if (!c.swept) {
      want_sweep();
      return;
    }
    if (!c.config_ready)
      want(effect_kind::create_config);
    if (!c.service_ready)
      want(effect_kind::create_service);
    if (c.config_ready && c.service_ready)
      want(effect_kind::create_driver);
    want_companions();
  }

  /// What an older attempt was still creating would come after the sweep.
  void want_sweep() {
    for (auto& e : v_.in_flight)
      if (e.attempt != s_.current.number && creates_children(e.kind))
        return;
    want(effect_kind::sweep_attempt, {}, v_.creates_settled_at);
  }

  void want_driver_gone() {
    bool here = s_.has_driver && !s_.missing;
    bool keep = s_.at == phase::deleting && s_.orphan;
    if (here && !keep && !s_.driver.terminating)
      want(effect_kind::delete_driver, s_.driver.uid);
    if (s_.current.pod_name.empty())
      want(effect_kind::look_at_app); // nothing was ever claimed
    else
      want(effect_kind::look_at_driver, {},
           here || s_.at == phase::deleting ? next_look() : time_point{});
  }

  /// One status write at a time, of the newest content. Executors alone may
  /// wait, so that a thousand of them do not cost a thousand writes, and so may
  /// the address of the web UI.
  void want_status() {
    if (s_.at == phase::claiming || s_.at == phase::deleting ||
        s_.at == phase::fresh)
      return;
    // What is over is not worth asking again whether a claim is kept now.
    if (s_.pruned && row_of(s_.at).ended)
      return;
    auto wanted = projection(s_, v_.status);
    if (wanted == v_.status) {
      if (auto at = expires_at(s_); at != no_time)
        want(effect_kind::delete_app, {}, at);
      return;
    }
    auto without_details = wanted;
    without_details.executor_state = v_.status.executor_state;
    without_details.executor_counts = v_.status.executor_counts;
    without_details.web_ui = v_.status.web_ui;
    time_point from{};
    if (s_.pruned)
      from = v_.status_sent_at + pruned_pause;
    else if (without_details == v_.status && s_.at == phase::claimed)
      return; // its driver is about to have news
    else if (without_details == v_.status)
      from = v_.status_sent_at + details_pause;
    want(effect_kind::patch_status, {}, from);
  }

  /// Live GETs of many running drivers must not come in one burst.
  [[nodiscard]] milliseconds spread() const {
    return milliseconds{jitter(s_.uid, s_.current.number, 30000)};
  }

  const app_state& s_;
  const app_view& v_;
  time_point now_;
  std::vector<wish> wishes_;
};

time_point not_before(const app_view& v, const planner::wish& w) {
  auto from = w.from;
  if (auto it = v.backoffs.find(w.what.kind); it != v.backoffs.end())
    from = std::max(from, it->second.not_before);
  return from;
}

bool busy(const app_view& v, const effect& e) {
  return v.in_flight.count(e) > 0;
}

} // namespace

bool creates_children(effect_kind k) {
  return k == effect_kind::create_config || k == effect_kind::create_service ||
         k == effect_kind::create_driver || k == effect_kind::put_companions;
}

std::vector<effect> plan(const app_state& state, const app_view& view,
                         time_point now) {
  std::vector<effect> out;
  for (auto& w : planner{state, view, now}.take())
    if (not_before(view, w) <= now && !busy(view, w.what))
      out.push_back(std::move(w.what));
  return out;
}

time_point wake_at(const app_state& state, const app_view& view,
                   time_point now) {
  time_point at = no_time;
  for (auto& w : planner{state, view, now}.take()) {
    if (busy(view, w.what))
      continue;
    auto from = std::max(not_before(view, w), now);
    if (at == no_time || from < at)
      at = from;
  }
  return at;
}

std::string_view to_string(effect_kind k) {
  return boost::describe::enum_to_string(k, "?");
}

} // namespace spark
