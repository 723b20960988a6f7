#include "actors/app/child_creation.hpp"

#include "messages/json_at.hpp"

namespace spark::procedures {

namespace json = boost::json;
using json_at::text;

namespace {

std::string hash_of(const json::value& v) {
  return text(v, {"metadata", "annotations", labels::content_hash});
}

std::string uid_of(const json::value& v) {
  return text(v, {"metadata", "uid"});
}

} // namespace

child_creation::child_creation(effect what, procedure_context c,
                               std::vector<named> objects)
    : base(std::move(what), std::move(c)), objects_(std::move(objects)) {}

procedure_step child_creation::next(const reply* last) {
  if (!last)
    return post();
  switch (doing_) {
  case doing::post:
    return on_post(*last);
  case doing::look:
    return on_look(*last);
  case doing::remove:
    if (success(*last) || answered(*last, 404))
      return post();
    return stop(ending::retry, words_of(*last));
  case doing::update:
    if (success(*last))
      return ready(*last);
    if (answered(*last, 404))
      return post();
    return stop(ending_of(*last) == ending::refused ? ending::refused
                                                    : ending::retry,
                words_of(*last));
  case doing::finish:
    return after_finish(*last);
  }
  return stop(ending::retry, "");
}

procedure_step child_creation::after_finish(const reply& r) {
  return finish(ending::retry, words_of(r), r);
}

procedure_step child_creation::post() {
  if (at_ == objects_.size())
    return stop(ending::done, "");
  doing_ = doing::post;
  return call(requests::create(namespaced_path(c_.app.ns, plural()),
                               objects_[at_].object),
              plural());
}

procedure_step child_creation::on_post(const reply& r) {
  auto how = ending_of(r);
  if (how == ending::done)
    return ready(r);
  if (how == ending::taken || how == ending::unsure)
    return look();
  return stop(how, words_of(r), r);
}

api_call child_creation::look() {
  doing_ = doing::look;
  return call(requests::get(namespaced_path(c_.app.ns, plural(), name())),
              plural());
}

procedure_step child_creation::on_look(const reply& r) {
  auto v = success(r) ? parsed(r) : std::nullopt;
  if (!v)
    return stop(ending::retry, words_of(r));
  if (controller_uid(*v) != c_.uid)
    return stop(ending::taken, plural() + " " + name() +
                                   " exists and does not belong to this "
                                   "application");
  bool terminating = !text(*v, {"metadata", "deletionTimestamp"}).empty();
  if (!terminating && hash_of(*v) == hash_of(json::value(objects_[at_].object)))
    return ready(r);
  // A finalizer may keep it for a while.
  if (terminating || uid_of(*v) == removed_)
    return stop(ending::retry,
                plural() + " " + name() + " is still being deleted");
  if (objects_[at_].in_place)
    return update(*v);
  doing_ = doing::remove;
  removed_ = uid_of(*v);
  return remove(plural(), name(), removed_);
}

/// The data that we want, and none of what is there beside it.
procedure_step child_creation::update(const json::value& there) {
  doing_ = doing::update;
  const auto& wanted = objects_[at_].object;
  auto data = wanted.at("data").as_object();
  const auto* found = there.as_object().if_contains("data");
  if (const auto* old = found ? found->if_object() : nullptr)
    for (const auto& member : *old)
      if (!data.contains(member.key()))
        data[member.key()] = nullptr;
  const auto& metadata = wanted.at("metadata").as_object();
  json::object patch{{"metadata",
                      {{"uid", uid_of(there)},
                       {"labels", metadata.at("labels")},
                       {"annotations", metadata.at("annotations")}}},
                     {"data", std::move(data)}};
  return call(requests::merge_patch(
                  namespaced_path(c_.app.ns, plural(), name()), patch),
              plural());
}

procedure_step child_creation::ready(const reply& r) {
  if (auto stored = parsed(r))
    on_ready(objects_[at_], *stored);
  ++at_;
  return post();
}

procedure_step child_creation::stop(ending how, std::string message,
                                    const reply& r) {
  doing_ = doing::finish;
  return finish(how, std::move(message), r);
}

const std::string& child_creation::plural() const {
  return objects_[at_].plural;
}

std::string child_creation::name() const {
  const auto& meta = objects_[at_].object.at("metadata").as_object();
  return meta.at("name").as_string().c_str();
}

} // namespace spark::procedures
