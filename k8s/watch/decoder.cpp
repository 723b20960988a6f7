#include "k8s/watch/decoder.hpp"

#include "k8s/bounded_json.hpp"

#include <boost/json/monotonic_resource.hpp>

namespace spark {
namespace json = boost::json;
namespace {

const json::object* object_in(const json::object& o, std::string_view name) {
  auto* v = o.if_contains(name);
  return v ? v->if_object() : nullptr;
}

std::string_view text_in(const json::object& o, std::string_view name) {
  auto* v = o.if_contains(name);
  if (auto* s = v ? v->if_string() : nullptr)
    return {s->data(), s->size()};
  return {};
}

std::int64_t number_in(const json::object& o, std::string_view name) {
  auto* v = o.if_contains(name);
  auto* n = v ? v->if_int64() : nullptr;
  return n ? *n : 0;
}

std::string_view version_of(const json::object& o) {
  auto* meta = object_in(o, "metadata");
  return meta ? text_in(*meta, "resourceVersion") : std::string_view{};
}

std::optional<watch_kind> kind_of(std::string_view type) {
  if (type == "ADDED")
    return watch_kind::added;
  if (type == "MODIFIED")
    return watch_kind::modified;
  if (type == "DELETED")
    return watch_kind::deleted;
  if (type == "BOOKMARK")
    return watch_kind::bookmark;
  if (type == "ERROR")
    return watch_kind::error;
  return std::nullopt;
}

watch_line error_line(const json::object& status) {
  watch_line out;
  auto code = number_in(status, "code");
  out.code = code >= 100 && code <= 599 ? static_cast<int>(code) : 0;
  out.message = text_in(status, "message").substr(0, 500);
  if (text_in(status, "reason") == "Expired")
    out.code = 410;
  if (auto* details = object_in(status, "details")) {
    auto wait = number_in(*details, "retryAfterSeconds");
    if (wait > 0 && wait < 86400)
      out.retry_after = std::chrono::seconds{wait};
  }
  return out;
}

tl::unexpected<error> malformed(std::string why) {
  return fail(errc::bad_reply, std::move(why));
}

} // namespace

watch_decoder::watch_decoder()
    : buffer_{std::make_unique_for_overwrite<unsigned char[]>(buffer_size)} {}
watch_decoder::~watch_decoder() = default;
watch_decoder::watch_decoder(watch_decoder&&) noexcept = default;
watch_decoder& watch_decoder::operator=(watch_decoder&&) noexcept = default;

result<watch_line> watch_decoder::line(std::string_view text,
                                       const on_object& use) {
  json::monotonic_resource arena{buffer_.get(), buffer_size};
  auto root = parse_bounded(text, &arena);
  if (!root)
    return malformed("a watch line " + root.error().message);
  auto* event = root->if_object();
  auto* object = event ? object_in(*event, "object") : nullptr;
  auto kind = event ? kind_of(text_in(*event, "type")) : std::nullopt;
  if (!object || !kind)
    return malformed("a watch line has no known type or no object");
  if (*kind == watch_kind::error)
    return error_line(*object);
  watch_line out;
  out.kind = *kind;
  out.resource_version = version_of(*object);
  if (out.resource_version.empty())
    return malformed("a watch event has no resourceVersion");
  if (*kind != watch_kind::bookmark)
    use(*object);
  return out;
}

result<list_page> watch_decoder::page(std::string_view body,
                                      const on_object& use) {
  json::monotonic_resource arena{buffer_.get(), buffer_size};
  auto root = parse_bounded(body, &arena);
  if (!root)
    return malformed("a list " + root.error().message);
  auto* list = root->if_object();
  auto* meta = list ? object_in(*list, "metadata") : nullptr;
  if (!meta)
    return malformed("a list has no metadata");
  list_page out;
  out.resource_version = text_in(*meta, "resourceVersion");
  out.continue_token = text_in(*meta, "continue");
  if (out.resource_version.empty())
    return malformed("a list has no resourceVersion");
  auto* items = list->if_contains("items");
  // Go writes an empty slice that was never made as null.
  if (!items || items->is_null())
    return out;
  if (!items->is_array())
    return malformed("a list's items are no array");
  for (const auto& item : items->get_array())
    if (!item.is_object())
      return malformed("a list's item is no object");
  for (const auto& item : items->get_array())
    use(item.get_object());
  return out;
}

} // namespace spark
