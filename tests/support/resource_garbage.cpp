// Owners: what the garbage collector of kube-controller-manager does.
#include "tests/support/resource_api.hpp"

#include <algorithm>

namespace spark::test {
namespace {

bool finalized_by(const json::value& object, std::string_view name) {
  auto* list = find(object, "/metadata/finalizers");
  return list && list->is_array() &&
         std::find(list->get_array().begin(), list->get_array().end(),
                   json::value(name)) != list->get_array().end();
}

bool terminating(const json::value& object) {
  return find(object, "/metadata/deletionTimestamp") != nullptr;
}

const json::array* owners(const json::value& object) {
  auto* list = find(object, "/metadata/ownerReferences");
  return list && list->is_array() && !list->get_array().empty()
             ? &list->get_array()
             : nullptr;
}

bool owned_by(const json::value& object, const std::string& uid) {
  auto* list = owners(object);
  return list && std::any_of(list->begin(), list->end(), [&](auto& reference) {
           return text(reference, "/uid") == uid;
         });
}

const api_call& by_gc() {
  static const api_call call{"gc", "DELETE", "", "", ""};
  return call;
}

} // namespace

std::string path_of(const object_id& id, const json::value& object) {
  auto version = text(object, "/apiVersion");
  auto plural = id.collection.substr(0, id.collection.find('.'));
  auto out =
      (version.find('/') == std::string::npos ? "/api/" : "/apis/") + version;
  if (!id.ns.empty())
    out += "/namespaces/" + id.ns;
  return out + "/" + plural + "/" + id.name;
}

bool resource_api::orphaned(const json::value& object,
                            const std::set<std::string>& live) const {
  auto* list = owners(object);
  return list && std::none_of(list->begin(), list->end(), [&](auto& reference) {
           return live.contains(text(reference, "/uid"));
         });
}

std::vector<object_id> resource_api::dependents(const std::string& uid) const {
  std::vector<object_id> out;
  for (auto& [id, object] : store_.objects())
    if (owned_by(*object, uid))
      out.push_back(id);
  return out;
}

std::vector<object_id> resource_api::garbage() const {
  std::set<std::string> live;
  for (auto& [id, object] : store_.objects())
    live.insert(text(*object, "/metadata/uid"));
  std::vector<object_id> out;
  for (auto& [id, object] : store_.objects()) {
    auto uid = text(*object, "/metadata/uid");
    if (terminating(*object)) {
      // A foreground deletion has work only while a dependent is not yet
      // terminating, or once none that blocks is left.
      if (finalized_by(*object, "orphan")) {
        out.push_back(id);
      } else if (finalized_by(*object, "foregroundDeletion")) {
        auto children = dependents(uid);
        if (children.empty() ||
            std::any_of(children.begin(), children.end(), [&](auto& child) {
              return !terminating(*store_.find(child));
            }))
          out.push_back(id);
      }
    } else if (orphaned(*object, live) && !(spared_ && spared_(*object))) {
      out.push_back(id);
    }
  }
  return out;
}

void resource_api::remove_by_gc(const object_id& id) {
  auto object = store_.find(id);
  auto call = by_gc();
  call.path = path_of(id, *object);
  json::value options{
      {"preconditions", {{"uid", text(*object, "/metadata/uid")}}}};
  call.body = json::serialize(options);
  remove(call, parse_api_path(call.path), options);
}

void resource_api::drop_owner(const object_id& id, const std::string& uid) {
  auto next = *store_.find(id);
  auto call = by_gc();
  call.method = "PATCH";
  call.path = path_of(id, next);
  auto& meta = object_in(next.as_object(), "metadata");
  json::array kept;
  for (auto& reference : meta["ownerReferences"].as_array())
    if (text(reference, "/uid") != uid)
      kept.push_back(reference);
  meta["ownerReferences"] = std::move(kept);
  put(call, id, std::move(next));
}

void resource_api::drop_finalizer(const object_id& id,
                                  std::string_view finalizer) {
  auto old = store_.find(id);
  auto next = *old;
  auto call = by_gc();
  call.method = "PATCH";
  call.path = path_of(id, next);
  auto& list = object_in(next.as_object(), "metadata")["finalizers"].as_array();
  list.erase(std::remove(list.begin(), list.end(), json::value(finalizer)),
             list.end());
  change_to(call, parse_api_path(call.path), old, std::move(next));
}

bool resource_api::collect(const object_id& id) {
  auto todo = garbage();
  if (std::find(todo.begin(), todo.end(), id) == todo.end())
    return false;
  auto object = store_.find(id);
  auto uid = text(*object, "/metadata/uid");
  if (!terminating(*object)) {
    remove_by_gc(id);
  } else if (finalized_by(*object, "orphan")) {
    for (auto& child : dependents(uid))
      drop_owner(child, uid);
    drop_finalizer(id, "orphan");
  } else {
    auto children = dependents(uid);
    for (auto& child : children)
      if (!terminating(*store_.find(child)))
        remove_by_gc(child);
    if (children.empty())
      drop_finalizer(id, "foregroundDeletion");
  }
  return true;
}

} // namespace spark::test
