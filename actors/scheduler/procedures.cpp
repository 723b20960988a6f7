#include "actors/scheduler/procedures.hpp"

#include "actors/api/ending.hpp"
#include "actors/api/replies.hpp"
#include "actors/api/status_write.hpp"
#include "crds/run_names.hpp"
#include "k8s/paths.hpp"
#include "k8s/requests.hpp"
#include "messages/json_at.hpp"

namespace spark {
namespace {

namespace json = boost::json;

class base : public schedule_procedure {
public:
  base(schedule_effect what, schedule_context c)
      : what_(std::move(what)), c_(std::move(c)) {}

protected:
  [[nodiscard]] api_call call(request what, std::string resource,
                              priority rank = priority::work) const {
    api_call out;
    out.what = std::move(what);
    out.rank = rank;
    out.about = c_.key;
    out.resource = std::move(resource);
    return out;
  }

  [[nodiscard]] api_call get_schedule() const {
    return call(requests::get(scheduled_path(c_.key)),
                "scheduledsparkapplications");
  }

  [[nodiscard]] object_key run_key() const { return {c_.key.ns, what_.run}; }

  [[nodiscard]] api_call get_run() const {
    return call(requests::get(application_path(run_key())),
                "sparkapplications");
  }

  /// Reads a reply that should hold the schedule.
  void take_schedule(schedule_procedure_end& end, const reply& r) const {
    if (answered(r, 404)) {
      end.gone = true;
      return;
    }
    auto v = success(r) ? parsed(r) : std::nullopt;
    auto object = v ? read_schedule(*v, c_.facts, true)
                    : result<observed_schedule>{
                          fail(errc::bad_reply, "no schedule in the reply")};
    if (!object)
      end.failed = true;
    else if (object->uid != c_.uid)
      end.gone = true; // the name belongs to a new object
    else
      end.object = std::move(*object);
  }

  [[nodiscard]] std::optional<run_fact> our_run(const reply& r) const {
    auto v = success(r) ? parsed(r) : std::nullopt;
    if (!v || !has_owner(*v, c_.uid))
      return std::nullopt;
    auto run = read_run(*v);
    // Foreign owners and labels do not make it another one's.
    return run.name == what_.run ? std::optional{run} : std::nullopt;
  }

  schedule_effect what_;
  schedule_context c_;
};

class status_steps : public base {
public:
  using base::base;

  schedule_step next(const reply* last) override {
    if (!last)
      return write();
    schedule_procedure_end end;
    if (looking_) {
      take_schedule(end, *last);
      end.failed = end.failed || then_ == after_write::look_and_wait;
      return end;
    }
    if (success(*last))
      return written(*last);
    then_ = after_status_write(*last);
    if (then_ == after_write::wait) {
      end.failed = true;
      return end;
    }
    looking_ = true;
    return get_schedule();
  }

private:
  api_call write() const {
    auto wanted = projection(c_.state, c_.observed);
    date_conditions(wanted.conditions, c_.now);
    // A run waits for it, or other runs for this one's record.
    bool urgent = !c_.state.pending.name.empty();
    return call(status_write(scheduled_path(c_.key), c_.uid,
                             c_.resource_version,
                             scheduled_status_patch(c_.observed, wanted)),
                "scheduledsparkapplications/status",
                urgent ? priority::work : priority::status);
  }

  schedule_procedure_end written(const reply& r) const {
    schedule_procedure_end end;
    take_schedule(end, r);
    if (!end.object)
      return end;
    auto& p = c_.state.pending;
    bool intent = !p.name.empty() && !p.created;
    if (intent && end.object->fact.record.pending_name != p.name)
      end.stimuli.emplace_back(intent_pruned_seen{});
    // Nothing was stored of what we wrote: the same again would be no better.
    end.failed = end.object->resource_version == c_.resource_version ||
                 !end.stimuli.empty();
    return end;
  }

  bool looking_ = false;
  after_write then_ = after_write::wait;
};

class creation : public base {
public:
  using base::base;

  schedule_step next(const reply* last) override {
    if (!last)
      return c_.source ? post() : fetch();
    switch (doing_) {
    case doing::fetch:
      return on_fetched(*last);
    case doing::post:
      return on_posted(*last);
    case doing::look:
      return on_looked(*last);
    }
    return end_;
  }

private:
  enum class doing { fetch, post, look };

  schedule_step fetch() {
    doing_ = doing::fetch;
    return get_schedule();
  }

  schedule_step on_fetched(const reply& r) {
    take_schedule(end_, r);
    if (!end_.object || end_.object->fact.deleting)
      return end_;
    c_.source = end_.object->source;
    return post();
  }

  schedule_step post() {
    doing_ = doing::post;
    return call(
        requests::create(namespaced_path(c_.key.ns, "sparkapplications"),
                         run_object(c_, *c_.source)),
        "sparkapplications");
  }

  schedule_step on_posted(const reply& r) {
    how_ = ending_of(r);
    message_ = words_of(r);
    if (how_ == ending::done)
      if (auto run = our_run(r))
        return settled(ending::done, std::move(*run));
    if (how_ == ending::done || how_ == ending::taken ||
        how_ == ending::unsure) {
      doing_ = doing::look;
      return get_run();
    }
    return settled(how_, {});
  }

  schedule_step on_looked(const reply& r) {
    if (auto run = our_run(r))
      return settled(ending::done, std::move(*run));
    if (how_ == ending::taken && success(r)) {
      message_ = "SparkApplication " + what_.run +
                 " exists and is not a run of this schedule";
      return settled(ending::taken, {});
    }
    // Created and gone already: it must not be made again.
    if (how_ == ending::done && answered(r, 404)) {
      run_fact run;
      run.name = what_.run;
      run.created = c_.now;
      return settled(ending::done, std::move(run));
    }
    end_.unsettled = how_ != ending::taken;
    return settled(how_ == ending::taken ? ending::retry : ending::unsure, {});
  }

  schedule_step settled(ending how, run_fact run) {
    run.name = what_.run;
    creation_settled fact{how, std::move(run),
                          how == ending::done ? "" : std::move(message_)};
    end_.failed = how != ending::done;
    end_.stimuli.emplace_back(std::move(fact));
    return end_;
  }

  doing doing_ = doing::fetch;
  ending how_ = ending::done;
  std::string message_;
  schedule_procedure_end end_;
};

class run_look : public base {
public:
  using base::base;

  schedule_step next(const reply* last) override {
    if (!last)
      return get_run();
    schedule_procedure_end end;
    run_looked_up fact;
    auto run = our_run(*last);
    fact.found = run.has_value();
    if (run)
      fact.run = std::move(*run);
    fact.run.name = what_.run;
    if (success(*last) || answered(*last, 404))
      end.stimuli.emplace_back(std::move(fact));
    else
      end.failed = true;
    return end;
  }
};

class run_removal : public base {
public:
  using base::base;

  schedule_step next(const reply* last) override {
    if (!last) {
      // One that is replaced has to be gone, with its driver, before the next
      // is made.
      bool replaced = c_.state.held.replacing;
      return call(requests::remove(application_path(run_key()),
                                   {.uid = what_.uid},
                                   replaced ? "Foreground" : "Background"),
                  "sparkapplications");
    }
    schedule_procedure_end end;
    bool absent = answered(*last, 404) || answered(*last, 409);
    auto v = success(*last) ? parsed(*last) : std::nullopt;
    auto left = v ? read_run(*v) : run_fact{};
    if (left.uid == what_.uid && left.deleting != no_time)
      end.stimuli.emplace_back(runs_observed{{std::move(left)}});
    else if (absent || success(*last))
      end.stimuli.emplace_back(run_gone{what_.run, what_.uid});
    else
      end.failed = true;
    return end;
  }
};

} // namespace

json::object run_object(const schedule_context& c, const run_source& source) {
  auto labels = source.labels;
  labels[schedule_label] = schedule_label_value(c.key.name);
  json::object owner{{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
                     {"kind", "ScheduledSparkApplication"},
                     {"name", c.key.name},
                     {"uid", c.uid},
                     {"controller", true},
                     {"blockOwnerDeletion", true}};
  return {{"apiVersion", "sparkoperator.k8s.io/v1beta2"},
          {"kind", "SparkApplication"},
          {"metadata",
           {{"name", c.state.pending.name},
            {"namespace", c.key.ns},
            {"labels", std::move(labels)},
            {"ownerReferences", json::array{std::move(owner)}}}},
          {"spec", source.spec}};
}

std::unique_ptr<schedule_procedure> make_procedure(const schedule_effect& what,
                                                   schedule_context c) {
  switch (what.kind) {
  case schedule_effect_kind::write_status:
    return std::make_unique<status_steps>(what, std::move(c));
  case schedule_effect_kind::create_run:
    return std::make_unique<creation>(what, std::move(c));
  case schedule_effect_kind::look_at_run:
    return std::make_unique<run_look>(what, std::move(c));
  case schedule_effect_kind::delete_run:
    return std::make_unique<run_removal>(what, std::move(c));
  }
  return nullptr;
}

} // namespace spark
