// The scheduler actor among all others, on an API server that fails, with
// leaders that come and go: what it made of the ticks that were due.
// SIM_HISTORY=seed runs one of them, with a trace.

#include "messages/codec.hpp"
#include "tests/sim/adversary.hpp"
#include "tests/sim/schedule_judge.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <iostream>

namespace spark::test {
namespace {

const std::string schedules =
    "/apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/"
    "scheduledsparkapplications";

json::object draw_spec(simulation& sim) {
  static const char* ticks[] = {"@every 40s", "@every 2m", "*/3 * * * *"};
  static const char* policies[] = {"Allow", "Forbid", "Replace"};
  json::object role{{"cores", 1}, {"memory", "512m"}};
  json::object application{
      {"type", "Scala"},
      {"mode", "cluster"},
      {"image", "spark:3.5.0"},
      {"sparkVersion", "3.5.0"},
      {"mainClass", "org.apache.spark.examples.SparkPi"},
      {"mainApplicationFile", "local:///opt/spark/examples.jar"},
      {"driver", {{"cores", 1}, {"memory", "512m"}}},
      {"executor", role}};
  json::object out{{"schedule", ticks[sim.draw(3)]},
                   {"timeZone", "UTC"},
                   {"concurrencyPolicy", policies[sim.draw(3)]},
                   {"successfulRunHistoryLimit", sim.draw(3)},
                   {"template", std::move(application)}};
  if (sim.draw(3) == 0)
    out["startingDeadlineSeconds"] = 30;
  return out;
}

/// Users who write schedules, and nothing else.
class scheduled_life : public adversary {
public:
  scheduled_life(simulation& sim, bool edits)
      : adversary{sim,
                  static_cast<int>(sim.draw(12)),
                  {{"ns", "s0"}, {"ns", "s1"}},
                  {}},
        edits_{edits} {
    sim_.after_step = [this](const step&) {
      for (auto& [name, journal] : sim_.journals)
        journals_.insert(journal);
    };
  }

  void write_down(const std::string& name) {
    auto object = sim_.server.get(schedules + "/" + name);
    if (!object)
      return;
    judge.written(text(*object, "/metadata/uid"), name,
                  object->at("spec").as_object(),
                  from_rfc3339(text(*object, "/metadata/creationTimestamp")),
                  sim_.clock.wall());
  }

  /// All runs that were made, and all rows that were written.
  void read_the_books() {
    std::map<std::string, std::int64_t> epochs; // of who leads, or did
    for (auto& c : sim_.server.commits()) {
      if (!c.after)
        continue;
      if (c.id.collection == "leases.coordination.k8s.io")
        epochs[c.call.client] = number(*c.after, "/spec/leaseTransitions");
      if (!c.before &&
          c.id.collection == "sparkapplications.sparkoperator.k8s.io")
        judge.created(text(*c.after, "/metadata/ownerReferences/0/uid"),
                      c.id.name, c.at, epochs[c.call.client]);
    }
    for (auto& journal : journals_) {
      auto streams = journal->streams();
      for (auto& s : streams.value()) {
        auto rows = journal->rows_of(s.uid, 0, 100000);
        for (auto& row : rows.value())
          if (is_schedule_phase(row.phase_before))
            judge.row(row);
      }
    }
  }

  schedule_judge judge;

protected:
  void create(const object_key& key) override {
    if (sim_.server.get(schedules + "/" + key.name))
      return edits_ ? edit(key.name) : void();
    sim_.say("user creates schedule " + key.name);
    sim_.server.create(schedules, {{"metadata", {{"name", key.name}}},
                                   {"spec", draw_spec(sim_)}});
    write_down(key.name);
  }

  void calm() override {
    adversary::calm();
    sim_.run_for(std::chrono::minutes{5});
    for (auto* name : {"s0", "s1"}) {
      sim_.server.patch(schedules + "/" + name,
                        {{"spec", {{"suspend", true}}}});
      write_down(name);
    }
  }

private:
  bool edits_;
  std::set<std::shared_ptr<memory_journal>> journals_; ///< lost ones, too

  void edit(const std::string& name) {
    json::object patch;
    switch (sim_.draw(4)) {
    case 0:
      patch["suspend"] = sim_.draw(2) == 0;
      break;
    case 1:
      patch["schedule"] = draw_spec(sim_)["schedule"];
      break;
    case 2:
      patch["concurrencyPolicy"] = draw_spec(sim_)["concurrencyPolicy"];
      break;
    default:
      patch["template"] = {{"arguments", json::array{"7"}}};
    }
    sim_.say("user sets in " + name + " " + json::serialize(patch));
    sim_.server.patch(schedules + "/" + name, {{"spec", std::move(patch)}});
    write_down(name);
  }
};

} // namespace

TEST_CASE("schedules among everything that goes wrong", "[long]") {
  std::int64_t runs = 0;
  std::int64_t due = 0;
  auto* one = std::getenv("SIM_HISTORY");
  std::uint64_t first = one ? std::strtoull(one, nullptr, 10) : 1;
  std::uint64_t last = one ? first : 60;
  for (auto seed = first; seed <= last; ++seed) {
    simulation_options options;
    options.seed = seed;
    options.trace = one != nullptr;
    simulation sim{options};
    bool edits = seed % 2 == 0;
    scheduled_life life{sim, edits};
    INFO("seed " << seed);
    REQUIRE_NOTHROW(life.run());
    life.read_the_books();
    auto wrong = life.judge.check(sim.clock.wall(), edits);
    INFO(wrong);
    CHECK(wrong.empty());
    auto sum = life.judge.count(sim.clock.wall());
    runs += sum.runs;
    due += sum.due;
  }
  std::cout << "scheduled histories: 60, due ticks: " << due
            << ", runs: " << runs << "\n";
  CHECK((one || runs > 300));
}

} // namespace spark::test
