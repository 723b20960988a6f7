#include "tests/support/schedule_cluster.hpp"

#include "messages/json_at.hpp"

#include <stdexcept>

namespace spark::test {
namespace {

using json_at::text;

reply answer(int status, json::value body) {
  reply r;
  r.how = sent::answered;
  r.status = status;
  r.body = json::serialize(body);
  return r;
}

reply failure(int status, std::string_view reason, std::string_view message) {
  return answer(status, json::object{{"kind", "Status"},
                                     {"status", "Failure"},
                                     {"code", status},
                                     {"reason", reason},
                                     {"message", message}});
}

void merge(json::object& into, const json::object& patch) {
  for (auto& [key, value] : patch) {
    if (value.is_null()) {
      into.erase(key);
    } else if (value.is_object()) {
      auto& inner = into[key];
      if (!inner.is_object())
        inner = json::object{};
      merge(inner.as_object(), value.as_object());
    } else {
      into[key] = value;
    }
  }
}

std::string member(const json::object& o, std::string_view key) {
  auto& meta = o.at("metadata").as_object();
  auto* found = meta.if_contains(key);
  return found ? text(*found) : "";
}

/// What follows "…/name" in a path without its query, or "".
std::string name_in(const std::string& path, const std::string& plural,
                    std::string& rest) {
  auto clean = path.substr(0, path.find('?'));
  auto at = clean.find("/" + plural + "/");
  if (at == std::string::npos)
    return {};
  auto tail = clean.substr(at + plural.size() + 2);
  auto slash = tail.find('/');
  rest = slash == std::string::npos ? "" : tail.substr(slash + 1);
  return tail.substr(0, slash);
}

} // namespace

void schedule_cluster::stamp(json::object& object) {
  object["metadata"].as_object()["resourceVersion"] =
      std::to_string(++version_);
  ++writes;
}

std::string schedule_cluster::create_schedule(const std::string& name,
                                              json::object spec) {
  auto uid = "schedule-" + std::to_string(++uids_);
  auto time = to_rfc3339(now);
  json::object written{{"time", time}};
  json::object o{{"metadata",
                  {{"name", name},
                   {"namespace", "ns"},
                   {"uid", uid},
                   {"generation", 1},
                   {"creationTimestamp", time},
                   {"managedFields", json::array{std::move(written)}}}},
                 {"spec", std::move(spec)}};
  stamp(o);
  schedules_[name] = std::move(o);
  touched_schedules.insert(name);
  return uid;
}

void schedule_cluster::edit_schedule(const std::string& name,
                                     const json::object& patch) {
  auto& o = schedules_.at(name);
  auto& meta = o["metadata"].as_object();
  merge(o["spec"].as_object(), patch);
  meta["generation"] = meta["generation"].as_int64() + 1;
  meta["managedFields"].as_array()[0].as_object()["time"] = to_rfc3339(now);
  stamp(o);
  touched_schedules.insert(name);
}

void schedule_cluster::delete_schedule(const std::string& name) {
  auto uid = member(schedules_.at(name), "uid");
  schedules_.erase(name);
  touched_schedules.insert(name);
  std::vector<std::string> gone;
  for (auto& [run, o] : runs_)
    if (auto* owners = o["metadata"].as_object().if_contains("ownerReferences"))
      for (auto& owner : owners->as_array())
        if (text(owner, {"uid"}) == uid)
          gone.push_back(run);
  for (auto& run : gone)
    delete_run(run);
}

void schedule_cluster::write_status(const std::string& name,
                                    const json::object& status) {
  auto& o = schedules_.at(name);
  o["status"] = status;
  stamp(o);
  touched_schedules.insert(name);
}

void schedule_cluster::finish_run(const std::string& name,
                                  const std::string& state) {
  auto it = runs_.find(name);
  if (it == runs_.end())
    return;
  it->second["status"] = {{"applicationState", {{"state", state}}}};
  stamp(it->second);
  touched_runs.insert(name);
}

void schedule_cluster::delete_run(const std::string& name) {
  runs_.erase(name);
  touched_runs.insert(name);
}

void schedule_cluster::take_name(const std::string& name) {
  json::object o{{"metadata",
                  {{"name", name},
                   {"namespace", "ns"},
                   {"uid", "foreign-" + std::to_string(++uids_)}}}};
  stamp(o);
  runs_[name] = std::move(o);
}

reply schedule_cluster::get(const std::map<std::string, json::object>& from,
                            const std::string& name) const {
  auto it = from.find(name);
  return it == from.end() ? failure(404, "NotFound", name + " not found")
                          : answer(200, it->second);
}

reply schedule_cluster::create(const json::value& object) {
  auto o = object.as_object();
  auto name = member(o, "name");
  if (runs_.count(name) > 0)
    return failure(409, "AlreadyExists", name + " already exists");
  if (!refuse_runs.empty())
    return failure(403, "Forbidden", refuse_runs);
  auto& meta = o["metadata"].as_object();
  meta["uid"] = "run-" + std::to_string(++uids_);
  meta["creationTimestamp"] = to_rfc3339(now);
  stamp(o);
  auto& owner = meta["ownerReferences"].as_array().front();
  auto uid = text(owner, {"uid"});
  created.push_back({uid, name, now});
  auto out = answer(201, o);
  auto parent = schedules_.find(text(owner, {"name"}));
  // Without it the garbage collector takes it at once.
  if (parent != schedules_.end() && member(parent->second, "uid") == uid)
    runs_[name] = std::move(o);
  touched_runs.insert(name);
  return out;
}

reply schedule_cluster::patch_status(const std::string& name,
                                     const json::value& patch) {
  auto it = schedules_.find(name);
  if (it == schedules_.end())
    return failure(404, "NotFound", name + " not found");
  auto& o = it->second;
  for (auto* key : {"uid", "resourceVersion"})
    if (text(patch, {"metadata", key}) != member(o, key))
      return failure(409, "Conflict", std::string{key} + " differs");
  if (!o.contains("status"))
    o["status"] = json::object{};
  auto before = o["status"];
  merge(o["status"].as_object(), patch.at("status").as_object());
  if (prunes_intents)
    o["status"].as_object().erase("pendingRun");
  if (o["status"] != before) {
    stamp(o);
    touched_schedules.insert(name);
  }
  return answer(200, o);
}

reply schedule_cluster::remove(const std::string& name,
                               const json::value& options) {
  auto it = runs_.find(name);
  if (it == runs_.end())
    return failure(404, "NotFound", name + " not found");
  if (text(options, {"preconditions", "uid"}) != member(it->second, "uid"))
    return failure(409, "Conflict", "uid differs");
  if (slow_to_delete) {
    it->second["metadata"].as_object()["deletionTimestamp"] = to_rfc3339(now);
    stamp(it->second);
    touched_runs.insert(name);
    return answer(200, it->second);
  }
  delete_run(name);
  ++writes;
  return answer(200, json::object{{"kind", "Status"}, {"status", "Success"}});
}

reply schedule_cluster::perform(const request& what) {
  auto body = what.body.empty() ? json::value{} : json::parse(what.body);
  std::string rest;
  auto schedule = name_in(what.path, "scheduledsparkapplications", rest);
  auto run = name_in(what.path, "sparkapplications", rest);
  switch (what.method) {
  case verb::get:
    return schedule.empty() ? get(runs_, run) : get(schedules_, schedule);
  case verb::patch:
    if (rest == "status")
      return patch_status(schedule, body);
    break;
  case verb::post:
    return create(body);
  case verb::del:
    return remove(run, body);
  default:
    break;
  }
  throw std::logic_error("a request that no schedule makes: " + what.path);
}

} // namespace spark::test
