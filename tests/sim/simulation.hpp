#pragma once

#include "tests/sim/cluster_rules.hpp"
#include "tests/sim/life_rules.hpp"
#include "tests/sim/operator_knowledge.hpp"
#include "tests/sim/told.hpp"
#include "tests/support/fake_kubelet.hpp"

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace spark::test {

/// An invariant does not hold; what() says which, and where in the history.
struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct simulation_options {
  std::uint64_t seed = 1;
  bool trace = false;
  kubelet_options kubelet;
  /// Off where rows get lost on purpose: then no fold explains the state.
  bool journal_explains = true;
  std::vector<std::string> namespaces;
  /// By operator: where it writes, instead of a journal in memory.
  std::map<std::string, std::shared_ptr<journal>> stores;
  /// The garbage collector leaves it to an operator to delete the drivers that
  /// it made although it knew their application to be gone.
  bool races_are_ours = false;
  transport_wrapper wrap; ///< of every operator's transport
  /// Told when nothing goes wrong any more, for the kubelet's plan to ask.
  std::shared_ptr<bool> calm = std::make_shared<bool>(false);

  /// The flags of every operator that speak of what stands beside drivers.
  companion_settings companions{.ui_service = true,
                                .driver_budget = true,
                                .ingress_url_format =
                                    "{{$appName}}.example.com"};
};

/// One API server, what plays the rest of the cluster, and operators of our own
/// code; one seeded scheduler decides what happens next. Every step is followed
/// by all invariants, so the first wrong one is where the history ends.
class simulation {
public:
  explicit simulation(simulation_options options = {});

  // --- the cluster ----------------------------------------------------------
  /// Gives the uid.
  std::string add_app(const std::string& ns, const std::string& name,
                      int revision = 0,
                      const json::value& more_spec = json::object{});
  /// A new revision of its spec.
  void edit_app(const std::string& ns, const std::string& name, int revision);
  void change_spec(const std::string& ns, const std::string& name,
                   const json::value& patch);
  void delete_app(const std::string& ns, const std::string& name,
                  const std::string& policy = "Background");
  void delete_pod(const std::string& ns, const std::string& name);
  /// Without grace and without a word about its end: its node died.
  void vanish_pod(const std::string& ns, const std::string& name);
  /// Somebody else's object takes the name of this one, which is to be made.
  void take_name(const request& create);
  [[nodiscard]] object_ptr app(const std::string& ns,
                               const std::string& name) const;
  [[nodiscard]] std::string state(const std::string& ns,
                                  const std::string& name) const;

  // --- operators ------------------------------------------------------------
  /// Epochs count up by themselves. A lost journal is a new one.
  simulated_operator& start(const std::string& name, bool lost_journal = false);
  void kill(const std::string& name, fate of_requests = fate::land);
  [[nodiscard]] simulated_operator* find_operator(const std::string& name);
  [[nodiscard]] std::vector<std::string> running() const;
  /// An actor of it dies of a bug; false if there is none for that uid.
  bool poison(const std::string& name, const std::string& uid);
  /// What becomes of a request that is under way.
  void set_fault(const flight& f, const fault& what);

  // --- the schedule ---------------------------------------------------------
  /// One thing that can happen now, drawn; false: only time can help.
  bool step();
  /// To the next timer or deadline.
  void pass_time();
  void pass_time(milliseconds by);
  /// False when `most` has passed and it still does not hold.
  bool run_until(const std::function<bool()>& holds,
                 milliseconds most = std::chrono::hours{3});
  /// Time only passes when nothing else can happen.
  void run_for(milliseconds time);
  /// Nothing left to be done: every application ended with its newest spec.
  [[nodiscard]] bool settled() const;
  /// Nobody does any harm from now on.
  void set_calm();
  /// To the end, without further faults; then everything that must hold then.
  void finish();
  /// What is not as it should be at the end; "" if all is.
  [[nodiscard]] std::string check_end();

  /// What somebody does: the story of a history that fails.
  void say(const std::string& what);
  [[noreturn]] void fail(const std::string& why) const;
  [[nodiscard]] std::uint64_t draw(std::uint64_t below) {
    return rng() % below;
  }

  manual_clock clock;
  memory_api_server server{clock};
  fake_kubelet kubelet;
  cluster_rules rules{server};
  life_rules life{server};
  std::mt19937_64 rng;
  std::uint64_t steps = 0;
  int rows = 0; ///< of journals, all decided again
  std::map<std::string, std::shared_ptr<memory_journal>> journals;
  /// Asked about every request before it is sent.
  std::function<fault(const flight&)> on_request;
  /// Called after every step: scripts of tests.
  std::function<void(const test::step&)> after_step;

private:
  void trace(const std::string& what) const;
  std::vector<test::step> server_steps();
  test::step draw_step();
  void check_all(const std::string& after);
  [[nodiscard]] std::shared_ptr<journal>
  store_of(const std::string& name) const;
  void watch_server();
  fault judge(const flight& f);
  void check_sent(const flight& f);
  void expect(const flight& f, const fault& what);
  [[nodiscard]] std::string check_app_end(const json::value& app);
  [[nodiscard]] std::string check_leftovers() const;
  [[nodiscard]] std::string check_operators() const;

  simulation_options options_;
  std::map<std::string, std::shared_ptr<journal_rules>> journal_rules_;
  std::vector<std::unique_ptr<simulated_operator>> operators_;
  std::int64_t epochs_ = 0;
  std::string bad_request_;
  std::map<std::string, operator_knowledge> knows_;
  milliseconds passed_{0};
  std::vector<deed> deeds_;
};

[[nodiscard]] std::string apps_path(const std::string& ns);

} // namespace spark::test
