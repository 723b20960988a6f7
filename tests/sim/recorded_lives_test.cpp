// The lives in tests/histories: every actor and the journal are the real ones.
// tests/histories/record runs this; it is hidden, because it writes files.
#include "tests/sim/simulation.hpp"
#include "tests/store/journal_samples.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

std::string name_of(int i) { return "app-" + std::to_string(i); }

/// A journal as it is exported from an operator that runs, in small pages: most
/// of a big one would be empty.
void export_to(const std::string& path, journal& from) {
  testing::fs::remove(path);
  auto copy = testing::must(from.start_copy(path));
  while (!testing::must(copy->step())) {
  }
  testing::tamper(path, "PRAGMA journal_mode=DELETE;"
                        "PRAGMA page_size=1024;VACUUM");
}

/// Drivers whose name has "fails" in it do, and none ends before it may.
struct drivers {
  std::shared_ptr<bool> may_end = std::make_shared<bool>(true);

  [[nodiscard]] simulation_options options(std::uint64_t seed) const {
    simulation_options out;
    out.seed = seed;
    out.kubelet.executors = 2;
    out.kubelet.plan = [may_end = may_end](const json::value& pod) {
      pod_end end;
      end.never = !*may_end;
      std::string_view name = pod.at("metadata").at("name").as_string();
      if (name.find("fails") != name.npos)
        end.exit_code = 1;
      return end;
    };
    return out;
  }
};

/// A simulation whose operator "a" has a journal on a disk.
class recording {
public:
  recording(std::string name, simulation_options options)
      : name_{std::move(name)} {
    store_ = testing::must(open_journal(disk_ / "journal.db"));
    options.stores["a"] = store_;
    sim_.emplace(std::move(options));
  }
  simulation* operator->() { return &*sim_; }

  void await(const std::string& app, const std::string& state) {
    INFO(app << " to become " << state);
    REQUIRE(sim_->run_until([&] { return sim_->state("ns", app) == state; }));
  }
  void save() {
    export_to(std::string{std::getenv("RECORD_TO")} + "/" + name_ + ".db",
              *store_);
  }

private:
  std::string name_;
  testing::temp_dir disk_;
  std::shared_ptr<journal> store_;
  std::optional<simulation> sim_;
};

void side_by_side() {
  recording life{"side-by-side", drivers{}.options(1)};
  life->start("a");
  for (int i = 0; i < 5; ++i)
    life->add_app("ns", name_of(i));
  life->finish();
  life.save();
}

/// What users do to their applications, and those that are no good.
void users() {
  drivers all;
  *all.may_end = false;
  recording life{"users", all.options(2)};
  life->start("a");
  for (const char* name : {"edited", "driver-deleted", "deleted", "fails"})
    life->add_app("ns", name);
  life->server.create(apps_path("ns"), {{"metadata", {{"name", "refused"}}},
                                        {"spec", {{"type", "Cobol"}}}});
  for (const char* name : {"edited", "driver-deleted", "deleted", "fails"})
    life.await(name, "RUNNING");
  life.await("refused", "FAILED");
  life->delete_app("ns", "refused");
  life->edit_app("ns", "edited", 1);
  life->delete_pod("ns", "driver-deleted-driver");
  life->delete_app("ns", "deleted");
  *all.may_end = true;
  life->finish();
  life->edit_app("ns", "edited", 2); // after its end, this time
  life->finish();
  life.save();
}

/// Every fifth write goes wrong, each time in another way.
void lost_replies() {
  using kind = fault::kind;
  static const std::vector<fault> kinds{
      {kind::not_sent},
      {kind::lose_reply},
      {kind::answer, 429, "too many requests", seconds{2}},
      {kind::drop_before},
      {kind::answer, 500, "etcdserver: request timed out"},
      {kind::land_late},
      {kind::answer, 403, "exceeded quota: pods"},
      {kind::execute_and_answer, 504, "timeout"}};
  recording life{"lost-replies", drivers{}.options(3)};
  std::size_t writes = 0;
  life->on_request = [&](const flight& f) {
    bool counts = f.what->method != verb::get &&
                  f.what->path.find("/events") == std::string::npos;
    if (!counts || ++writes % 5 != 0)
      return fault{};
    return kinds[writes / 5 % kinds.size()];
  };
  life->start("a");
  for (int i = 0; i < 6; ++i)
    life->add_app("ns", name_of(i));
  life->run_for(2min);
  life->on_request = {};
  life->finish();
  life.save();
}

/// The operator dies again and again, and finds what has happened meanwhile,
/// also what another one did that led for a while.
void restarts() {
  drivers all;
  *all.may_end = false;
  recording life{"restarts", all.options(4)};
  life->start("a");
  for (int i = 0; i < 4; ++i)
    life->add_app("ns", name_of(i));
  for (int rows : {3, 9, 14, 22, 30}) {
    REQUIRE(life->run_until([&] { return life->rows >= rows; }));
    life->kill("a", rows % 2 == 0 ? fate::land : fate::drop);
    life->start("a");
  }
  for (int i = 0; i < 4; ++i)
    life.await(name_of(i), "RUNNING");
  life->kill("a");
  life->start("b");
  life->delete_app("ns", name_of(0));
  life->edit_app("ns", name_of(1), 1);
  life->run_for(30s);
  life->kill("b");
  *all.may_end = true;
  life->start("a");
  life->finish();
  life.save();
}

/// Ticks under each policy, with runs that do not end for a while, an operator
/// that dies, and users who edit.
void schedules() {
  static const std::string path = "/apis/sparkoperator.k8s.io/v1beta2/"
                                  "namespaces/ns/scheduledsparkapplications";
  drivers all;
  *all.may_end = false;
  recording life{"schedules", all.options(5)};
  life->add_app("ns", "model");
  auto spec = life->app("ns", "model")->at("spec");
  life->delete_app("ns", "model");
  for (const char* policy : {"Allow", "Forbid", "Replace"}) {
    std::string name = policy;
    name[0] = static_cast<char>(std::tolower(name[0]));
    json::object made{{"schedule", "@every 2m"},
                      {"concurrencyPolicy", policy},
                      {"successfulRunHistoryLimit", 0},
                      {"template", spec}};
    life->server.create(
        path, {{"metadata", {{"name", name}}}, {"spec", std::move(made)}});
  }
  auto edit = [&life](const std::string& name, json::object fields) {
    life->server.patch(path + "/" + name, {{"spec", std::move(fields)}});
  };
  life->start("a");
  life->run_for(250s);
  life->kill("a");
  life->pass_time(260s);
  life->start("a");
  edit("allow", {{"schedule", "61 * * * *"}});
  *all.may_end = true;
  life->run_for(40s);
  edit("allow", {{"schedule", "*/5 * * * *"}, {"startingDeadlineSeconds", 30}});
  life->run_for(90s);
  for (const char* name : {"allow", "forbid", "replace"})
    edit(name, {{"suspend", true}});
  life->finish();
  life.save();
}

} // namespace

TEST_CASE("record histories", "[.][record]") {
  REQUIRE(std::getenv("RECORD_TO"));
  side_by_side();
  users();
  lost_replies();
  restarts();
  schedules();
}
