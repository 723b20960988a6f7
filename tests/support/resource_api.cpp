// Dispatch and reads. The writes are in resource_write.cpp, owners and the
// garbage collector in resource_garbage.cpp.
#include "tests/support/resource_api.hpp"

#include <fmt/format.h>

#include <charconv>

namespace spark::test {
namespace {

std::optional<std::uint64_t> to_number(const std::string& digits) {
  std::uint64_t out = 0;
  auto end = digits.data() + digits.size();
  auto [at, ec] = std::from_chars(digits.data(), end, out);
  if (ec != std::errc{} || at != end)
    return std::nullopt;
  return out;
}

/// "rv_ns_name": the version the pages are of, and the last object given.
struct page_mark {
  std::uint64_t rv = 0;
  std::string ns;
  std::string name;
};

std::optional<page_mark> parse_mark(const std::string& token) {
  auto first = token.find('_');
  auto second = token.find('_', first == std::string::npos ? first : first + 1);
  if (second == std::string::npos)
    return std::nullopt;
  auto rv = to_number(token.substr(0, first));
  if (!rv)
    return std::nullopt;
  return page_mark{*rv, token.substr(first + 1, second - first - 1),
                   token.substr(second + 1)};
}

json::value as_list_item(const api_path& where, const json::value& object) {
  auto item = object;
  if (built_in(where.group)) {
    item.as_object().erase("kind");
    item.as_object().erase("apiVersion");
  }
  return item;
}

} // namespace

bool built_in(const std::string& group) {
  static const std::set<std::string> groups{"",
                                            "apps",
                                            "autoscaling",
                                            "batch",
                                            "policy",
                                            "events.k8s.io",
                                            "networking.k8s.io",
                                            "coordination.k8s.io",
                                            "rbac.authorization.k8s.io",
                                            "apiextensions.k8s.io",
                                            "storage.k8s.io"};
  return groups.contains(group);
}

std::string kind_of(const std::string& plural) {
  static const std::map<std::string, std::string> odd{
      {"configmaps", "ConfigMap"},
      {"ingresses", "Ingress"},
      {"networkpolicies", "NetworkPolicy"},
      {"persistentvolumeclaims", "PersistentVolumeClaim"},
      {"poddisruptionbudgets", "PodDisruptionBudget"},
      {"serviceaccounts", "ServiceAccount"},
      {"customresourcedefinitions", "CustomResourceDefinition"},
      {"sparkapplications", "SparkApplication"},
      {"scheduledsparkapplications", "ScheduledSparkApplication"}};
  if (auto it = odd.find(plural); it != odd.end())
    return it->second;
  if (plural.empty())
    return plural;
  auto out = plural.substr(0, plural.size() - 1);
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

api_answer resource_api::perform(const api_call& call) {
  auto where = parse_api_path(call.path);
  if (where.plural.empty() && call.path.find("/version") == 0)
    return {200, {{"major", "1"}, {"minor", "34"}, {"gitVersion", "v1.34.4"}}};
  if (where.plural.empty() && call.method == "GET")
    return {200, json::string{"ok"}};
  if (where.plural.empty() || hidden_.contains(where.collection()))
    return failure(404, "the server could not find the requested resource");
  if (call.method == "GET")
    return where.name.empty() ? list(where) : get(where);

  json::error_code ec;
  auto body = call.body.empty() ? json::value(json::object())
                                : json::parse(call.body, ec);
  if (ec || !body.is_object())
    return failure(400, "the body is not a JSON object");
  if (call.method == "POST" && where.subresource == "binding")
    return bind(call, where, body);
  if (call.method == "POST")
    return create(call, where, std::move(body));
  if (call.method == "DELETE")
    return remove(call, where, body);
  if (call.method == "PUT") {
    auto old = store_.find({where.collection(), where.ns, where.name});
    return old ? change_to(call, where, old, std::move(body))
               : not_found(where);
  }
  static const std::set<std::string> known{"application/merge-patch+json",
                                           "application/apply-patch+yaml"};
  if (!known.contains(call.content_type))
    return failure(415, fmt::format("the body of the request was in an unknown "
                                    "format: {}",
                                    call.content_type));
  return patch(call, where, body);
}

object_store::content resource_api::seen_by(const api_path& where) const {
  if (cache_lag_ == 0 || where.option("resourceVersion") != "0")
    return store_.objects();
  auto oldest = store_.rv() - std::min(store_.rv(), cache_lag_);
  return store_.at(std::max(oldest, store_.compacted()));
}

api_answer resource_api::get(const api_path& where) const {
  auto content = seen_by(where);
  auto it = content.find({where.collection(), where.ns, where.name});
  if (it == content.end())
    return not_found(where);
  return {200, *it->second};
}

api_answer resource_api::list(const api_path& where) const {
  auto filter = object_filter::parse(where);
  if (!filter)
    return failure(400, filter.error());
  auto token = where.option("continue");
  auto from = parse_mark(token);
  if (!token.empty() && !from)
    return failure(400, "continue key is not valid");
  auto wanted = where.option("resourceVersion");
  auto rv = to_number(wanted).value_or(0);
  if (rv > store_.rv())
    return too_large_version(wanted, store_.rv());
  auto exact = where.option("resourceVersionMatch") == "Exact";
  if ((from && from->rv < store_.compacted()) ||
      (exact && rv < store_.compacted()))
    return expired();
  auto content = from    ? store_.at(from->rv)
                 : exact ? store_.at(rv)
                         : seen_by(where);
  auto shown_rv = from ? from->rv : exact ? rv : store_.rv();
  if (!from && !exact && wanted == "0" && cache_lag_ > 0)
    shown_rv = std::max(store_.rv() - std::min(store_.rv(), cache_lag_),
                        store_.compacted());

  auto limit = to_number(where.option("limit")).value_or(0);
  json::array items;
  json::object meta{{"resourceVersion", std::to_string(shown_rv)}};
  object_id last{where.collection(), from ? from->ns : "",
                 from ? from->name : ""};
  for (auto it = content.upper_bound(last);
       it != content.end() && it->first.collection == last.collection; ++it) {
    if (!filter->matches(*it->second))
      continue;
    if (limit > 0 && items.size() == limit) {
      meta["continue"] = fmt::format("{}_{}_{}", shown_rv, last.ns, last.name);
      break;
    }
    items.push_back(as_list_item(where, *it->second));
    last = it->first;
  }
  return {200,
          {{"kind", kind_of(where.plural) + "List"},
           {"apiVersion", where.api_version()},
           {"metadata", std::move(meta)},
           {"items", std::move(items)}}};
}

} // namespace spark::test
