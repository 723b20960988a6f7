#include "tests/sim/adversary.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

/// Chances are one in so many per step.
constexpr std::uint64_t trouble_in = 35;
constexpr std::uint64_t pause_in = 25;
constexpr int most_steps = 60000;

} // namespace

adversary::adversary(simulation& sim)
    : sim_{sim},
      // Most histories are short, so that what breaks one can be understood.
      budget_{static_cast<int>(sim.draw(sim.draw(8) == 0 ? 40 : 9))} {
  names_.emplace_back("app-0");
  if (sim_.draw(3) == 0)
    names_.emplace_back("app-1");
}

void adversary::run() {
  for (auto& name : names_)
    sim_.add_app("ns", name);
  sim_.start("a");
  sim_.server.set_delivery(1 + sim_.draw(3), 1 + sim_.draw(2) * 20000);
  for (int i = 0; budget_ > 0 && i < most_steps; ++i) {
    if (sim_.draw(trouble_in) == 0)
      trouble();
    if (sim_.draw(pause_in) == 0)
      sim_.pass_time(milliseconds{1 + sim_.draw(2500)});
    if (!sim_.step())
      sim_.pass_time();
  }
  calm();
  sim_.finish();
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
  auto& name = names_[sim_.draw(names_.size())];
  bool exists = sim_.app("ns", name) != nullptr;
  switch (exists ? sim_.draw(6) : 6) {
  case 0:
  case 1:
    // Sometimes back to what it was.
    return sim_.edit_app("ns", name, sim_.draw(3) == 0 ? 0 : ++revision_);
  case 2:
    return sim_.delete_pod("ns", name + "-driver");
  case 3:
    return sim_.delete_app("ns", name, "Foreground");
  case 4:
    return sim_.delete_app("ns", name);
  case 5:
    sim_.delete_app("ns", name);
    [[fallthrough]];
  default:
    sim_.add_app("ns", name, ++revision_);
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
  using kind = fault::kind;
  static const std::vector<fault> kinds{
      {kind::not_sent},
      {kind::drop_before},
      {kind::lose_reply},
      {kind::land_late},
      {kind::answer, 429, "too many requests", seconds{2}},
      {kind::answer, 500, "etcdserver: request timed out"},
      {kind::answer, 503, "apiserver is shutting down"},
      {kind::answer, 504, "timeout"},
      {kind::execute_and_answer, 500, "etcdserver: leader changed"},
      {kind::execute_and_answer, 504, "timeout"},
  };
  auto& f = waiting[sim_.draw(waiting.size())];
  auto& what = kinds[sim_.draw(kinds.size())];
  sim_.say(fmt::format("fault {} {} on #{} {} {}", static_cast<int>(what.what),
                       what.status, f.ticket, to_string(f.what->method),
                       f.what->path));
  sim_.server.set_fault(f.ticket, what);
}

void adversary::network() {
  auto fates = sim_.draw(2) == 0 ? fate::land : fate::drop;
  switch (sim_.draw(4)) {
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
    if (poisoned_[uid] < 2 && who->poison(uid)) {
      ++poisoned_[uid];
      sim_.say("the actor of " + uid + " fails");
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
