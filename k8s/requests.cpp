#include "k8s/requests.hpp"

#include "k8s/watch/collection.hpp"

namespace spark::requests {
namespace {

namespace json = boost::json;

std::string go_duration(std::chrono::milliseconds d) {
  auto whole = d.count() % 1000 == 0;
  return whole ? std::to_string(d.count() / 1000) + "s"
               : std::to_string(d.count()) + "ms";
}

/// `query` comes after the time-out.
request write(verb method, std::string path, const json::value& body,
              std::chrono::milliseconds deadline = write_deadline,
              std::string_view query = {}) {
  request out;
  out.method = method;
  out.path = std::move(path);
  out.path += "?timeout=" + go_duration(deadline);
  out.path += query;
  out.body = json::serialize(body);
  out.deadline = deadline;
  return out;
}

} // namespace

request get(std::string path) {
  request out;
  out.path = std::move(path);
  return out;
}

request create(std::string collection, const json::value& object,
               std::chrono::milliseconds deadline) {
  return write(verb::post, std::move(collection), object, deadline);
}

request remove(std::string path, const preconditions& only_if,
               std::string_view propagation) {
  json::object body{{"apiVersion", "v1"}, {"kind", "DeleteOptions"}};
  if (!propagation.empty())
    body["propagationPolicy"] = propagation;
  json::object conditions;
  if (!only_if.uid.empty())
    conditions["uid"] = only_if.uid;
  if (!only_if.resource_version.empty())
    conditions["resourceVersion"] = only_if.resource_version;
  if (!conditions.empty())
    body["preconditions"] = std::move(conditions);
  return write(verb::del, std::move(path), std::move(body));
}

request merge_patch(std::string path, const json::value& patch,
                    std::chrono::milliseconds deadline) {
  auto out = write(verb::patch, std::move(path), patch, deadline);
  out.content_type = "application/merge-patch+json";
  return out;
}

request apply(std::string path, const json::value& object,
              std::string_view manager, on_conflict what) {
  auto query = "&fieldManager=" + percent_encoded(manager);
  if (what == on_conflict::take_over)
    query += "&force=true";
  auto out = write(verb::patch, std::move(path), object, write_deadline, query);
  // The only type that every server takes; JSON is YAML, too.
  out.content_type = "application/apply-patch+yaml";
  return out;
}

} // namespace spark::requests
