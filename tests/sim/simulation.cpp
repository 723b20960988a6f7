#include "tests/sim/simulation.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iostream>

namespace spark::test {
namespace {

/// Weights of what is drawn next: messages go faster than requests, and those
/// faster than pods.
constexpr int weight_of_job = 6;
constexpr int weight_of_request = 3;
/// A request of the dead gets its chance in one of so many steps.
constexpr std::uint64_t late_in = 40;

json::value application(const std::string& name, int revision) {
  return {
      {"apiVersion", "sparkoperator.k8s.io/v1beta2"},
      {"kind", "SparkApplication"},
      {"metadata", {{"name", name}}},
      {"spec",
       {{"type", "Scala"},
        {"mode", "cluster"},
        {"image", "spark:3.5.0"},
        {"sparkVersion", "3.5.0"},
        {"mainClass", "org.apache.spark.examples.SparkPi"},
        {"mainApplicationFile", "local:///opt/spark/examples.jar"},
        {"arguments", json::array{std::to_string(revision)}},
        {"driver",
         {{"cores", 1}, {"memory", "512m"}, {"serviceAccount", "spark"}}},
        {"executor", {{"cores", 1}, {"instances", 1}, {"memory", "512m"}}}}}};
}

} // namespace

std::string apps_path(const std::string& ns) {
  return "/apis/sparkoperator.k8s.io/v1beta2/namespaces/" + ns +
         "/sparkapplications";
}

simulation::simulation(simulation_options options)
    : kubelet{server, options.kubelet}, rng{options.seed}, options_{std::move(
                                                               options)} {
  spdlog::set_level(options_.trace ? spdlog::level::debug : spdlog::level::off);
  watch_server();
}

void simulation::watch_server() {
  rules.ask_who_knew([this](auto& client, auto& uid, auto& submission) {
    auto it = journal_rules_.find(client);
    return it != journal_rules_.end() &&
           it->second->tells_of_driver(uid, submission);
  });
  life.ask_who_saw([this](auto& client, auto& uid, auto& submission) {
    auto it = knows_.find(client);
    return it != knows_.end() && it->second.saw_end(uid, submission);
  });
  server.set_fault_rule([this](const flight& f) { return judge(f); });
  server.set_delivery_listener(
      [this](const std::string& client, const request& asked,
             std::string_view text) { knows_[client].delivered(asked, text); });
  if (!options_.races_are_ours)
    return;
  server.rules().hold_back([this](const json::value& object) {
    auto uid = text(object, "/metadata/uid");
    return std::any_of(operators_.begin(), operators_.end(), [&](auto& o) {
      return o->leads() && knows_[o->name()].must_delete(uid);
    });
  });
}

// --- the cluster -------------------------------------------------------------

std::string simulation::add_app(const std::string& ns, const std::string& name,
                                int revision, const json::value& more_spec) {
  auto whole = application(name, revision);
  say(fmt::format("user creates {}/{} {}", ns, name,
                  json::serialize(more_spec)));
  whole.at("spec") = merge(whole.at("spec"), more_spec);
  auto made = server.create(apps_path(ns), std::move(whole));
  return text(made.body, "/metadata/uid");
}

void simulation::edit_app(const std::string& ns, const std::string& name,
                          int revision) {
  say(fmt::format("user edits {}/{} to {}", ns, name, revision));
  json::value patch{
      {"spec", {{"arguments", json::array{std::to_string(revision)}}}}};
  server.patch(apps_path(ns) + "/" + name, patch);
}

void simulation::change_spec(const std::string& ns, const std::string& name,
                             const json::value& patch) {
  say(fmt::format("user sets in {}/{} {}", ns, name, json::serialize(patch)));
  server.patch(apps_path(ns) + "/" + name, {{"spec", patch}});
}

void simulation::delete_app(const std::string& ns, const std::string& name,
                            const std::string& policy) {
  say(fmt::format("user deletes {}/{} ({})", ns, name, policy));
  server.remove(apps_path(ns) + "/" + name, {{"propagationPolicy", policy}});
}

void simulation::delete_pod(const std::string& ns, const std::string& name) {
  say("user deletes pod " + ns + "/" + name);
  server.remove("/api/v1/namespaces/" + ns + "/pods/" + name);
}

void simulation::vanish_pod(const std::string& ns, const std::string& name) {
  say("pod " + ns + "/" + name + " vanishes");
  server.remove("/api/v1/namespaces/" + ns + "/pods/" + name,
                {{"gracePeriodSeconds", 0}});
}

void simulation::take_name(const request& create) {
  auto where = parse_api_path(create.path);
  auto name = text(json::parse(create.body), "/metadata/name");
  say(fmt::format("user creates {} {}", where.plural, name));
  server.create(fmt::format("/api/v1/namespaces/{}/{}", where.ns, where.plural),
                {{"metadata", {{"name", name}}}});
}

object_ptr simulation::app(const std::string& ns,
                           const std::string& name) const {
  return server.get(apps_path(ns) + "/" + name);
}

std::string simulation::state(const std::string& ns,
                              const std::string& name) const {
  auto object = app(ns, name);
  return object ? text(*object, "/status/applicationState/state") : "absent";
}

// --- operators ---------------------------------------------------------------

std::shared_ptr<journal> simulation::store_of(const std::string& name) const {
  auto given = options_.stores.find(name);
  if (given != options_.stores.end())
    return given->second;
  return journals.at(name);
}

simulated_operator& simulation::start(const std::string& name,
                                      bool lost_journal) {
  auto& store = journals[name];
  auto& rules_of = journal_rules_[name];
  if (!store || lost_journal)
    store = std::make_shared<memory_journal>();
  if (!rules_of || lost_journal)
    rules_of = std::make_shared<journal_rules>();
  say(fmt::format("operator {} starts, epoch {}{}", name, epochs_ + 1,
                  lost_journal ? ", its journal is lost" : ""));
  operator_options options;
  options.name = name;
  options.epoch = ++epochs_;
  options.namespaces = options_.namespaces;
  options.wrap = options_.wrap;
  options.companions = options_.companions;
  knows_.erase(name);
  life.changed_operator(name);
  auto stored = [this, rules_of](const std::vector<journal_row>& batch) {
    rules_of->stored(batch);
    rows += static_cast<int>(batch.size());
  };
  operators_.push_back(std::make_unique<simulated_operator>(
      server, clock, store_of(name), stored, std::move(options)));
  return *operators_.back();
}

void simulation::kill(const std::string& name, fate of_requests) {
  say(fmt::format("operator {} dies, its requests {}", name,
                  of_requests == fate::land ? "may land" : "are dropped"));
  server.crash(name, of_requests);
  life.changed_operator(name);
  std::erase_if(operators_, [&](auto& o) { return o->name() == name; });
}

bool simulation::poison(const std::string& name, const std::string& uid) {
  auto* who = find_operator(name);
  if (!who || !who->poison(uid))
    return false;
  say("the actor of " + uid + " fails");
  knows_[name].forget(uid);
  return true;
}

void simulation::set_fault(const flight& f, const fault& what) {
  say(fmt::format("fault {} {} on #{} {} {}", static_cast<int>(what.what),
                  what.status, f.ticket, to_string(f.what->method),
                  f.what->path));
  expect(f, what);
  server.set_fault(f.ticket, what);
}

simulated_operator* simulation::find_operator(const std::string& name) {
  for (auto& o : operators_)
    if (o->name() == name)
      return o.get();
  return nullptr;
}

std::vector<std::string> simulation::running() const {
  std::vector<std::string> out;
  for (auto& o : operators_)
    out.push_back(o->name());
  return out;
}

// --- the schedule ------------------------------------------------------------

/// A request that nobody waits for any more is late by nature: it may take its
/// time, so that a new term has got somewhere when it lands.
std::vector<test::step> simulation::server_steps() {
  auto out = server.runnable();
  if (draw(late_in) == 0)
    return out;
  std::set<std::uint64_t> late;
  for (auto& f : server.flights())
    if (!f.waiting)
      late.insert(f.ticket);
  std::erase_if(out, [&](const test::step& s) {
    return s.kind == step_kind::execute && late.count(s.ticket) > 0;
  });
  return out;
}

/// Runs one of all the things that can happen; no label: there was none.
test::step simulation::draw_step() {
  auto of_server = server_steps();
  auto of_kubelet = kubelet.runnable();
  std::uint64_t jobs = 0;
  for (auto& o : operators_)
    jobs += o->has_job() ? weight_of_job : 0;
  auto requests = of_server.size() * weight_of_request;
  auto all = jobs + requests + of_kubelet.size();
  test::step done;
  if (all == 0)
    return done;
  auto n = draw(all);
  if (n < jobs) {
    auto which = n / weight_of_job;
    for (auto& o : operators_)
      if (o->has_job() && which-- == 0) {
        done.label = o->name() + ": " + o->run_job(rng);
        break;
      }
  } else if (n -= jobs; n < requests) {
    done = of_server[n / weight_of_request];
    server.run(done);
  } else {
    done = of_kubelet[n - requests];
    kubelet.run(done);
  }
  return done;
}

bool simulation::step() {
  auto done = draw_step();
  if (done.label.empty())
    return false;
  ++steps;
  trace(done.label);
  for (auto& o : operators_)
    if (!o->has_job())
      knows_[o->name()].rested();
  check_all(done.label);
  if (after_step)
    after_step(done);
  return true;
}

void simulation::pass_time(milliseconds by) {
  clock.advance(by);
  passed_ += by;
  for (auto& o : operators_)
    o->advance(by);
}

void simulation::pass_time() {
  auto wait = milliseconds{std::chrono::hours{1}};
  if (auto at = server.next_deadline())
    wait =
        std::min(wait, std::chrono::ceil<milliseconds>(*at - clock.steady()));
  for (auto& o : operators_) {
    if (auto wrong = check_resting(*o, clock.wall()); !wrong.empty())
      fail(wrong);
    if (auto timer = o->next_timer())
      wait = std::min(wait, *timer);
  }
  pass_time(wait);
}

bool simulation::run_until(const std::function<bool()>& holds,
                           milliseconds most) {
  auto until = clock.wall() + most;
  while (clock.wall() < until) {
    if (holds())
      return true;
    if (!step())
      pass_time();
  }
  return holds();
}

void simulation::run_for(milliseconds time) {
  auto until = clock.wall() + time;
  run_until([&] { return clock.wall() >= until; }, time);
}

bool simulation::settled() const {
  for (auto& o : operators_) {
    auto* r = o->registry();
    if (o->has_job() || !r || !r->synced || !r->live.empty() ||
        o->open_calls() > 0)
      return false;
  }
  return server.runnable().empty() && kubelet.runnable().empty() &&
         const_cast<simulation*>(this)->check_end().empty();
}

void simulation::set_calm() {
  *options_.calm = true;
  life.calm();
}

void simulation::finish() {
  // Nothing settled within the hours: say what is still open.
  int rests = 0;
  auto until = clock.wall() + std::chrono::hours{2};
  while (clock.wall() < until && rests < 20000) {
    if (step())
      continue;
    ++rests;
    if (settled())
      break;
    pass_time();
  }
  if (auto wrong = check_end(); !wrong.empty())
    fail("at the end: " + wrong);
}

void simulation::say(const std::string& what) {
  trace(what);
  deeds_.push_back({server.commits().size(), clock.wall(), what});
}

void simulation::trace(const std::string& what) const {
  if (options_.trace)
    std::cerr << fmt::format("[{:>6} {:>9.3f}s] {}\n", steps,
                             static_cast<double>(passed_.count()) / 1000, what);
}

void simulation::fail(const std::string& why) const {
  throw violation(fmt::format("seed {}, step {}: {}\n{}", options_.seed, steps,
                              why, tell(deeds_, server.commits())));
}

// --- what must hold ----------------------------------------------------------

void simulation::check_all(const std::string& after) {
  auto wrong = rules.check();
  if (wrong.empty())
    wrong = life.check();
  if (wrong.empty())
    wrong = std::exchange(bad_request_, {});
  for (auto& [name, r] : journal_rules_)
    if (wrong.empty() && options_.journal_explains)
      wrong = r->wrong();
  for (auto& o : operators_)
    if (wrong.empty())
      wrong = check_inside(
          *o,
          options_.journal_explains ? journal_rules_[o->name()].get() : nullptr,
          clock.wall());
  if (!wrong.empty())
    fail(wrong + "\n  after: " + after);
}

fault simulation::judge(const flight& f) {
  check_sent(f);
  auto what = on_request ? on_request(f) : fault{};
  expect(f, what);
  return what;
}

/// What no operator may send.
void simulation::check_sent(const flight& f) {
  auto* who = find_operator(f.client);
  if (!who || f.what->method == verb::get)
    return;
  auto wrong = knows_[f.client].check_create(*f.what);
  if (wrong.empty() && !who->leads())
    wrong = f.what->path + " is written to after the lease was lost";
  if (wrong.empty())
    wrong = cluster_rules::check_request(
        {f.client, std::string{to_string(f.what->method)}, f.what->path,
         f.what->body, f.what->content_type});
  if (!wrong.empty())
    bad_request_ = std::move(wrong);
}

/// A refusal is final for the attempt that it meets.
void simulation::expect(const flight& f, const fault& what) {
  bool quota = what.message.find("exceeded quota") != std::string::npos;
  bool refuses = what.what == fault::kind::answer && !quota &&
                 (what.status == 400 || what.status == 403 ||
                  what.status == 413 || what.status == 422);
  if (!refuses || f.what->method != verb::post)
    return;
  auto body = json::parse(f.what->body);
  rules.expect_refusal(
      text(body, "/metadata/ownerReferences/0/uid"),
      text(body, "/metadata/labels/sparkoperator.k8s.io~1submission-id"));
}

std::string simulation::check_app_end(const json::value& object) {
  auto seen = read_application(object, {});
  auto uid = text(object, "/metadata/uid");
  auto name = text(object, "/metadata/name");
  if (!seen || !is_settled(*seen))
    return fmt::format(
        "{} is not done: {}", name,
        json::serialize(object.at("metadata").as_object().at("generation")) +
            " " + [&] {
              auto* s = find(object, "/status");
              return s ? json::serialize(*s) : "no status";
            }());
  if (number(object, "/status/observedGeneration") != seen->fact.generation)
    return name + ": observedGeneration is not the newest";
  return "";
}

std::string simulation::check_leftovers() const {
  for (auto& [id, object] : server.objects().objects()) {
    bool child = id.collection == "pods" || id.collection == "configmaps" ||
                 id.collection == "services" ||
                 id.collection == "networkpolicies.networking.k8s.io" ||
                 id.collection == "ingresses.networking.k8s.io" ||
                 id.collection == "poddisruptionbudgets.policy";
    if (!child)
      continue;
    auto owner = text(*object, "/metadata/ownerReferences/0/name");
    auto label = text(*object, "/metadata/labels/spark-role");
    auto phase = text(*object, "/status/phase");
    auto* owners = find(*object, "/metadata/ownerReferences");
    bool unowned = !owners || owners->as_array().empty();
    // What its user keeps without its application may wait for its image.
    if (id.collection == "pods" && phase != "Succeeded" && phase != "Failed" &&
        !(unowned && phase == "Pending"))
      return fmt::format("pod {} still is {}", id.name, phase);
    if (label == "executor" || unowned)
      continue;
    auto of = app(id.ns, owner);
    if (!of || text(*of, "/metadata/uid") !=
                   text(*object, "/metadata/ownerReferences/0/uid"))
      return fmt::format("{} {} has no owner any more", id.collection, id.name);
    // One that was suspended before its children were made swept nothing.
    if (text(*object, "/metadata/labels/sparkoperator.k8s.io~1submission-id") !=
            text(*of, "/status/submissionID") &&
        state(id.ns, owner) != "SUSPENDED")
      return fmt::format("{} {} is of an older attempt", id.collection,
                         id.name);
  }
  return "";
}

std::string simulation::check_operators() const {
  for (auto& o : operators_) {
    for (auto& uid : o->live_apps())
      return fmt::format("{} still works on {}", o->name(), uid);
    if (o->open_calls() > 0)
      return o->name() + " still waits for replies";
    if (o->metric("spark_operator_idle_without_timer") != "0")
      return o->name() + ": idle_without_timer was set";
  }
  for (auto& [name, r] : journal_rules_)
    if (auto wrong = r->check_load(*store_of(name));
        options_.journal_explains && !wrong.empty())
      return "journal of " + name + ": " + wrong;
  return "";
}

std::string simulation::check_end() {
  for (auto& object :
       server.list("/apis/sparkoperator.k8s.io/v1beta2/sparkapplications"))
    if (auto wrong = check_app_end(*object); !wrong.empty())
      return wrong;
  if (auto wrong = check_leftovers(); !wrong.empty())
    return wrong;
  if (auto wrong = life.check_end(); !wrong.empty())
    return wrong;
  return check_operators();
}

} // namespace spark::test
