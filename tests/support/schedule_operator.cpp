#include "tests/support/schedule_operator.hpp"

#include "messages/json_at.hpp"

#include <stdexcept>

namespace spark::test {

schedule_operator::schedule_operator(schedule_cluster& cluster,
                                     schedule_journal& journal,
                                     std::int64_t epoch, request_hook ask,
                                     row_hook told)
    : cluster_(cluster), journal_(journal), epoch_(epoch), ask_(std::move(ask)),
      told_(std::move(told)) {}

void schedule_operator::begin() {
  cluster_.touched_runs.clear();
  cluster_.touched_schedules.clear();
  for (auto& [name, o] : cluster_.runs())
    if (auto of = schedule_of_run(o); !of.empty())
      runs_[name] = {read_run(o).uid, of};
  for (auto& [name, o] : cluster_.schedules())
    adopt(o);
}

void schedule_operator::adopt(const json::value& object) {
  auto seen = read_schedule(object, facts_, false).value();
  auto uid = seen.uid;
  uids_[seen.key.name] = uid;
  auto& e = entries_[uid];
  e.session = std::make_unique<schedule_session>(seen.key, uid, facts_);
  if (auto h = journal_.find(uid); h != journal_.end())
    e.session->restore(journaled::fold<schedule_machine>(h->second).value());
  std::vector<run_fact> runs;
  for (auto& [name, of] : runs_)
    if (of.second == uid)
      runs.push_back(read_run(cluster_.runs().at(name)));
  e.session->adopt(std::move(seen), std::move(runs), epoch_, cluster_.now);
  pump(uid);
}

void schedule_operator::catch_up() {
  // What is done about one may touch others.
  while (!cluster_.touched_runs.empty() ||
         !cluster_.touched_schedules.empty()) {
    for (auto& name : std::exchange(cluster_.touched_runs, {})) {
      auto now = cluster_.runs().find(name);
      auto known = runs_.find(name);
      if (now != cluster_.runs().end()) {
        auto of = schedule_of_run(now->second);
        auto run = read_run(now->second);
        runs_[name] = {run.uid, of};
        if (auto e = entries_.find(of); e != entries_.end()) {
          e->second.session->take(runs_observed{{std::move(run)}});
          pump(of);
        }
      } else if (known != runs_.end()) {
        auto [uid, of] = known->second;
        runs_.erase(known);
        if (auto e = entries_.find(of); e != entries_.end()) {
          e->second.session->take(run_gone{name, uid});
          pump(of);
        }
      }
    }
    for (auto& name : std::exchange(cluster_.touched_schedules, {})) {
      auto now = cluster_.schedules().find(name);
      auto known = uids_.find(name);
      if (now == cluster_.schedules().end()) {
        if (known != uids_.end())
          leave(name);
      } else if (known == uids_.end()) {
        adopt(now->second);
      } else {
        observe(known->second, now->second);
      }
    }
  }
}

void schedule_operator::leave(const std::string& name) {
  auto uid = uids_.at(name);
  uids_.erase(name);
  entries_.at(uid).session->take(schedule_gone{});
  pump(uid);
}

/// The echo of a write of its own tells it nothing.
void schedule_operator::observe(const std::string& uid,
                                const json::value& object) {
  auto& e = entries_.at(uid);
  auto version = json_at::text(object, {"metadata", "resourceVersion"});
  if (version == e.session->resource_version())
    return;
  e.session->observe(read_schedule(object, facts_, false).value());
  pump(uid);
}

void schedule_operator::pump(const std::string& uid) {
  auto& e = entries_.at(uid);
  auto& s = *e.session;
  for (int i = 0;; ++i) {
    if (i > 200)
      throw std::logic_error(s.state().name + " never comes to rest");
    while (append(uid, s))
      ;
    auto due = s.start_due(cluster_.now);
    if (due.empty())
      break;
    for (auto& d : due)
      carry_out(s, std::move(d));
  }
  arm(uid, e);
}

void schedule_operator::arm(const std::string& uid, entry& e) {
  auto at = e.session->wake(cluster_.now);
  if (at == e.wakes_at)
    return;
  wakes_.erase({e.wakes_at, uid});
  e.wakes_at = at;
  if (at != no_time)
    wakes_.insert({at, uid});
}

bool schedule_operator::append(const std::string& uid, schedule_session& s) {
  auto next = s.next(cluster_.now);
  if (!next)
    return false;
  auto& h = journal_[uid];
  next->row.seq = h.rows.size() + h.snapshot.seq + 1;
  if (next->snapshot) {
    h.has_snapshot = true;
    h.snapshot = std::move(*next->snapshot);
    h.snapshot.seq = next->row.seq;
    h.rows.clear();
  } else {
    h.rows.push_back(next->row);
  }
  s.committed(cluster_.now);
  told_(next->row, s.state());
  return true;
}

reply schedule_operator::send(const request& what) {
  auto how = ask_(what);
  reply r;
  r.how = sent::maybe;
  r.why = {errc::no_reply, "no reply", "", 0};
  switch (how) {
  case outcome::answered:
    return cluster_.perform(what);
  case outcome::not_sent:
    r.how = sent::no;
    r.why.code = errc::not_sent;
    return r;
  case outcome::server_error:
    r.how = sent::answered;
    r.status = 500;
    r.body = R"({"kind":"Status","code":500,"message":"etcd is slow"})";
    return r;
  case outcome::lost_reply:
    cluster_.perform(what);
    return r;
  case outcome::killed_after:
    cluster_.perform(what);
    throw killed{};
  case outcome::killed_late:
    late = what;
    has_late = true;
    throw killed{};
  case outcome::killed_before:
    break;
  }
  throw killed{};
}

void schedule_operator::carry_out(schedule_session& s,
                                  schedule_session::started d) {
  reply last;
  auto step = d.steps->next(nullptr);
  while (auto* call = std::get_if<api_call>(&step)) {
    last = send(call->what);
    step = d.steps->next(&last);
  }
  s.ended(d.what, std::move(std::get<schedule_procedure_end>(step)),
          cluster_.now);
}

time_point schedule_operator::wakes_at() const {
  return wakes_.empty() ? no_time : wakes_.begin()->first;
}

void schedule_operator::wake() {
  while (!wakes_.empty() && wakes_.begin()->first <= cluster_.now) {
    auto uid = wakes_.begin()->second;
    auto& e = entries_.at(uid);
    wakes_.erase(wakes_.begin());
    e.wakes_at = no_time;
    e.session->take(time_passed{});
    pump(uid);
  }
}

const schedule_state* schedule_operator::state(const std::string& uid) const {
  auto it = entries_.find(uid);
  return it == entries_.end() ? nullptr : &it->second.session->state();
}

} // namespace spark::test
