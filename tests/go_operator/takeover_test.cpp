// What a Go operator left is taken over: nothing is restarted, nothing runs
// twice, nothing is left over.
#include "messages/ids.hpp"
#include "tests/go_operator/left_behind.hpp"
#include "tests/watchers/readers.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

const std::string driver_path = "/api/v1/namespaces/ns/pods/app-driver";

/// What may happen to our operator meanwhile.
enum class operator_life { goes_on, restarts, restarts_without_journal };

struct totals {
  int fixtures = 0;
  int restarted = 0;
  int duplicates = 0;
  int leftovers = 0;
};

/// What all commits of a life come to.
struct deeds {
  int drivers_made = 0; ///< by our operator
  /// ... of the attempt that the Go operator had submitted
  int repeated = 0;
  /// Its driver was deleted by ours before it had ended.
  bool driver_cut_short = false;
  std::string first_claim; ///< status.claim as first written
  std::string first_submission;
};

bool has_ended(const json::value& pod) {
  auto phase = text(pod, "/status/phase");
  return phase == "Succeeded" || phase == "Failed";
}

std::string submission_of(const json::value& pod) {
  return text(pod, "/metadata/labels/sparkoperator.k8s.io~1submission-id");
}

bool is_driver(const json::value& pod) {
  return text(pod, "/metadata/labels/spark-role") == "driver";
}

void read_driver_commit(deeds& out, const commit& c,
                        const std::string& theirs) {
  auto& pod = c.after ? *c.after : *c.before;
  if (!is_driver(pod) || c.call.client != "a")
    return;
  if (!c.before) {
    ++out.drivers_made;
    out.repeated += submission_of(pod) == theirs;
  } else if (c.call.method == "DELETE" && submission_of(pod) == theirs) {
    out.driver_cut_short = out.driver_cut_short || !has_ended(*c.before);
  }
}

deeds deeds_of(const simulation& sim, const std::string& theirs) {
  deeds out;
  for (auto& c : sim.server.commits()) {
    if (c.id.collection == "pods")
      read_driver_commit(out, c, theirs);
    auto* claim = c.after ? find(*c.after, "/status/claim") : nullptr;
    if (claim && out.first_claim.empty()) {
      out.first_claim = json::serialize(*claim);
      out.first_submission = text(*c.after, "/status/submissionID");
    }
  }
  return out;
}

/// Everything there is but Events.
std::string left_over(const simulation& sim) {
  std::string out;
  for (auto& [id, object] : sim.server.objects().objects())
    if (id.collection.find("events") == std::string::npos)
      out += id.collection + "/" + id.name + " ";
  return out;
}

class takeover {
public:
  takeover(const left_behind& what, operator_life life, std::uint64_t seed,
           bool trace)
      : what_{what}, life_{life}, sim_{options(seed, trace)} {}

  void run(totals& sum) {
    ++sum.fixtures;
    auto uid = leave(sim_, what_);
    sim_.after_step = [this](const step&) { after_step(); };
    sim_.start("a");
    to_its_end();
    check_life(sum);
    sim_.after_step = {};
    sim_.delete_app("ns", "app");
    sim_.run_until([this] { return left_over(sim_).empty(); }, 10min);
    sim_.run_for(1min); // nor does anything come back
    sum.leftovers += !left_over(sim_).empty();
    CHECK(left_over(sim_).empty());
  }

private:
  static simulation_options options(std::uint64_t seed, bool trace) {
    simulation_options out;
    out.seed = seed;
    out.trace = trace;
    out.kubelet.executors = 1;
    return out;
  }

  /// Once, right after the takeover.
  void after_step() {
    auto app = sim_.app("ns", "app");
    if (!app)
      return;
    if (number(*app, "/status/claim/number") == 0)
      return;
    CHECK_FALSE(argo_judges(*app).crashed);
    if (life_ == operator_life::goes_on || restarted_)
      return;
    restarted_ = true;
    sim_.kill("a");
    sim_.start("a", life_ == operator_life::restarts_without_journal);
  }

  void to_its_end() {
    if (what_.then == becoming::rests) {
      sim_.run_until([this] { return sim_.state("ns", "app") == "SUSPENDED"; });
      sim_.finish();
      CHECK(deeds_of(sim_, what_.submission()).drivers_made == 0);
      CHECK_FALSE(sim_.server.get(driver_path));
      sim_.server.patch(apps_path("ns") + "/app",
                        {{"spec", {{"suspend", false}}}});
    }
    // Under Always there is no end.
    bool endless = what_.policy == "Always" && expected_drivers() > 0;
    if (endless)
      REQUIRE(sim_.run_until([this] {
        return deeds_of(sim_, what_.submission()).drivers_made > 0;
      }));
    else
      sim_.finish();
    if (!endless)
      check_end();
  }

  [[nodiscard]] int expected_drivers() const {
    return what_.runs_again() || what_.then == becoming::runs_first ? 1 : 0;
  }

  void check_end() {
    auto app = sim_.app("ns", "app");
    bool failed = !what_.runs_again() && (what_.then == becoming::ends_badly ||
                                          what_.then == becoming::stays_badly);
    CHECK(sim_.state("ns", "app") == (failed ? "FAILED" : "COMPLETED"));
    // One of ours that was interrupted may have been superseded.
    if (what_.then != becoming::runs_first)
      CHECK(number(*app, "/status/claim/number") ==
            (what_.runs_again() ? 2 : 1));
    // Beside what runs or ran last nothing of older attempts is there.
    for (auto& pod : sim_.server.list("/api/v1/pods"))
      CHECK(submission_of(*pod) == text(*app, "/status/submissionID"));
  }

  void check_life(totals& sum) {
    auto did = deeds_of(sim_, what_.submission());
    bool watched = what_.then == becoming::ends_well ||
                   what_.then == becoming::ends_badly ||
                   what_.then == becoming::stays_well ||
                   what_.then == becoming::stays_badly;
    sum.restarted += did.drivers_made > expected_drivers() ||
                     (watched && did.driver_cut_short);
    sum.duplicates += did.repeated;
    CHECK(did.drivers_made == expected_drivers());
    CHECK(did.repeated == 0);
    CHECK_FALSE((watched && did.driver_cut_short));
    if (what_.then != becoming::runs_first) {
      CHECK(did.first_submission == what_.submission());
      CHECK(did.first_claim.find("\"number\":1,") != std::string::npos);
    }
  }

  left_behind what_;
  operator_life life_;
  simulation sim_;
  bool restarted_ = false;
};

void take_over(const left_behind& what, operator_life life, std::uint64_t seed,
               totals& sum) {
  auto* chosen = std::getenv("SIM_FIXTURE");
  auto name = fmt::format("{}, {}", what.name(), static_cast<int>(life));
  if (chosen && name != chosen)
    return;
  INFO("repeat: SIM_SEED=" << seed << " SIM_FIXTURE=\"" << name
                           << "\" sim_tests 'what a Go *'");
  try {
    takeover{what, life, seed, chosen != nullptr}.run(sum);
  } catch (const violation& why) {
    FAIL_CHECK(why.what());
  }
}

} // namespace

TEST_CASE("what a Go operator left is taken over and cleaned up", "[long]") {
  totals sum;
  auto* given = std::getenv("SIM_SEED");
  auto seed = given ? std::strtoull(given, nullptr, 10) : 1;
  for (auto& what : everything_left())
    for (auto life : {operator_life::goes_on, operator_life::restarts,
                      operator_life::restarts_without_journal})
      take_over(what, life, seed, sum);
  std::cout << "lives: from the Go operator " << sum.fixtures
            << ", restarts: " << sum.restarted
            << ", duplicates: " << sum.duplicates
            << ", leftovers: " << sum.leftovers << "\n";
}
