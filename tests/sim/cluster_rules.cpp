#include "tests/sim/cluster_rules.hpp"

#include "actors/app/history.hpp"
#include "messages/codec.hpp"

#include <fmt/format.h>

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

bool terminating(const json::value& object) {
  return find(object, "/metadata/deletionTimestamp") != nullptr;
}

bool by_operator(const commit& c) {
  auto& who = c.call.client;
  return who != "user" && who != "kubelet" && who != "gc" && who != "driver";
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

std::string cluster_rules::check(const commit& c) {
  if (by_operator(c) && c.id.collection != "events") {
    auto& object = c.after ? *c.after : *c.before;
    auto uid = c.id.collection == apps ? text(object, "/metadata/uid")
                                       : owner_of(object);
    ++by_[uid].writes;
  }
  if (c.id.collection == "pods")
    return check_pod(c);
  if (c.id.collection == apps)
    return check_app(c);
  if (c.id.collection == "configmaps" || c.id.collection == "services")
    return check_child(c);
  return "";
}

std::string cluster_rules::check_pod(const commit& c) {
  auto& pod = c.after ? *c.after : *c.before;
  if (text(pod, "/metadata/labels/spark-role") != "driver")
    return "";
  driver_key key{owner_of(pod), submission_of(pod)};
  if (!c.before) {
    ++by_[key.first].drivers;
    if (!created_.emplace(key, text(pod, "/metadata/uid")).second)
      return "a second driver pod for one attempt " + key.second;
  }
  if (c.after)
    pods_[key] = c.after;
  else
    pods_.erase(key);
  if (c.call.method == "DELETE" && c.call.client == "user")
    harmed_.insert(key.first);
  auto phase = phase_of(pod);
  if (phase == "Succeeded" || phase == "Failed")
    truth_.emplace(key, phase);
  if (phase == "Failed" && !(c.before && terminating(pod) && by_operator(c)))
    harmed_.insert(key.first);
  return "";
}

/// The effect on the truth of an attempt of `now` following `old`.
std::string cluster_rules::check_end(const json::value& old,
                                     const json::value& now) {
  auto uid = text(old, "/metadata/uid");
  driver_key key{uid, text(old, "/status/submissionID")};
  auto before = number(old, "/status/claim/number");
  auto after = number(now, "/status/claim/number");
  auto it = pods_.find(key);
  auto* pod = it == pods_.end() ? nullptr : it->second.get();
  auto phase = pod ? phase_of(*pod) : std::string{};
  bool was_open = before > 0 && text(old, "/status/claim/outcome").empty();
  if (was_open && after > before &&
      (phase == "Running" || phase == "Succeeded"))
    return "superseded a driver that ran";
  auto outcome = text(now, "/status/claim/outcome");
  if (!was_open || after != before || outcome.empty())
    return "";
  bool lives = pod && !terminating(*pod) &&
               (phase.empty() || phase == "Pending" || phase == "Running");
  if (lives && (outcome == "Failed" || outcome == "DriverLost"))
    return outcome + " recorded while the driver lives";
  auto end = truth(key.first, key.second);
  if (outcome == "Completed" && end != "Succeeded")
    return "Completed recorded, the driver: " + end;
  if (outcome == "Failed" && end != "Failed")
    return "Failed recorded, the driver: " + end;
  if (outcome == "DriverLost" && pod && !end.empty())
    return "DriverLost recorded though it ended in sight: " + end;
  if (outcome == "SubmissionFailed" || outcome == "Refused")
    return outcome +
           " recorded: " + text(now, "/status/applicationState/errorMessage");
  return "";
}

std::string cluster_rules::check_app(const commit& c) {
  if (!c.before || !c.after || !by_operator(c))
    return "";
  ++by_[text(*c.after, "/metadata/uid")].status_patches;
  auto before = number(*c.before, "/status/claim/number");
  auto after = number(*c.after, "/status/claim/number");
  if (after != before && after != before + 1)
    return fmt::format("claim {} after {}", after, before);
  auto id = text(*c.before, "/status/submissionID");
  if (after == before && before > 0 &&
      id != text(*c.after, "/status/submissionID"))
    return "submission id changed under one claim";
  auto gone = text(*c.after, "/status/claim/outcome");
  auto was = text(*c.before, "/status/claim/outcome");
  // Two terms may see an edited attempt end differently; the driver's own end
  // says more than that it was superseded.
  bool refined = was == "Superseded" && !gone.empty();
  if (after == before && !was.empty() && was != gone && !refined)
    return "outcome " + was + " became " + gone;
  return check_end(*c.before, *c.after);
}

/// Children of one attempt at a time.
std::string cluster_rules::check_child(const commit& c) {
  if (c.before || !c.after || !by_operator(c))
    return "";
  auto owner = owner_of(*c.after);
  auto submission = submission_of(*c.after);
  for (auto& [id, object] : server_.objects().objects()) {
    bool child = id.collection == "configmaps" || id.collection == "services";
    if (child && owner_of(*object) == owner &&
        submission_of(*object) != submission)
      return fmt::format("children of two attempts: {} {}", id.collection,
                         id.name);
  }
  return "";
}

std::string cluster_rules::truth(const std::string& uid,
                                 const std::string& submission) const {
  auto it = truth_.find({uid, submission});
  return it == truth_.end() ? "" : it->second;
}

// --- the journal -----------------------------------------------------------

void journal_rules::stored(const std::vector<journal_row>& rows) {
  for (auto& row : rows) {
    ++rows_;
    auto& app = apps_[row.uid];
    if (app.now.uid.empty()) {
      app.now.uid = row.uid;
      app.now.ns = row.ns;
      app.now.name = row.name;
    }
    app.before = app.now;
    auto said = verify(app.now, row);
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

std::string journal_rules::check_load(journal& store) const {
  for (auto& [uid, app] : apps_) {
    auto loaded = store.load(uid);
    auto folded = loaded ? fold(*loaded) : result<spark::folded>{};
    if (!loaded || !folded)
      return uid + ": its history cannot be read";
    if (!loaded->rows.empty() || loaded->has_snapshot)
      if (state_hash(folded->state) != state_hash(app.now))
        return uid + ": snapshot and rows fold to another state";
  }
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
