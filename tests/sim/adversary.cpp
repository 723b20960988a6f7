#include "tests/sim/adversary.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

constexpr int most_steps = 60000;

using kind = fault::kind;
const std::vector<fault> faults{
    {kind::not_sent},
    {kind::drop_before},
    {kind::lose_reply},
    {kind::land_late},
    {kind::land_late},
    {kind::answer, 401, "Unauthorized"},
    {kind::answer, 403, "exceeded quota: pods, requested: pods=1"},
    {kind::answer, 403, "no rights"},
    {kind::answer, 408, "timeout"},
    {kind::execute_and_answer, 408, "timeout"},
    {kind::answer, 413, "Request entity too large"},
    {kind::answer, 422, "the test finds it invalid"},
    {kind::answer, 429, "too many requests", seconds{2}},
    {kind::answer, 500, "etcdserver: request timed out"},
    {kind::answer, 503, "apiserver is shutting down"},
    {kind::answer, 504, "timeout"},
    {kind::execute_and_answer, 500, "etcdserver: leader changed"},
    {kind::execute_and_answer, 504, "timeout"},
};

} // namespace

adversary::adversary(simulation& sim)
    // Most histories are short, so that what breaks one can be understood.
    : adversary{
          sim, static_cast<int>(sim.draw(sim.draw(8) == 0 ? 40 : 9)), {}, {}} {
  apps_.push_back({"ns", "app-0"});
  if (sim_.draw(3) == 0)
    apps_.push_back({"ns", "app-1"});
  if (sim_.draw(6) == 0)
    apps_.push_back({"other", "app-0"});
}

adversary::adversary(simulation& sim, int budget, std::vector<object_key> apps,
                     pace how)
    : sim_{sim}, apps_{std::move(apps)}, budget_{budget}, pace_{how} {}

void adversary::run() {
  for (auto& app : apps_)
    create(app);
  sim_.start("a");
  sim_.server.set_delivery(1 + sim_.draw(3), 1 + sim_.draw(2) * 20000);
  for (int i = 0; budget_ > 0 && i < most_steps; ++i) {
    if (sim_.draw(pace_.trouble_in) == 0)
      trouble();
    if (sim_.draw(pace_.pause_in) == 0)
      sim_.pass_time(milliseconds{1 + sim_.draw(pace_.longest_pause)});
    if (!sim_.step())
      sim_.pass_time();
  }
  calm();
  sim_.finish();
}

void adversary::create(const object_key& app) {
  sim_.add_app(app.ns, app.name, revision_++);
}

void adversary::trouble() {
  --budget_;
  ++troubles_;
  switch (sim_.draw(10)) {
  case 0:
  case 1:
  case 2:
    return user();
  case 3:
  case 4:
  case 5:
    return request_fault();
  case 6:
    return network();
  case 7:
  case 8:
    return process();
  default:
    return new_leader();
  }
}

void adversary::user() {
  auto& app = apps_[sim_.draw(apps_.size())];
  if (sim_.app(app.ns, app.name))
    change_app(app);
  else
    create(app);
}

void adversary::change_app(const object_key& app) {
  auto& [ns, name] = app;
  switch (sim_.draw(10)) {
  case 0:
  case 1:
  case 2:
    // Sometimes back to what it was.
    return sim_.edit_app(ns, name, sim_.draw(3) == 0 ? 0 : revision_++);
  case 3:
    return sim_.delete_pod(ns, name + "-driver");
  case 4:
    return sim_.vanish_pod(ns, name + "-driver");
  case 5:
    return sim_.delete_app(ns, name, "Foreground");
  case 6:
    return sim_.delete_app(ns, name, "Orphan");
  case 7:
  case 8:
    return sim_.delete_app(ns, name);
  default:
    sim_.delete_app(ns, name);
    create(app);
  }
}

void adversary::request_fault() {
  std::vector<flight> waiting;
  for (auto& f : sim_.server.flights())
    if (!f.executed)
      waiting.push_back(f);
  if (waiting.empty()) {
    ++budget_;
    --troubles_;
    return;
  }
  auto& f = waiting[sim_.draw(waiting.size())];
  bool creates = f.what->method == verb::post &&
                 f.what->path.find("/events") == std::string::npos;
  auto what = creates ? sim_.draw(6) : 6;
  if (what == 0)
    sim_.take_name(*f.what);
  else if (what == 1) // while something is being made for it
    sim_.delete_app(
        parse_api_path(f.what->path).ns,
        text(json::parse(f.what->body), "/metadata/ownerReferences/0/name"));
  else
    sim_.set_fault(f, faults[sim_.draw(faults.size())]);
}

void adversary::network() {
  auto fates = sim_.draw(2) == 0 ? fate::land : fate::drop;
  switch (sim_.draw(5)) {
  case 0:
    sim_.say("etcd compacts; watches end");
    sim_.server.compact();
    sim_.server.end_streams();
    return;
  case 1:
    sim_.say("watches end");
    sim_.server.end_streams();
    return;
  case 2:
    sim_.say("the network breaks");
    sim_.server.disconnect(fates);
    return;
  case 3:
    sim_.say("bookmarks");
    sim_.server.send_bookmarks();
    return;
  default:
    down_ = !down_;
    sim_.say(down_ ? "the API server goes away" : "the API server is back");
    sim_.server.set_down(down_);
    if (down_)
      sim_.server.disconnect(fates);
    else
      return;
    ++budget_; // it comes back within the budget, or in calm()
  }
}

void adversary::process() {
  auto alive = sim_.running();
  if (alive.empty()) {
    sim_.start(sim_.draw(2) == 0 ? "a" : "b");
    return;
  }
  auto name = alive[sim_.draw(alive.size())];
  auto* who = sim_.find_operator(name);
  auto apps = who->live_apps();
  if (sim_.draw(4) == 0 && !apps.empty()) {
    auto& uid = apps[sim_.draw(apps.size())];
    if (poisoned_[uid] < 2 && sim_.poison(name, uid)) {
      ++poisoned_[uid];
      return;
    }
  }
  ++crashes_;
  bool leads = who->leads();
  sim_.kill(name, sim_.draw(2) == 0 ? fate::land : fate::drop);
  if (!leads)
    return;
  if (sim_.draw(3) == 0)
    sim_.run_for(milliseconds{sim_.draw(20000)});
  for (auto& other : sim_.running())
    if (sim_.find_operator(other)->leads())
      return;
  // "b" may remember less than what has happened since it led.
  bool second = sim_.draw(3) == 0;
  if (sim_.find_operator(second ? "b" : "a"))
    second = !second; // that one still has to notice its lost lease
  sim_.start(second ? "b" : "a", sim_.draw(3) == 0);
}

/// The old leader goes on for a while: what it sent may land, what it sends
/// dies at its fence.
void adversary::new_leader() {
  auto alive = sim_.running();
  if (alive.size() != 1)
    return process();
  auto next = alive.front() == "a" ? "b" : "a";
  sim_.say(alive.front() + " loses its lease");
  sim_.find_operator(alive.front())->lose_lease();
  sim_.start(next, sim_.draw(3) == 0);
}

void adversary::calm() {
  sim_.say("calm");
  sim_.set_calm();
  down_ = false;
  sim_.server.set_down(false);
  bool leader = false;
  for (auto& name : sim_.running())
    if (!sim_.find_operator(name)->leads())
      sim_.kill(name);
    else
      leader = true;
  if (!leader)
    sim_.start("a");
}

} // namespace spark::test
