// kill -9 around every single write of short lives, with every fate that the
// write can have and with or without the journal: each must end as if nothing
// had happened.
#include "tests/sim/simulation.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

using namespace spark;
using namespace spark::test;

namespace {

enum class crash_at {
  sent_dropped, ///< the request never arrives
  sent_landing, ///< it may arrive after the operator's death
  executed,     ///< the reply is lost
  answered      ///< the operator has made what it can of the reply
};

struct story {
  const char* name;
  /// Done once, as soon as the status shows this (or a later) state.
  const char* moment;
  std::function<void(simulation&)> action;
  int exit_code = 0;
};

const std::vector<story>& stories() {
  static const std::vector<story> all{
      {"plain", "", {}},
      {"fail", "", {}, 1},
      {"edit after the claim", "claim",
       [](simulation& s) { s.edit_app("ns", "app", 1); }},
      {"edit while submitted", "SUBMITTED",
       [](simulation& s) { s.edit_app("ns", "app", 1); }},
      {"edit while running", "RUNNING",
       [](simulation& s) { s.edit_app("ns", "app", 1); }},
      {"edit after the end", "COMPLETED",
       [](simulation& s) { s.edit_app("ns", "app", 1); }},
      {"delete after the claim", "claim",
       [](simulation& s) { s.delete_app("ns", "app"); }},
      {"delete while running", "RUNNING",
       [](simulation& s) { s.delete_app("ns", "app", "Foreground"); }},
      {"replace while running", "RUNNING",
       [](simulation& s) {
         s.delete_app("ns", "app");
         s.add_app("ns", "app", 1);
       }},
      {"delete the pod", "SUBMITTED",
       [](simulation& s) { s.delete_pod("ns", "app-driver"); }},
  };
  return all;
}

class crashing_life {
public:
  crashing_life(const story& what, int nth, crash_at when, bool lose_journal,
                bool trace)
      : story_{what}, nth_{nth}, when_{when},
        lose_journal_{lose_journal}, sim_{options_of(what, trace)} {
    sim_.on_request = [this](const flight& f) {
      bool write = f.what->method != verb::get &&
                   f.what->path.find("/events") == std::string::npos;
      if (write && ++writes_ == nth_)
        ticket_ = f.ticket;
      return fault{};
    };
    sim_.after_step = [this](const step& done) {
      act();
      if (!crashed_ && due(done))
        crash();
    };
  }

  /// False: there was no n-th write.
  bool run() {
    sim_.start("a");
    sim_.add_app("ns", "app");
    sim_.finish();
    return crashed_;
  }

  [[nodiscard]] const simulation& sim() const { return sim_; }

private:
  static simulation_options options_of(const story& what, bool trace) {
    simulation_options o;
    o.seed = 7;
    o.trace = trace;
    o.kubelet.plan = [code = what.exit_code](const json::value&) {
      return pod_end{code};
    };
    return o;
  }

  void act() {
    if (acted_ || !story_.action)
      return;
    auto app = sim_.app("ns", "app");
    bool claimed = app && number(*app, "/status/claim/number") > 0;
    if (std::string_view{story_.moment} == "claim"
            ? claimed
            : sim_.state("ns", "app") == story_.moment) {
      acted_ = true;
      story_.action(sim_);
    }
  }

  bool due(const step& done) {
    if (ticket_ == 0)
      return false;
    switch (when_) {
    case crash_at::sent_dropped:
    case crash_at::sent_landing:
      return true;
    case crash_at::executed:
      return done.kind == step_kind::execute && done.ticket == ticket_;
    case crash_at::answered:
      return done.kind == step_kind::deliver_reply && done.ticket == ticket_;
    }
    return false;
  }

  void crash() {
    crashed_ = true;
    if (when_ == crash_at::answered)
      sim_.find_operator("a")->run_all();
    sim_.kill("a", when_ == crash_at::sent_dropped ? fate::drop : fate::land);
    sim_.start("a", lose_journal_);
  }

  const story& story_;
  int nth_;
  crash_at when_;
  bool lose_journal_;
  simulation sim_;
  int writes_ = 0;
  std::uint64_t ticket_ = 0;
  bool crashed_ = false;
  bool acted_ = false;
};

int crash_points(const story& what, crash_at when, bool lose_journal) {
  auto chosen = std::getenv("SIM_CRASH");
  for (int n = 1;; ++n) {
    auto name =
        fmt::format("{} at {} fate {} journal {}", what.name, n,
                    static_cast<int>(when), lose_journal ? "lost" : "kept");
    crashing_life life{what, n, when, lose_journal, chosen && name == chosen};
    INFO("repeat: SIM_CRASH='" << name << "' sim_tests 'kill -9 *'");
    try {
      if (!life.run())
        return n - 1;
    } catch (const violation& why) {
      FAIL_CHECK(why.what());
      if (n > 200)
        return n;
    }
  }
}

} // namespace

TEST_CASE("kill -9 around every write ends as if nothing had happened") {
  int points = 0;
  for (auto& what : stories())
    for (auto when : {crash_at::sent_dropped, crash_at::sent_landing,
                      crash_at::executed, crash_at::answered})
      for (bool lose_journal : {false, true})
        points += crash_points(what, when, lose_journal);
  std::cout << "crash points: " << points << "\n";
  CHECK(points > 300);
}
