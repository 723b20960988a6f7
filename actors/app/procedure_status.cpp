#include "actors/api/status_write.hpp"
#include "actors/app/phases.hpp"
#include "actors/app/procedures.hpp"

namespace spark::procedures {
namespace {

namespace json = boost::json;

request status_write_of(const procedure_context& c, json::object patch) {
  return status_write(application_path(c.app), c.uid, c.resource_version,
                      std::move(patch));
}

/// What is to be written, without what the object has already.
json::object news(const procedure_context& c) {
  auto wanted = projection(c.state, c.observed);
  date_conditions(wanted.conditions, c.now);
  return status_patch(c.observed, wanted);
}

class claim_steps : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last) {
      return call(status_write_of(c_, news(c_)), "sparkapplications/status",
                  priority::claim);
    }
    procedure_end end;
    claim_settled settled;
    settled.number = what_.attempt;
    settled.how = ending_of(*last);
    if (settled.how == ending::done) {
      take_app(end, *last);
      if (end.app)
        settled.pruned = end.app->fact.claim_number != what_.attempt;
      else // accepted, but the reply cannot be read
        settled.how = ending::unsure;
    } else {
      settled.message = words_of(*last);
      end.failed = settled.how != ending::conflict;
      end.app_is_gone = answered(*last, 404);
    }
    end.stimuli.push_back(std::move(settled));
    return end;
  }
};

class status_steps : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last) {
      bool over = c_.state.ended_at != no_time;
      return call(status_write_of(c_, news(c_)), "sparkapplications/status",
                  over ? priority::work : priority::status);
    }
    procedure_end end;
    if (looking_) {
      take_app(end, *last);
      end.failed = end.failed || then_ == after_write::look_and_wait;
      return end;
    }
    if (success(*last))
      return written(*last);
    if (answered(*last, 404)) {
      end.app_is_gone = true;
      return end;
    }
    then_ = after_status_write(*last);
    if (then_ == after_write::wait) {
      end.failed = true;
      return end;
    }
    looking_ = true;
    return get_app();
  }

private:
  procedure_end written(const reply& r) const {
    procedure_end end;
    take_app(end, r);
    end.status_written = !end.failed;
    if (!end.app)
      return end;
    // Nothing was stored of what we wrote: the same again would be no better.
    end.failed = end.app->resource_version == c_.resource_version;
    bool claimed = c_.state.current.number > 0 && !c_.state.contested;
    if (claimed && end.app->fact.claim_number == 0) {
      claim_settled dropped;
      dropped.number = what_.attempt;
      dropped.pruned = true;
      end.stimuli.push_back(std::move(dropped));
    }
    return end;
  }

  bool looking_ = false;
  after_write then_ = after_write::wait;
};

class app_look : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return get_app();
    procedure_end end;
    take_app(end, *last);
    // Where only a new observation can change anything, one at a time.
    bool waits = c_.state.at == phase::fresh || c_.state.at == phase::deleting;
    end.pause = waits ? row_of(c_.state.at).looks_again : seconds{1};
    if (c_.state.contested)
      end.pause = contest_pause;
    return end;
  }
};

/// Its time is over. An edit in this very moment wins: the version that was
/// seen must still be the newest.
class app_removal : public base {
public:
  using base::base;

  procedure_step next(const reply* last) override {
    if (!last)
      return call(requests::remove(
                      application_path(c_.app),
                      {.uid = c_.uid, .resource_version = c_.resource_version}),
                  "sparkapplications");
    procedure_end end;
    if (looking_) {
      take_app(end, *last);
      return end;
    }
    expiry_settled fact{ending_of(*last)};
    if (fact.how == ending::conflict) {
      looking_ = true;
      return get_app();
    }
    end.app_is_gone = answered(*last, 404);
    end.failed = fact.how != ending::done && !end.app_is_gone;
    end.pause = seconds{5}; // until the watch says that it is gone
    end.stimuli.push_back(fact);
    return end;
  }

private:
  bool looking_ = false;
};

} // namespace

made claim_attempt(effect what, procedure_context c) {
  return std::make_unique<claim_steps>(std::move(what), std::move(c));
}

made patch_status(effect what, procedure_context c) {
  return std::make_unique<status_steps>(std::move(what), std::move(c));
}

made delete_app(effect what, procedure_context c) {
  return std::make_unique<app_removal>(std::move(what), std::move(c));
}

made look_at_app(effect what, procedure_context c) {
  return std::make_unique<app_look>(std::move(what), std::move(c));
}

} // namespace spark::procedures

namespace spark {

api_call condition_patch(const observed_application& app, condition what) {
  procedure_context c;
  c.app = app.key;
  c.uid = app.uid;
  c.resource_version = app.resource_version;
  auto wanted = app.status;
  std::erase_if(wanted.conditions,
                [&what](auto& old) { return old.type == what.type; });
  wanted.conditions.push_back(std::move(what));
  api_call out;
  out.what = procedures::status_write_of(c, status_patch(app.status, wanted));
  out.rank = priority::status;
  out.about = app.key;
  out.resource = "sparkapplications/status";
  return out;
}

} // namespace spark
