#include "tools/loadgen/ledger.hpp"

#include <algorithm>

namespace spark::load {
namespace {

std::string progress(const application_record& r) {
  if (!r.created)
    return "its creation was not answered";
  if (!r.driver_seen)
    return "no driver pod";
  if (!r.started)
    return "driver pod not yet running";
  return r.finished ? "driver pod Succeeded" : "driver pod Running";
}

} // namespace

application_record* ledger::find(const std::string& name) {
  auto it = records_.find(name);
  return it == records_.end() ? nullptr : &it->second;
}

void ledger::sent(const std::string& name, instant at) {
  records_[name].sent = at;
}

void ledger::created(const std::string& name, instant replied) {
  if (auto* r = find(name))
    r->created = replied;
}

bool ledger::driver_seen(const std::string& name, instant at) {
  auto* r = find(name);
  if (!r || r->driver_seen)
    return false;
  r->driver_seen = at;
  return true;
}

void ledger::pod_started(const std::string& name, instant replied) {
  if (auto* r = find(name))
    r->started = replied;
}

void ledger::pod_finished(const std::string& name, instant replied) {
  if (auto* r = find(name))
    r->finished = replied;
}

void ledger::status_seen(const std::string& name, const std::string& uid,
                         const std::string& state, const std::string& message,
                         instant at) {
  auto* r = find(name);
  if (!r)
    return;
  r->uid = uid;
  r->message = message;
  if (r->state == state)
    return;
  if (r->state == "FAILED")
    --failed_;
  if (state == "FAILED")
    ++failed_;
  r->state = state;
  if (state == "RUNNING" && !r->running_seen)
    r->running_seen = at;
  if (state == "COMPLETED" && !r->completed_seen) {
    r->completed_seen = at;
    ++completed_;
  }
}

bool ledger::all_ended() const {
  return completed_ + failed_ >= records_.size();
}

load_figures ledger::figures() const {
  load_figures out;
  out.applications = records_.size();
  out.completed = completed_;
  std::optional<instant> first;
  std::optional<instant> last;
  std::vector<double> start;
  std::vector<double> running;
  std::vector<double> done;
  for (auto& [name, r] : records_) {
    if (r.sent && (!first || *r.sent < *first))
      first = r.sent;
    if (r.created && r.driver_seen)
      start.push_back(lag(*r.created, *r.driver_seen));
    if (r.started && r.running_seen)
      running.push_back(lag(*r.started, *r.running_seen));
    if (r.finished && r.completed_seen)
      done.push_back(lag(*r.finished, *r.completed_seen));
    if (r.completed_seen && !r.running_seen)
      ++out.running_unseen;
    if (r.completed_seen && (!last || *r.completed_seen > *last))
      last = r.completed_seen;
  }
  if (first && last) {
    out.seconds = lag(*first, *last) / 1000;
    if (out.seconds > 0)
      out.per_minute = static_cast<double>(completed_) * 60 / out.seconds;
  }
  out.start = spread_of(start);
  out.running_lag = spread_of(running);
  out.completed_lag = spread_of(done);
  running.insert(running.end(), done.begin(), done.end());
  out.status_lag = spread_of(std::move(running));
  return out;
}

std::vector<std::string> ledger::unfinished() const {
  std::vector<std::string> out;
  for (auto& [name, r] : records_)
    if (!r.completed_seen)
      out.push_back(name + ": " + (r.state.empty() ? "New" : r.state) + ", " +
                    progress(r) +
                    (r.message.empty() ? "" : " (" + r.message + ")"));
  return out;
}

} // namespace spark::load
