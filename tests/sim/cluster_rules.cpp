#include "tests/sim/cluster_rules.hpp"

#include "actors/app/history.hpp"
#include "actors/scheduler/history.hpp"
#include "messages/codec.hpp"
#include "tests/sim/life_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace spark::test {
namespace {

const std::string apps = "sparkapplications.sparkoperator.k8s.io";

std::string owner_of(const json::value& object) {
  return text(object, "/metadata/ownerReferences/0/uid");
}

std::string submission_of(const json::value& object) {
  return text(object, "/metadata/labels/sparkoperator.k8s.io~1submission-id");
}

std::string phase_of(const json::value& pod) {
  return text(pod, "/status/phase");
}

/// But for pods, of which executors are Spark's.
bool is_still_child(const object_id& id) {
  static const std::set<std::string> kinds{
      "configmaps", "services", "networkpolicies.networking.k8s.io",
      "ingresses.networking.k8s.io", "poddisruptionbudgets.policy"};
  return kinds.contains(id.collection);
}

bool is_child(const object_id& id) {
  return id.collection == "pods" || is_still_child(id);
}

bool without_owner(const json::value& object) {
  auto* list = find(object, "/metadata/ownerReferences");
  return !list || !list->is_array() || list->get_array().empty();
}

bool lives(const json::value& pod) {
  auto phase = phase_of(pod);
  return !terminating(pod) && phase != "Succeeded" && phase != "Failed";
}

/// It is said that the pod, or a container, waits for what it will not get.
bool cannot_run(const json::value& pod) {
  if (text(pod, "/status/conditions/0/reason") == "Unschedulable")
    return true;
  auto why = text(pod, "/status/containerStatuses/0/state/waiting/reason");
  return !why.empty() && why != "ContainerCreating";
}

std::string claim_of(const json::value& app, std::string_view member) {
  return text(app, "/status/claim/" + std::string{member});
}

std::int64_t claim_number(const json::value& app) {
  return number(app, "/status/claim/number");
}

/// What a Go operator says of an attempt that is not over.
bool may_run(const std::string& state) {
  return state == "SUBMITTED" || state == "RUNNING" || state == "UNKNOWN";
}

/// Its attempt has no submission id of our making.
bool is_takeover(const json::value& app) {
  return !has_our_form(text(app, "/status/submissionID"));
}

/// Of the attempt whose end is recorded; the old status may speak of one that
/// is not ours.
std::string ending_id(const json::value& old, const json::value& now) {
  bool taken = claim_number(old) == 0 && claim_number(now) > 0;
  return text(taken ? now : old, "/status/submissionID");
}

std::string shown_state(const json::value& app) {
  return text(app, "/status/applicationState/state");
}

} // namespace

std::string cluster_rules::check() {
  auto& all = server_.commits();
  for (; next_ < all.size(); ++next_)
    if (auto wrong = check(all[next_]); !wrong.empty())
      return fmt::format("{} ({} {} by {}, rv {})", wrong,
                         all[next_].call.method, all[next_].call.path,
                         all[next_].call.client, all[next_].rv);
  return "";
}

std::string cluster_rules::check_request(const api_call& call) {
  auto where = parse_api_path(call.path);
  auto body =
      call.body.empty() ? json::value(json::object()) : json::parse(call.body);
  if (call.method == "DELETE" && text(body, "/preconditions/uid").empty())
    return "DELETE without a uid";
  if (call.method == "DELETE" && find(body, "/gracePeriodSeconds"))
    return "DELETE with a grace period that is not the pod's own";
  if (call.method == "PATCH" && where.subresource == "status" &&
      (text(body, "/metadata/uid").empty() ||
       text(body, "/metadata/resourceVersion").empty()))
    return "status PATCH without uid and resourceVersion";
  return "";
}

std::string cluster_rules::check(const commit& c) {
  if (by_operator(c))
    if (auto wrong = check_request(c.call); !wrong.empty())
      return wrong;
  if (by_operator(c) && c.id.collection != "events") {
    auto& object = c.after ? *c.after : *c.before;
    auto uid = c.id.collection == apps ? text(object, "/metadata/uid")
                                       : owner_of(object);
    ++by_[uid].writes;
  }
  if (is_child(c.id) && c.after && without_owner(*c.after))
    foreign_.insert(c.id.name);
  if (c.id.collection == "pods")
    return check_pod(c);
  if (c.id.collection == apps)
    return check_app(c);
  return is_child(c.id) ? check_child(c) : "";
}

// --- drivers ---------------------------------------------------------------

std::string cluster_rules::check_pod(const commit& c) {
  auto& pod = c.after ? *c.after : *c.before;
  if (text(pod, "/metadata/labels/spark-role") != "driver")
    return "";
  // What an orphan delete set free still is its attempt's driver.
  driver_key key{owner_of(c.before ? *c.before : pod), submission_of(pod)};
  if (!c.before && by_operator(c))
    if (auto wrong = check_new_driver(key, pod); !wrong.empty())
      return wrong;
  auto& d = drivers_[key];
  d.pod = c.after;
  auto phase = phase_of(pod);
  d.ran = d.ran || phase == "Running" || phase == "Succeeded";
  d.stuck = d.stuck || cannot_run(pod);
  if (d.end.empty() && (phase == "Succeeded" || phase == "Failed")) {
    d.end = phase;
    d.failed = phase == "Failed" && d.deleted_by.empty();
  }
  if (c.call.method == "DELETE" && d.deleted_by.empty())
    d.deleted_by = by_operator(c) ? "operator" : c.call.client;
  return "";
}

std::string cluster_rules::check_new_driver(const driver_key& key,
                                            const json::value& pod) {
  ++by_[key.first].drivers;
  if (drivers_.count(key) > 0)
    return "a second driver pod for one attempt " + key.second;
  auto app = apps_.find(key.first);
  if (app == apps_.end() || !app->second.now)
    return ""; // a race with its deletion
  auto& owner = *app->second.now;
  if (text(owner, "/status/submissionID") != submission_of(pod) ||
      !claim_of(owner, "outcome").empty())
    return "a driver of an attempt that is over";
  return "";
}

/// One that a Go operator made has no owner.
const cluster_rules::driver*
cluster_rules::find_driver(const std::string& uid,
                           const std::string& submission) const {
  auto it = drivers_.find({uid, submission});
  if (it == drivers_.end())
    it = drivers_.find({"", submission});
  return it == drivers_.end() ? nullptr : &it->second;
}

bool cluster_rules::harmed(const std::string& uid,
                           const std::string& submission) const {
  auto* d = find_driver(uid, submission);
  return d && d->harmed();
}

// --- applications ----------------------------------------------------------

std::string cluster_rules::check_app(const commit& c) {
  auto& object = c.after ? *c.after : *c.before;
  auto& known = apps_[text(object, "/metadata/uid")];
  known.now = c.after;
  if (auto* spec = find(object, "/spec"))
    known.spec.emplace(number(object, "/metadata/generation"), *spec);
  if (!c.before || !c.after || !by_operator(c))
    return "";
  ++by_[text(*c.after, "/metadata/uid")].status_patches;
  if (auto wrong = check_claim(c.call.client, *c.before, *c.after);
      !wrong.empty())
    return wrong;
  // Two operators may not agree yet that the old driver is gone.
  auto was = shown_state(*c.before);
  bool invalidated = shown_state(*c.after) == "INVALIDATING" &&
                     was != "INVALIDATING" && was != "PENDING_RERUN";
  if (invalidated && !edited(*c.before))
    return "INVALIDATING without an edit";
  return check_end(*c.before, *c.after);
}

/// Some generation since the claim's has another spec than that one: the last
/// may have it again, yet an edit that was seen is never called off.
bool cluster_rules::edited(const json::value& app) const {
  auto& specs = apps_.at(text(app, "/metadata/uid")).spec;
  auto claimed = number(app, "/status/claim/generation");
  auto its = specs.find(claimed);
  if (its == specs.end())
    return false;
  for (auto it = its; it != specs.end(); ++it)
    if (restarting_part(it->second) != restarting_part(its->second))
      return true;
  return false;
}

/// Who may claim the next number, and when.
std::string cluster_rules::check_claim(const std::string& who,
                                       const json::value& old,
                                       const json::value& now) {
  auto uid = text(old, "/metadata/uid");
  auto before = claim_number(old);
  auto after = claim_number(now);
  auto id = text(old, "/status/submissionID");
  bool same_id = id == text(now, "/status/submissionID");
  if (after == before)
    return before > 0 && !same_id ? "submission id changed under one claim"
                                  : "";
  auto new_id = text(now, "/status/submissionID");
  auto& known = apps_[uid];
  auto highest = std::exchange(known.claimed, after);
  auto its_id = std::exchange(known.claimed_id, new_id);
  // Another operator's write had dropped it.
  known.taken_back = before == 0 && after == highest && new_id == its_id;
  if (known.taken_back)
    return "";
  bool takeover = before == 0 && is_takeover(now);
  if (after != (takeover ? highest : before) + 1)
    return fmt::format("claim {} after {}", after, before);
  if (takeover) {
    known.foreign_submission = new_id;
    return check_takeover(old, now);
  }
  auto* d = find_driver(uid, id);
  bool ran = d && d->ran && (d->pod || knew_(who, uid, id));
  if (claim_of(old, "outcome").empty() && ran)
    return "superseded a driver that ran";
  for (auto& [key, other] : drivers_)
    if (key.first == uid && other.pod)
      return "a new claim while there is a driver of " + key.second;
  // Whether the policy wants it is for life_rules to say.
  auto state = shown_state(old);
  bool rerun = state == "INVALIDATING" || state == "PENDING_RERUN" ||
               state == "RESUMING" || state == "SUBMISSION_FAILED";
  if (!claim_of(old, "outcome").empty() && !rerun)
    return "an ended attempt runs again out of state " + state;
  return "";
}

/// Claim 1 over what a Go operator left says no more than its state did, but
/// for a driver that it had no time to speak of.
std::string cluster_rules::check_takeover(const json::value& old,
                                          const json::value& now) {
  auto id = text(now, "/status/submissionID");
  if (text(old, "/status/submissionID") != id)
    return find_driver(text(old, "/metadata/uid"), id)
               ? ""
               : "a Go operator's attempt lost its submission id";
  auto state = shown_state(old);
  if (!may_run(state) && claim_of(now, "outcome").empty())
    return "a Go operator's attempt in " + state + " is taken over as open";
  return "";
}

/// How an attempt may end, given what really happened to its driver.
std::string cluster_rules::check_end(const json::value& old,
                                     const json::value& now) {
  auto was = claim_of(old, "outcome");
  auto outcome = claim_of(now, "outcome");
  bool taken_over =
      claim_number(old) == 0 && claim_number(now) > 0 &&
      (is_takeover(now) || apps_[text(old, "/metadata/uid")].taken_back);
  if (taken_over && !may_run(shown_state(old)))
    return "";
  if (claim_number(now) != claim_number(old)) {
    // Nothing of ours ends in the write that claims it, but a refused spec, or
    // one that was suspended while its claim was on its way.
    if (!taken_over && !outcome.empty() && outcome != "Refused" &&
        outcome != "Suspended")
      return outcome + " recorded by the claim itself";
    was.clear();
  }
  if (was == outcome)
    return "";
  // Two terms may see an edited attempt end differently; the driver's own end
  // says more than that it was superseded.
  if (!was.empty() && (was != "Superseded" || outcome.empty()))
    return "outcome " + was + " became " + outcome;
  auto* d = find_driver(text(old, "/metadata/uid"), ending_id(old, now));
  if (outcome == "Completed" && (!d || d->end != "Succeeded"))
    return "Completed recorded, the driver: " + (d ? d->end : "none");
  // A driver that its user removes just then leaves nothing to invalidate.
  // An edit and a suspension may be shown by one write, too.
  auto state = shown_state(now);
  bool suspended = state == "SUSPENDING" || state == "SUSPENDED";
  if (outcome == "Superseded" && state != "INVALIDATING" &&
      state != "PENDING_RERUN" && !(suspended && edited(old)))
    return "Superseded recorded without an edit";
  return check_failure(old, now);
}

std::string cluster_rules::check_failure(const json::value& old,
                                         const json::value& now) {
  auto uid = text(old, "/metadata/uid");
  auto id = ending_id(old, now);
  auto outcome = claim_of(now, "outcome");
  auto message = text(now, "/status/applicationState/errorMessage");
  auto* d = find_driver(uid, id);
  if (outcome == "Failed" || outcome == "DriverLost") {
    if (d && d->pod && lives(*d->pod))
      return outcome + " recorded while the driver lives";
    bool gave_up = d && d->stuck && !d->pod;
    if (outcome == "Failed" && !gave_up && (!d || d->end != "Failed"))
      return "Failed recorded, the driver: " + (d ? d->end : "none");
    if (outcome == "DriverLost" && d && d->pod && !d->end.empty())
      return "DriverLost recorded though it ended in sight: " + d->end;
    bool stopped = shown_state(now) == "INVALIDATING";
    bool adopted = id == apps_[uid].foreign_submission;
    if (!harmed(uid, id) && !stopped && !adopted)
      return outcome + " recorded although nothing happened to the driver";
  }
  if (outcome == "SubmissionFailed" && refused_.count({uid, id}) == 0 &&
      !names_foreign(message))
    return "SubmissionFailed recorded: " + message;
  auto* spec = find(now, "/spec/mode");
  if (outcome == "Refused" && spec && *spec == json::value("cluster"))
    return "Refused recorded: " + message;
  return "";
}

bool cluster_rules::names_foreign(const std::string& message) const {
  return std::any_of(foreign_.begin(), foreign_.end(), [&](auto& name) {
    return message.find(name) != std::string::npos;
  });
}

/// Children of one attempt at a time.
std::string cluster_rules::check_child(const commit& c) {
  if (c.before || !c.after || !by_operator(c))
    return "";
  auto owner = owner_of(*c.after);
  auto submission = submission_of(*c.after);
  for (auto& [id, object] : server_.objects().objects()) {
    if (is_still_child(id) && owner_of(*object) == owner &&
        submission_of(*object) != submission)
      return fmt::format("children of two attempts: {} {}", id.collection,
                         id.name);
  }
  return "";
}

// --- the journal -----------------------------------------------------------

result<verdict> journal_rules::decide_again(const journal_row& row) {
  if (is_schedule_phase(row.phase_before))
    return journaled::verify<schedule_machine>(schedules_[row.uid], row);
  auto& app = apps_[row.uid];
  if (app.now.uid.empty()) {
    app.now.uid = row.uid;
    app.now.ns = row.ns;
    app.now.name = row.name;
  }
  app.before = app.now;
  auto said = verify(app.now, row);
  if (app.now.has_driver)
    drivers_.emplace(row.uid, app.now.current.submission_id);
  return said;
}

void journal_rules::stored(const std::vector<journal_row>& rows) {
  for (auto& row : rows) {
    ++rows_;
    auto said = decide_again(row);
    if (!wrong_.empty())
      continue;
    if (!said)
      wrong_ = fmt::format("row {}: {}", row.seq, said.error().message);
    else if (said->is != verdict::kind::same)
      wrong_ = fmt::format("row {}: {}\n  stimulus {}", row.seq, said->detail,
                           row.stimulus);
  }
}

bool journal_rules::explains(const app_state& live) const {
  auto it = apps_.find(live.uid);
  if (it == apps_.end())
    return live.at == phase::fresh && live.current.number == 0;
  return live == it->second.now || live == it->second.before;
}

template<class Machine>
static std::string compare(journal& store, const std::string& uid,
                           const typename Machine::state& now) {
  auto loaded = store.load(uid);
  if (!loaded)
    return uid + ": its history cannot be read";
  auto folded = journaled::fold<Machine>(*loaded);
  if (!folded)
    return uid + ": its history cannot be read";
  if (!loaded->rows.empty() || loaded->has_snapshot)
    if (state_hash(folded->state) != state_hash(now))
      return uid + ": snapshot and rows fold to another state";
  return "";
}

std::string journal_rules::check_load(journal& store) const {
  for (auto& [uid, app] : apps_)
    if (auto wrong = compare<app_machine>(store, uid, app.now); !wrong.empty())
      return wrong;
  for (auto& [uid, now] : schedules_)
    if (auto wrong = compare<schedule_machine>(store, uid, now); !wrong.empty())
      return wrong;
  return "";
}

// --- inside ----------------------------------------------------------------

std::string check_inside(const simulated_operator& who,
                         const journal_rules* journal, time_point now) {
  for (auto& uid : who.live_apps()) {
    auto* app = who.app(uid);
    if (!app || !app->session->view().observed)
      continue;
    if (app->session->stuck(now))
      return fmt::format("{}: {} waits for nothing", who.name(), uid);
    if (journal && !journal->explains(app->session->state()))
      return fmt::format("{}: the journal does not explain the state of {}",
                         who.name(), uid);
  }
  return "";
}

std::string check_resting(const simulated_operator& who, time_point now) {
  for (auto& uid : who.live_apps()) {
    auto* app = who.app(uid);
    if (!app)
      return fmt::format("{}: {} has no actor, and nobody comes", who.name(),
                         uid);
    bool waits =
        app->timer_at != no_time || !app->session->view().in_flight.empty();
    if (!waits && !app->session->finished(now))
      return fmt::format("{}: {} rests in phase {} without a timer", who.name(),
                         uid, to_string(app->session->state().at));
  }
  return "";
}

} // namespace spark::test
