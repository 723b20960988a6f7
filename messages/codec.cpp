#include "messages/codec.hpp"

#include "crds/parse.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

namespace spark {
namespace {

namespace json = boost::json;
namespace describe = boost::describe;
namespace mp11 = boost::mp11;

// -- writing ------------------------------------------------------------------

json::value write(const std::string& s) { return json::string(s); }
json::value write(bool b) { return b; }
json::value write(std::int64_t n) { return n; }
json::value write(time_point t) { return to_millis(t); }

template<class E>
requires std::is_enum_v<E> json::value write(E e) {
  return json::string(describe::enum_to_string(e, "?"));
}

template<class T>
requires describe::has_describe_members<T>::value json::value write(const T& x);

template<class V>
json::value write(const std::map<std::string, V>& m) {
  json::object out;
  for (auto& [k, v] : m)
    out.emplace(k, write(v));
  return out;
}

template<class T>
json::value write(const std::vector<T>& xs) {
  json::array out;
  for (auto& x : xs)
    out.push_back(write(x));
  return out;
}

template<class T>
json::object write_members(const T& x) {
  json::object out;
  const T fallback{};
  using members = describe::describe_members<T, describe::mod_public>;
  mp11::mp_for_each<members>([&](auto member) {
    if (!(x.*member.pointer == fallback.*member.pointer))
      out.emplace(member.name, write(x.*member.pointer));
  });
  return out;
}

template<class T>
requires describe::has_describe_members<T>::value json::value
write(const T& x) {
  return write_members(x);
}

// -- reading: false when the JSON has another shape ---------------------------

bool read(const json::value& v, std::string& out) {
  if (!v.is_string())
    return false;
  out = std::string{v.as_string()}; // may hold a zero byte
  return true;
}
bool read(const json::value& v, bool& out) {
  if (!v.is_bool())
    return false;
  out = v.as_bool();
  return true;
}
bool read(const json::value& v, std::int64_t& out) {
  if (!v.is_int64())
    return false;
  out = v.as_int64();
  return true;
}
bool read(const json::value& v, time_point& out) {
  if (!v.is_int64())
    return false;
  out = from_millis(v.as_int64());
  return true;
}

template<class E>
requires std::is_enum_v<E>
bool read(const json::value& v, E& out) {
  return v.is_string() &&
         describe::enum_from_string(v.as_string().c_str(), out);
}

template<class T>
requires describe::has_describe_members<T>::value bool
read(const json::value& v, T& out);

template<class V>
bool read(const json::value& v, std::map<std::string, V>& out) {
  if (!v.is_object())
    return false;
  for (auto& [k, element] : v.as_object())
    if (!read(element, out[std::string{k}]))
      return false;
  return true;
}

template<class T>
bool read(const json::value& v, std::vector<T>& out) {
  if (!v.is_array())
    return false;
  for (auto& element : v.as_array())
    if (!read(element, out.emplace_back()))
      return false;
  return true;
}

template<class T>
requires describe::has_describe_members<T>::value bool
read(const json::value& v, T& out) {
  if (!v.is_object())
    return false;
  auto& o = v.as_object();
  bool ok = true;
  using members = describe::describe_members<T, describe::mod_public>;
  mp11::mp_for_each<members>([&](auto member) {
    if (auto* p = o.if_contains(member.name))
      ok = read(*p, out.*member.pointer) && ok;
  });
  return ok;
}

// -- variants carry their alternative's name in "kind" ------------------------

template<class Variant>
json::object write_variant(const Variant& v) {
  return std::visit(
      [](const auto& x) {
        json::object out;
        out.emplace("kind", x.kind);
        for (auto& [k, value] : write_members(x))
          out.emplace(k, value);
        return out;
      },
      v);
}

template<class Variant>
result<Variant> read_variant(const json::value& v) {
  const json::value* kind =
      v.is_object() ? v.as_object().if_contains("kind") : nullptr;
  if (!kind || !kind->is_string())
    return fail(errc::bad_input, "no kind", "journal row");
  std::string_view name = kind->as_string();
  result<Variant> out = fail(
      errc::bad_input, "unknown or malformed kind '" + std::string{name} + "'",
      "journal row");
  mp11::mp_for_each<mp11::mp_transform<
      mp11::mp_identity, mp11::mp_rename<Variant, mp11::mp_list>>>(
      [&](auto identity) {
        using T = typename decltype(identity)::type;
        T x;
        if (name == T::kind && read(v, x))
          out = Variant{std::move(x)};
      });
  return out;
}

template<class Event>
json::array write_events(const std::vector<Event>& events) {
  json::array out;
  for (auto& e : events)
    out.push_back(write_variant(e));
  return out;
}

template<class Event>
result<std::vector<Event>> read_events(const json::value& v) {
  if (!v.is_array())
    return fail(errc::bad_input, "events are not an array", "journal row");
  std::vector<Event> out;
  for (auto& element : v.as_array()) {
    auto e = read_variant<Event>(element);
    if (!e)
      return tl::unexpected(e.error());
    out.push_back(std::move(*e));
  }
  return out;
}

template<class State>
result<State> read_state(const json::value& v) {
  State out;
  if (!read(v, out))
    return fail(errc::bad_input, "malformed state", "journal snapshot");
  return out;
}

template<class Variant>
std::string_view name_of(const Variant& v) {
  return std::visit([](auto& x) -> std::string_view { return x.kind; }, v);
}

template<class State>
std::string hash_of(const State& s) {
  return sha256_hex(canonical_json(write_members(s))).substr(0, 16);
}

} // namespace

json::object to_json(const app_stimulus& s) { return write_variant(s); }
json::object to_json(const app_event& e) { return write_variant(e); }
json::object to_json(const app_state& s) { return write_members(s); }
json::array to_json(const std::vector<app_event>& e) { return write_events(e); }

json::object to_json(const schedule_stimulus& s) { return write_variant(s); }
json::object to_json(const schedule_event& e) { return write_variant(e); }
json::object to_json(const schedule_state& s) { return write_members(s); }
json::array to_json(const std::vector<schedule_event>& e) {
  return write_events(e);
}

result<app_stimulus> stimulus_from(const json::value& v) {
  return read_variant<app_stimulus>(v);
}
result<std::vector<app_event>> events_from(const json::value& v) {
  return read_events<app_event>(v);
}
result<app_state> state_from(const json::value& v) {
  return read_state<app_state>(v);
}

result<schedule_stimulus> schedule_stimulus_from(const json::value& v) {
  return read_variant<schedule_stimulus>(v);
}
result<std::vector<schedule_event>> schedule_events_from(const json::value& v) {
  return read_events<schedule_event>(v);
}
result<schedule_state> schedule_state_from(const json::value& v) {
  return read_state<schedule_state>(v);
}

std::string_view kind_of(const app_stimulus& s) { return name_of(s); }
std::string_view kind_of(const app_event& e) { return name_of(e); }
std::string_view kind_of(const schedule_stimulus& s) { return name_of(s); }
std::string_view kind_of(const schedule_event& e) { return name_of(e); }

std::string state_hash(const app_state& s) { return hash_of(s); }
std::string state_hash(const schedule_state& s) { return hash_of(s); }

std::string_view to_string(phase p) { return describe::enum_to_string(p, "?"); }
std::string_view to_string(schedule_phase p) {
  return describe::enum_to_string(p, "?");
}

bool is_schedule_phase(std::string_view name) {
  schedule_phase p{};
  return describe::enum_from_string(std::string{name}.c_str(), p);
}

} // namespace spark
