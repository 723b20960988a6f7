#include "actors/lease/lease_codec.hpp"

#include <fmt/format.h>

namespace spark {
namespace {

namespace json = boost::json;

const json::value* find(const json::value* v, std::string_view key) {
  return v && v->is_object() ? v->as_object().if_contains(key) : nullptr;
}

std::string text(const json::value* v) {
  return v && v->is_string() ? std::string{v->as_string()} : std::string{};
}

std::int64_t number(const json::value* v) {
  return v && v->is_int64() ? v->as_int64() : 0;
}

/// metav1.MicroTime.
std::string micro_time(time_point now) {
  auto text = to_rfc3339(now);
  text.pop_back();
  return fmt::format("{}.{:03}000Z", text, to_millis(now) % 1000);
}

} // namespace

std::optional<lease_record> read_lease(const json::value& object) {
  auto* spec = find(&object, "spec");
  auto* meta = find(&object, "metadata");
  if (!meta)
    return std::nullopt;
  lease_record out;
  out.holder = text(find(spec, "holderIdentity"));
  out.duration =
      std::chrono::seconds{number(find(spec, "leaseDurationSeconds"))};
  out.renewed = text(find(spec, "renewTime"));
  out.transitions = number(find(spec, "leaseTransitions"));
  out.resource_version = text(find(meta, "resourceVersion"));
  return out;
}

json::object write_lease(const lease_record& record, const object_key& name,
                         bool acquiring, time_point now) {
  json::object meta{{"name", name.name}, {"namespace", name.ns}};
  if (!record.resource_version.empty())
    meta["resourceVersion"] = record.resource_version;
  json::object spec{{"holderIdentity", record.holder},
                    {"leaseDurationSeconds", record.duration.count()},
                    {"leaseTransitions", record.transitions},
                    {"renewTime", micro_time(now)}};
  if (acquiring)
    spec["acquireTime"] = micro_time(now);
  return {{"apiVersion", "coordination.k8s.io/v1"},
          {"kind", "Lease"},
          {"metadata", std::move(meta)},
          {"spec", std::move(spec)}};
}

} // namespace spark
