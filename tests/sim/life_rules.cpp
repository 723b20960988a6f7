#include "tests/sim/life_rules.hpp"

#include "messages/ids.hpp"
#include "messages/observed.hpp"
#include "tests/support/json_read.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace spark::test {
bool by_operator(const commit& c) {
  static const std::set<std::string> others{"user", "kubelet", "scheduler",
                                            "gc", "driver"};
  return others.count(c.call.client) == 0;
}

bool terminating(const json::value& object) {
  return find(object, "/metadata/deletionTimestamp") != nullptr;
}

namespace {

const std::string apps = "sparkapplications.sparkoperator.k8s.io";
constexpr std::size_t most_bytes = 16 * 1024;
/// Status writes of operators about one thing that happened.
constexpr int most_writes = 12;
/// From its time to the deletion.
constexpr seconds most_late{30};
/// From the end of all trouble: the longest pause after failures is 75 s.
constexpr seconds most_late_after_trouble{80};
/// Statuses have whole seconds.
constexpr seconds rounding{1};

std::string state_of(const json::value& app) {
  return text(app, "/status/applicationState/state");
}
std::string outcome_of(const json::value& app) {
  return text(app, "/status/claim/outcome");
}
std::string submission_of(const json::value& app) {
  return text(app, "/status/submissionID");
}
std::int64_t number_of(const json::value& app) {
  return number(app, "/status/claim/number");
}
bool terminal(const std::string& state) {
  return state == "COMPLETED" || state == "FAILED";
}
bool failed(const std::string& outcome) {
  return outcome == "Failed" || outcome == "DriverLost";
}
bool suspended(const json::value& app) {
  auto* flag = find(app, "/spec/suspend");
  return flag && *flag == json::value(true);
}

/// Is that the cluster's fault, not the application's?
bool infrastructure(const std::string& cause) {
  static const std::set<std::string> causes{"Evicted", "NodeShutdown",
                                            "Unschedulable"};
  return causes.count(cause) > 0;
}

} // namespace

// --- conditions --------------------------------------------------------------

namespace {

/// By type; empty when one is not as Kubernetes wants it.
std::map<std::string, json::value> conditions_of(const json::value& app,
                                                 std::string& wrong) {
  std::map<std::string, json::value> out;
  auto* list = find(app, "/status/conditions");
  if (!list || !list->is_array())
    return out;
  for (auto& c : list->get_array()) {
    auto type = text(c, "/type");
    auto is = text(c, "/status");
    if ((is != "True" && is != "False") || text(c, "/reason").empty() ||
        text(c, "/lastTransitionTime").empty())
      wrong = "not a condition: " + json::serialize(c);
    if (!out.emplace(type, c).second)
      wrong = "two conditions " + type;
  }
  return out;
}

} // namespace

std::string check_conditions(const json::value& old, const json::value& now) {
  std::string wrong;
  std::string before_is_of_no_matter;
  auto were = conditions_of(old, before_is_of_no_matter);
  auto are = conditions_of(now, wrong);
  auto state = state_of(now);
  auto said = [&](const char* type) {
    auto it = are.find(type);
    return it == are.end() ? "" : text(it->second, "/status");
  };
  auto disagrees = [&](const char* type) {
    wrong = fmt::format("state {}, but condition {} is '{}'", state, type,
                        said(type));
  };
  if (number_of(now) > 0 &&
      said("Finished") != (terminal(state) ? "True" : "False"))
    disagrees("Finished");
  if (!said("Running").empty() &&
      said("Running") != (state == "RUNNING" ? "True" : "False"))
    disagrees("Running");
  if (said("Succeeded") != (state == "COMPLETED" ? "True" : ""))
    disagrees("Succeeded");
  if (said("Failed") != (state == "FAILED" ? "True" : ""))
    disagrees("Failed");
  for (auto& [type, c] : are) {
    auto it = were.find(type);
    bool same = it != were.end() && number_of(old) == number_of(now) &&
                text(it->second, "/status") == text(c, "/status");
    if (same && text(it->second, "/lastTransitionTime") !=
                    text(c, "/lastTransitionTime"))
      wrong = "condition " + type + " has another transition time";
  }
  return wrong;
}

// --- the log -----------------------------------------------------------------

std::string life_rules::check() {
  auto& all = server_.commits();
  for (; next_ < all.size(); ++next_)
    if (auto wrong = check(all[next_]); !wrong.empty())
      return fmt::format("{} ({} {} by {}, rv {})", wrong,
                         all[next_].call.method, all[next_].call.path,
                         all[next_].call.client, all[next_].rv);
  return "";
}

void life_rules::changed_operator(const std::string& name) {
  for (auto& [uid, l] : lives_) {
    l.saw_end.erase(name);
    l.writes = 0;
  }
}

std::string life_rules::check(const commit& c) {
  if (c.id.collection == "pods")
    return check_driver(c);
  return c.id.collection == apps ? check_app(c) : "";
}

/// An owner that was orphaned off is known from before.
std::string life_rules::check_driver(const commit& c) {
  auto& pod = c.after ? *c.after : *c.before;
  auto uid =
      text(c.before ? *c.before : pod, "/metadata/ownerReferences/0/uid");
  auto it = lives_.find(uid);
  if (it == lives_.end())
    return "";
  auto& l = it->second;
  if (!by_operator(c))
    l.writes = 0;
  if (text(pod, "/metadata/labels/spark-role") != "driver")
    return "";
  auto& d = l.drivers[text(
      pod, "/metadata/labels/sparkoperator.k8s.io~1submission-id")];
  d.there = c.after != nullptr;
  auto phase = text(pod, "/status/phase");
  if (phase == "Running" && d.ran_at == no_time)
    d.ran_at = c.at;
  bool ended = phase == "Succeeded" || phase == "Failed";
  if ((ended || !d.there) && d.ended_at == no_time) {
    d.ended_at = c.at;
    d.succeeded = phase == "Succeeded";
    d.cause = text(pod, "/status/reason");
    if (d.cause.empty() && !ended)
      d.cause = text(pod, "/status/conditions/0/reason");
  }
  if (!c.before && l.now && state_of(*l.now) == "SUSPENDED")
    return "a driver is created while its application is SUSPENDED";
  return "";
}

std::string life_rules::check_app(const commit& c) {
  auto& object = c.after ? *c.after : *c.before;
  auto& l = lives_[text(object, "/metadata/uid")];
  bool ends = !c.after ||
              (c.before && terminating(*c.after) && !terminating(*c.before));
  // A schedule makes and deletes its runs as a user would.
  bool of_schedule = (!c.before || ends) && !schedule_of_run(object).empty();
  if (!by_operator(c) || of_schedule) {
    see_user(l, c);
    return "";
  }
  auto wrong = ends ? check_removal(l, c) : check_status(l, c);
  l.now = c.after;
  return wrong;
}

void life_rules::see_user(life& l, const commit& c) {
  l.now = c.after;
  l.writes = 0;
  l.edited_at = c.at;
  if (!c.after)
    return;
  l.specs.emplace(number(*c.after, "/metadata/generation"),
                  c.after->at("spec"));
  auto uid = text(*c.after, "/metadata/uid");
  auto id = submission_of(*c.after);
  // What it wanted first may have been decided on before the end was seen.
  if (std::exchange(l.changed, true) || !outcome_of(*c.after).empty())
    return;
  for (std::string client : {"a", "b"})
    if (saw_(client, uid, id))
      l.saw_end.insert(client);
}

/// TTL: never early, never with an edit that nobody looked at, nor for ever.
std::string life_rules::check_removal(const life& l, const commit& c) const {
  auto& app = *c.before;
  auto* ttl = find(app, "/spec/timeToLiveSeconds");
  if (!ttl)
    return "deleted by an operator, and no time to live was asked for";
  if (!terminal(state_of(app)) || outcome_of(app).empty())
    return "deleted by an operator in state " + state_of(app);
  if (outdated(l, app))
    return "deleted by an operator, and its edit never ran";
  auto due = from_rfc3339(text(app, "/status/terminationTime")) +
             seconds{ttl->to_number<std::int64_t>()};
  if (c.at < due)
    return fmt::format("deleted {} before its time", to_rfc3339(due));
  if (calm_at_ != no_time && c.at > std::max(due, l.edited_at) + most_late &&
      c.at > calm_at_ + most_late_after_trouble)
    return "deleted long after its time, which was " + to_rfc3339(due);
  return "";
}

std::string life_rules::check_status(life& l, const commit& c) {
  auto& old = *c.before;
  auto& now = *c.after;
  if (auto size = json::serialize(now.at("status")).size(); size > most_bytes)
    return fmt::format("a status of {} bytes", size);
  // Beside another operator's words ours may not fit.
  bool of_another = number_of(old) == 0 && !submission_of(old).empty();
  if (of_another && number_of(now) == 0)
    return "";
  if (auto wrong = check_conditions(old, now); !wrong.empty() && !of_another)
    return wrong;
  if (number_of(now) != number_of(old)) {
    l.writes = 0;
    if (auto wrong = check_claim(l, old, now); !wrong.empty())
      return wrong;
    l.ended.clear();
    l.invalidated = false;
    l.changed = false;
    l.saw_end.clear();
  }
  if (++l.writes > most_writes)
    return fmt::format("{} status writes although nothing happened", l.writes);
  bool begun = number_of(now) != number_of(old);
  if ((begun || outcome_of(old).empty()) && !outcome_of(now).empty())
    count(l, now, c.at);
  if (auto wrong = check_shown(l, c); !wrong.empty())
    return wrong;
  if (auto wrong = check_times(l, c); !wrong.empty())
    return wrong;
  auto state = state_of(now);
  if (state == state_of(old))
    return "";
  if (state == "INVALIDATING")
    l.invalidated = true;
  // An edit waits for nothing. INVALIDATING is not shown where the old driver
  // has gone before that was written.
  if (state == "PENDING_RERUN" && !l.invalidated && !edited(l, now))
    if (auto wrong = check_wait(l, now, c.at); !wrong.empty())
      return wrong;
  return check_rest(l, now);
}

// --- who runs again, and when ------------------------------------------------

json::value life_rules::spec_of_claim(const life& l,
                                      const json::value& app) const {
  auto it = l.specs.find(number(app, "/status/claim/generation"));
  return it == l.specs.end() ? json::value(json::object()) : it->second;
}

/// The newest spec asks for another run.
bool life_rules::outdated(const life& l, const json::value& app) const {
  return restarting_part(l.specs.rbegin()->second) !=
         restarting_part(spec_of_claim(l, app));
}

/// Some spec since the claim's does, or did: whether that one was seen before
/// it was edited back, only the operator knows.
bool life_rules::edited(const life& l, const json::value& app) const {
  auto its = restarting_part(spec_of_claim(l, app));
  auto it = l.specs.upper_bound(number(app, "/status/claim/generation"));
  return std::any_of(it, l.specs.end(), [&](auto& entry) {
    return restarting_part(entry.second) != its;
  });
}

void life_rules::count(life& l, const json::value& now, time_point at) {
  auto outcome = outcome_of(now);
  auto& d = l.drivers[submission_of(now)];
  if (outcome == "Completed") {
    l.least = {};
    l.most = {};
  } else if (outcome == "SubmissionFailed") {
    ++l.least.submissions;
    ++l.most.submissions;
  } else if (failed(outcome)) {
    l.infrastructure = outcome == "DriverLost" || infrastructure(d.cause);
    auto healthy = policy_of(spec_of_claim(l, now)).healthy;
    // How long it ran in the eyes of an operator, it alone knows.
    if (healthy > 0 && d.ran_at != no_time && at - d.ran_at >= seconds{healthy})
      l.least = {};
    for (auto* t : {&l.least, &l.most}) {
      ++(l.infrastructure ? t->infrastructure : t->application);
      t->submissions = 0;
    }
  }
}

bool life_rules::wants_retry(const life& l, const json::value& app,
                             const tally& t) const {
  auto p = policy_of(spec_of_claim(l, app));
  auto outcome = outcome_of(app);
  if (outcome == "Refused" || p.type == "Never")
    return false;
  if (p.type == "Always")
    return true;
  if (outcome == "Completed")
    return false;
  if (outcome == "SubmissionFailed")
    return t.submissions <= p.submissions;
  if (p.infrastructure < 0)
    return t.application + t.infrastructure <= p.failures;
  return l.infrastructure ? t.infrastructure <= p.infrastructure
                          : t.application <= p.failures;
}

/// The policy's wait is over, since the end that was shown or else since what
/// really was the driver's.
std::string life_rules::check_wait(const life& l, const json::value& app,
                                   time_point at) {
  auto outcome = outcome_of(app);
  bool submission = outcome == "SubmissionFailed";
  if ((!submission && !failed(outcome)) || l.foreign)
    return "";
  auto n = submission ? l.least.submissions
                      : l.least.application + l.least.infrastructure;
  auto wait = promised_wait(policy_of(spec_of_claim(l, app)), submission, n);
  auto end = from_rfc3339(l.ended);
  if (auto d = l.drivers.find(submission_of(app));
      l.ended.empty() && d != l.drivers.end())
    end = d->second.ended_at;
  if (at < end + wait)
    return fmt::format("runs again before the {} s after {} are over",
                       wait.count(), to_rfc3339(end));
  return "";
}

/// Why may the next attempt follow this one?
std::string life_rules::check_claim(life& l, const json::value& old,
                                    const json::value& now) {
  auto id = submission_of(now);
  bool used = !l.ids.insert(id).second;
  // What another operator made, or cut short, is its own matter.
  bool foreign = number_of(old) == 0 && (used || !has_our_form(id));
  if (std::exchange(l.foreign, foreign) || foreign)
    return "";
  if (suspended(now) && outcome_of(now).empty())
    return "claimed although it is suspended";
  if (terminating(now))
    return "claimed although it is being deleted";
  if (used)
    return "submission id " + id + " is used again";
  auto outcome = outcome_of(old);
  if (number_of(old) == 0 || outcome.empty())
    return ""; // the first, or the one before never had a driver
  if (edited(l, old)) {
    l.least = {};
    if (l.invalidated)
      l.most = {};
    return "";
  }
  auto state = state_of(old);
  if (state == "RESUMING") {
    l.least.submissions = 0;
    return "";
  }
  if (outcome == "Suspended" || outcome == "Superseded")
    return "runs again after " + outcome + ", and nobody asked for it";
  if (!wants_retry(l, old, l.least))
    return "runs again after " + outcome + ", which its policy does not want";
  auto at = server_.commits()[next_].at;
  return state == "SUBMISSION_FAILED" ? check_wait(l, old, at) : "";
}

// --- what is shown -----------------------------------------------------------

/// terminationTime stands, and is the truth.
std::string life_rules::check_times(life& l, const commit& c) {
  auto shown = text(*c.after, "/status/terminationTime");
  if (shown.empty()) {
    if (terminal(state_of(*c.after)))
      return "ended, at no time";
    return "";
  }
  if (!l.ended.empty() && l.ended != shown)
    return "terminationTime " + l.ended + " became " + shown;
  l.ended = shown;
  auto at = from_rfc3339(shown);
  if (at > c.at)
    return "terminationTime is in the future";
  auto it = l.drivers.find(submission_of(*c.after));
  if (!l.foreign && it != l.drivers.end() && failed(outcome_of(*c.after)) &&
      it->second.ended_at != no_time && at + rounding <= it->second.ended_at)
    return "terminationTime is before the driver's end";
  return "";
}

/// An end that an operator had understood before its user wanted something
/// else: it is shown as what it was, before anything else follows.
std::string life_rules::check_shown(life& l, const commit& c) {
  auto& now = *c.after;
  auto state = state_of(now);
  auto outcome = outcome_of(now);
  if (l.saw_end.count(c.call.client) == 0 || outcome.empty())
    return "";
  auto& d = l.drivers[submission_of(now)];
  auto is = d.succeeded ? "Completed" : "Failed";
  if (outcome != is)
    return fmt::format("{} recorded after {} was seen", outcome, is);
  bool next = state == "INVALIDATING" || state == "SUSPENDING";
  bool again = wants_retry(l, now, l.least); // then that may have begun
  if (next && l.ended.empty() && !again)
    return fmt::format("{} and nobody was shown that it was {}", state, is);
  return "";
}

/// States in which it stays.
std::string life_rules::check_rest(const life& l,
                                   const json::value& now) const {
  auto state = state_of(now);
  if (state == "SUSPENDED")
    for (auto& [id, d] : l.drivers)
      if (d.there)
        return "SUSPENDED while there is the driver of " + id;
  if (!terminal(state) || l.foreign)
    return "";
  auto outcome = outcome_of(now);
  if ((outcome == "Completed") != (state == "COMPLETED"))
    return state + " with outcome " + outcome;
  if (!edited(l, now) && wants_retry(l, now, l.most))
    return state + " although its policy wants another attempt";
  return "";
}

std::string life_rules::check_end() const {
  for (auto& [uid, l] : lives_) {
    if (!l.now)
      continue;
    auto& app = *l.now;
    auto name = text(app, "/metadata/name");
    auto state = state_of(app);
    if (state == "SUSPENDED") {
      if (!suspended(app))
        return name + " rests in SUSPENDED, and is not suspended";
    } else if (!terminal(state)) {
      return name + " rests in state " + state;
    } else if (outdated(l, app)) {
      return name + " was edited, and that never ran";
    } else if (find(app, "/spec/timeToLiveSeconds")) {
      return name + " outlives its time to live";
    }
    if (auto wrong = check_rest(l, app); !wrong.empty())
      return name + ": " + wrong;
    for (auto& [id, d] : l.drivers)
      if (d.there && d.ended_at == no_time)
        return name + ": the driver of " + id + " still runs";
  }
  return "";
}

} // namespace spark::test
