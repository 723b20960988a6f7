// Writes: what a POST, PATCH or DELETE makes of an object.
#include "tests/support/resource_api.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spark::test {
namespace {

bool has_status(const std::string& collection) {
  static const std::set<std::string> without{"configmaps",
                                             "events",
                                             "secrets",
                                             "serviceaccounts",
                                             "leases.coordination.k8s.io",
                                             "events.events.k8s.io"};
  return !without.contains(collection);
}

bool valid_name(const std::string& name, std::size_t longest) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= longest && plain(name.front()) &&
         plain(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '-' || c == '.'; });
}

std::string invalid_label(const json::value& object) {
  auto* labels = find(object, "/metadata/labels");
  if (!labels || !labels->is_object())
    return {};
  for (auto& [key, value] : labels->get_object())
    if (!value.is_string() || value.get_string().size() > 63)
      return fmt::format("metadata.labels: Invalid value: must be a string "
                         "of no more than 63 characters: {}",
                         std::string_view{key.data(), key.size()});
  return {};
}

bool has_finalizer(const json::value& object) {
  auto* list = find(object, "/metadata/finalizers");
  return list && list->is_array() && !list->get_array().empty();
}

void add_finalizer(json::object& object, std::string_view name) {
  auto& member = object_in(object, "metadata")["finalizers"];
  if (!member.is_array())
    member.emplace_array();
  auto& list = member.get_array();
  if (std::find(list.begin(), list.end(), json::value(name)) == list.end())
    list.emplace_back(name);
}

/// Members of metadata that no client can set.
void restore_metadata(json::object& object, const json::value& old) {
  auto& meta = object_in(object, "metadata");
  for (std::string_view key :
       {"name", "namespace", "uid", "creationTimestamp", "generation",
        "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion",
        "generateName"}) {
    meta.erase(key);
    if (auto* p = find(old, "/metadata/" + std::string{key}))
      meta[key] = *p;
  }
}

/// The object without what does not count as a change of the spec.
json::value desired(const json::value& object) {
  auto out = object;
  for (std::string_view key : {"metadata", "status", "kind", "apiVersion"})
    out.as_object().erase(key);
  return out;
}

/// Pods cannot be edited, nor ConfigMaps that say so.
bool immutable(const std::string& collection, const json::value& old) {
  auto* flag = find(old, "/immutable");
  return collection == "pods" || (flag && *flag == json::value(true));
}

} // namespace

void resource_api::prune_status(const std::string& collection,
                                std::set<std::string> members) {
  pruned_[collection] = std::move(members);
}

void resource_api::prune(const api_path& where, json::object& object) const {
  auto it = pruned_.find(where.collection());
  auto* status = object.if_contains("status");
  if (it == pruned_.end() || !status || !status->is_object())
    return;
  for (auto& member : it->second)
    status->get_object().erase(member);
}

object_ptr resource_api::put(const api_call& call, const object_id& id,
                             json::value object) {
  auto done = store_.put(id, std::move(object));
  commits_.push_back(
      {done.rv, clock_.wall(), call, id, done.before, done.after});
  return done.after;
}

void resource_api::erase(const api_call& call, const object_id& id) {
  auto done = store_.erase(id);
  commits_.push_back({done.rv, clock_.wall(), call, id, done.before, nullptr});
}

std::optional<api_answer> resource_api::complete_new(const api_path& where,
                                                     json::value& whole) {
  auto& object = whole.as_object();
  auto& meta = object_in(object, "metadata");
  auto prefix = text(whole, "/metadata/generateName");
  if (text(whole, "/metadata/name").empty() && !prefix.empty())
    meta["name"] = fmt::format("{}{:05}", prefix, ++names_);
  auto name = text(whole, "/metadata/name");
  if (text(whole, "/kind").empty() ||
      text(whole, "/apiVersion") != where.api_version())
    return failure(400, "the kind or apiVersion of the object is wrong");
  if (!meta.contains("namespace") && !where.ns.empty())
    meta["namespace"] = where.ns;
  if (text(whole, "/metadata/namespace") != where.ns)
    return failure(400, "the namespace of the provided object does not match "
                        "the namespace sent on the request");
  if (!valid_name(name, where.plural == "services" ? 63 : 253))
    return invalid(where, name,
                   "metadata.name: Invalid value: a lowercase RFC 1123 "
                   "subdomain must consist of lower case alphanumeric "
                   "characters, '-' or '.'");
  if (auto why = invalid_label(whole); !why.empty())
    return invalid(where, name, why);
  if (meta.contains("resourceVersion"))
    return failure(500, "resourceVersion should not be set on objects to be "
                        "created");

  for (std::string_view key :
       {"deletionTimestamp", "generation", "deletionGracePeriodSeconds"})
    meta.erase(key);
  meta["uid"] = store_.new_uid();
  meta["creationTimestamp"] = to_rfc3339(clock_.wall());
  if (has_status(where.collection()))
    object.erase("status");
  if (!built_in(where.group))
    meta["generation"] = 1;
  if (where.collection() == "pods") {
    object["status"] = {{"phase", "Pending"}, {"qosClass", "Burstable"}};
    object_in(object, "spec").emplace("terminationGracePeriodSeconds", 30);
  }
  prune(where, object);
  return std::nullopt;
}

api_answer resource_api::create(const api_call& call, const api_path& where,
                                json::value object) {
  if (!where.name.empty())
    return failure(405, "the server does not allow this method on the "
                        "requested resource");
  if (auto refused = complete_new(where, object))
    return *refused;
  // Admission (quota, webhooks) comes before the storage sees the name.
  if (admission_)
    if (auto refused = admission_(call, object))
      return *refused;
  auto name = text(object, "/metadata/name");
  object_id id{where.collection(), where.ns, name};
  if (store_.find(id))
    return already_exists(where, name);
  return {201, *put(call, id, std::move(object))};
}

api_answer resource_api::bind(const api_call& call, const api_path& where,
                              const json::value& binding) {
  object_id id{where.collection(), where.ns, where.name};
  auto pod = store_.find(id);
  if (!pod)
    return not_found(where);
  if (!text(*pod, "/spec/nodeName").empty() ||
      find(*pod, "/metadata/deletionTimestamp"))
    return conflict(where, "the pod is bound already or being deleted");
  auto next = *pod;
  object_in(next.as_object(), "spec")["nodeName"] =
      text(binding, "/target/name");
  put(call, id, std::move(next));
  return {201,
          {{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Success"}}};
}

api_answer resource_api::patch(const api_call& call, const api_path& where,
                               const json::value& body) {
  bool apply = call.content_type == "application/apply-patch+yaml";
  if (apply && where.option("fieldManager").empty())
    return failure(400, "fieldManager is required for apply patch");
  auto old = store_.find({where.collection(), where.ns, where.name});
  if (!old) {
    if (!apply || !where.subresource.empty())
      return not_found(where);
    auto collection = where;
    collection.name.clear();
    return create(call, collection, body);
  }
  return change_to(call, where, old, merge(*old, body));
}

api_answer resource_api::change_to(const api_call& call, const api_path& where,
                                   object_ptr old, json::value wanted) {
  auto wanted_uid = text(wanted, "/metadata/uid");
  auto uid = text(*old, "/metadata/uid");
  if (!wanted_uid.empty() && wanted_uid != uid)
    return other_uid(where, wanted_uid, uid);
  auto wanted_rv = text(wanted, "/metadata/resourceVersion");
  if (!wanted_rv.empty() &&
      wanted_rv != text(*old, "/metadata/resourceVersion"))
    return modified(where);

  auto next = *old;
  auto& object = next.as_object();
  if (where.subresource == "status") {
    auto* status = wanted.as_object().if_contains("status");
    object["status"] = status ? *status : json::object{};
  } else {
    object = wanted.as_object();
    restore_metadata(object, *old);
    if (has_status(where.collection())) {
      object.erase("status");
      if (auto* status = old->as_object().if_contains("status"))
        object["status"] = *status;
    }
    bool edited = desired(next) != desired(*old);
    if (edited && immutable(where.collection(), *old))
      return invalid(where, where.name, "Forbidden: field is immutable");
    if (edited && !built_in(where.group))
      object_in(object, "metadata")["generation"] =
          number(*old, "/metadata/generation") + 1;
  }
  prune(where, object);
  if (admission_)
    if (auto refused = admission_(call, next))
      return *refused;
  if (next == *old)
    return {200, *old};

  object_id id{where.collection(), where.ns, where.name};
  auto stored = put(call, id, std::move(next));
  if (find(*stored, "/metadata/deletionTimestamp") && !has_finalizer(*stored) &&
      number(*stored, "/metadata/deletionGracePeriodSeconds") == 0)
    erase(call, id);
  return {200, *stored};
}

void resource_api::mark_deleted(json::object& object,
                                std::int64_t grace) const {
  auto& meta = object_in(object, "metadata");
  meta["deletionTimestamp"] = to_rfc3339(clock_.wall() + seconds{grace});
  meta["deletionGracePeriodSeconds"] = grace;
}

api_answer resource_api::end_gracefully(const api_call& call,
                                        const api_path& where, object_ptr old,
                                        std::int64_t grace) {
  object_id id{where.collection(), where.ns, where.name};
  bool marked = find(*old, "/metadata/deletionTimestamp");
  if (grace == 0 && !has_finalizer(*old)) {
    auto uid = text(*old, "/metadata/uid");
    erase(call, id);
    return where.plural == "pods" ? api_answer{200, *old} : deleted(where, uid);
  }
  if (marked && number(*old, "/metadata/deletionGracePeriodSeconds") <= grace)
    return {200, *old};
  auto next = *old;
  mark_deleted(next.as_object(), grace);
  return {200, *put(call, id, std::move(next))};
}

api_answer resource_api::remove(const api_call& call, const api_path& where,
                                const json::value& options) {
  object_id id{where.collection(), where.ns, where.name};
  if (where.name.empty())
    return failure(405, "deletecollection is not simulated");
  auto old = store_.find(id);
  if (!old)
    return not_found(where);
  auto wanted_uid = text(options, "/preconditions/uid");
  auto uid = text(*old, "/metadata/uid");
  if (!wanted_uid.empty() && wanted_uid != uid)
    return other_uid(where, wanted_uid, uid);
  auto wanted_rv = text(options, "/preconditions/resourceVersion");
  auto rv = text(*old, "/metadata/resourceVersion");
  if (!wanted_rv.empty() && wanted_rv != rv)
    return conflict(where, fmt::format("Precondition failed: ResourceVersion "
                                       "in precondition: {}, ResourceVersion "
                                       "in object meta: {}",
                                       wanted_rv, rv));
  if (admission_)
    if (auto refused = admission_(call, *old))
      return *refused;

  auto policy = text(options, "/propagationPolicy");
  if (policy.empty())
    policy = where.option("propagationPolicy");
  if (policy == "Foreground" || policy == "Orphan") {
    auto next = *old;
    add_finalizer(next.as_object(),
                  policy == "Orphan" ? "orphan" : "foregroundDeletion");
    old = std::make_shared<const json::value>(std::move(next));
  }
  std::int64_t grace = 0;
  auto phase = text(*old, "/status/phase");
  if (where.collection() == "pods" && find(*old, "/spec/nodeName") &&
      phase != "Succeeded" && phase != "Failed") {
    auto* asked = find(options, "/gracePeriodSeconds");
    auto query = where.option("gracePeriodSeconds");
    grace = asked ? number(options, "/gracePeriodSeconds")
            : !query.empty()
                ? std::stoll(query)
                : number(*old, "/spec/terminationGracePeriodSeconds");
  }
  return end_gracefully(call, where, old, grace);
}

} // namespace spark::test
