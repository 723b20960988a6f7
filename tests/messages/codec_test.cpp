#include "crds/parse.hpp"
#include "messages/codec.hpp"

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <catch2/catch.hpp>

#include <set>

using namespace spark;

namespace json = boost::json;
namespace describe = boost::describe;
namespace mp11 = boost::mp11;

namespace {

// -- a value of any type in which no member has its default -------------------

void fill(std::string& s) { s = "text \"x\" \xC3\xA4"; }
void fill(bool& b) { b = true; }
void fill(std::int64_t& n) { n = -9007199254740993; }
void fill(time_point& t) { t = from_millis(1767225600123); }

template<class E>
requires std::is_enum_v<E>
void fill(E& e) {
  mp11::mp_for_each<describe::describe_enumerators<E>>(
      [&](auto each) { e = each.value; }); // the last one
}

template<class T>
requires describe::has_describe_members<T>::value void fill(T& x);

template<class V>
void fill(std::map<std::string, V>& m) {
  fill(m["a"]);
  fill(m["b/c.d"]);
}

template<class T>
void fill(std::vector<T>& xs) {
  fill(xs.emplace_back());
  xs.emplace_back();
}

template<class T>
requires describe::has_describe_members<T>::value void fill(T& x) {
  using members = describe::describe_members<T, describe::mod_public>;
  mp11::mp_for_each<members>([&](auto m) { fill(x.*m.pointer); });
}

template<class Variant, class F>
void for_each_alternative(F f) {
  mp11::mp_for_each<mp11::mp_transform<
      mp11::mp_identity, mp11::mp_rename<Variant, mp11::mp_list>>>(
      [&](auto id) { f(typename decltype(id)::type{}); });
}

/// Described members are all there are: a forgotten one would not be kept.
template<class T>
constexpr std::size_t described =
    mp11::mp_size<describe::describe_members<T, describe::mod_public>>::value;

/// Of a value with defaults and of one without. Gives how many there are.
template<class Stimulus, class Read>
int check_stimuli(Read read) {
  int count = 0;
  for_each_alternative<Stimulus>([&](auto x) {
    INFO(x.kind);
    CHECK(to_json(Stimulus{x}).size() == 1); // defaults are left out
    CHECK(read(to_json(Stimulus{x})).value() == Stimulus{x});
    fill(x);
    auto v = to_json(Stimulus{x});
    CHECK(kind_of(Stimulus{x}) == x.kind);
    CHECK(v.size() == described<decltype(x)> + 1);
    auto text = canonical_json(v);
    CHECK(read(json::parse(text)).value() == Stimulus{x});
    ++count;
  });
  return count;
}

template<class Event, class Read>
void check_events(Read read) {
  std::vector<Event> all;
  std::set<std::string> kinds;
  for_each_alternative<Event>([&](auto x) {
    INFO(x.kind);
    CHECK(to_json(Event{x}).size() == 1);
    all.emplace_back(x);
    fill(x);
    CHECK(to_json(Event{x}).size() == described<decltype(x)> + 1);
    all.emplace_back(x);
    CHECK(kinds.emplace(kind_of(all.back())).second);
  });
  auto back = read(json::parse(canonical_json(to_json(all))));
  REQUIRE(back);
  CHECK(*back == all);
}

template<class State, class Read>
void check_state(Read read) {
  State s;
  CHECK(to_json(s).empty());
  CHECK(read(to_json(s)).value() == s);
  auto empty_hash = state_hash(s);
  fill(s);
  CHECK(to_json(s).size() == described<State>);
  CHECK(read(json::parse(canonical_json(to_json(s)))).value() == s);
  CHECK(state_hash(s) != empty_hash);
  CHECK(state_hash(s).size() == 16);
}

template<class State, class Read>
void check_phases(Read read) {
  using phases = describe::describe_enumerators<decltype(State::at)>;
  mp11::mp_for_each<phases>([&](auto each) {
    State s;
    s.at = each.value;
    CHECK(read(to_json(s)).value().at == each.value);
    CHECK(to_string(each.value) == each.name);
  });
}

} // namespace

TEST_CASE("every stimulus survives a round trip", "[codec]") {
  CHECK(check_stimuli<app_stimulus>(stimulus_from) == 12);
  CHECK(check_stimuli<schedule_stimulus>(schedule_stimulus_from) == 10);
}

TEST_CASE("every event survives a round trip", "[codec]") {
  check_events<app_event>(events_from);
  check_events<schedule_event>(schedule_events_from);
}

TEST_CASE("a state survives a round trip", "[codec]") {
  check_state<app_state>(state_from);
  check_state<schedule_state>(schedule_state_from);
}

TEST_CASE("every phase and every enumerator survives", "[codec]") {
  check_phases<app_state>(state_from);
  check_phases<schedule_state>(schedule_state_from);
  mp11::mp_for_each<describe::describe_enumerators<ending>>([](auto each) {
    claim_settled f;
    f.how = each.value;
    CHECK(stimulus_from(to_json(app_stimulus{f})).value() == app_stimulus{f});
  });
}

TEST_CASE("a phase tells whose history it is", "[codec]") {
  std::set<std::string> names;
  std::size_t count = 0;
  auto take = [&](auto each) {
    names.insert(each.name);
    ++count;
  };
  mp11::mp_for_each<describe::describe_enumerators<phase>>(take);
  mp11::mp_for_each<describe::describe_enumerators<schedule_phase>>(take);
  CHECK(names.size() == count);
}

TEST_CASE("members that this program does not know are ignored", "[codec]") {
  auto v = json::parse(R"({"kind":"claim_made","number":3,"later":{"x":[1]}})");
  CHECK(events_from(json::array{v}).value() ==
        std::vector<app_event>{claim_made{3}});
  CHECK(state_from(json::parse(R"({"uid":"u","later":true})")).value().uid ==
        "u");
}

TEST_CASE("what cannot be read is an error", "[codec]") {
  for (auto* text : {R"([{"kind":"no_such_event"}])", R"([{"number":1}])",
                     R"([1])", R"({"kind":"claim_made"})", R"([{"kind":1}])",
                     R"([{"kind":"claim_made","number":"one"}])",
                     R"([{"kind":"claim_made","number":1.5}])",
                     R"([{"kind":"child_ready","what":"no_such_child"}])",
                     R"([{"kind":"executors_changed","changed":{"a":1}}])",
                     R"([{"kind":"driver_created","driver":[]}])"}) {
    INFO(text);
    CHECK_FALSE(events_from(json::parse(text)));
  }
  for (auto* text : {R"({"kind":"no_such_fact"})", R"(null)", R"({})",
                     R"({"kind":"adopted","drivers":{}})"}) {
    INFO(text);
    CHECK_FALSE(stimulus_from(json::parse(text)));
  }
  for (auto* text : {R"([])", R"({"at":"nowhere"})", R"({"at":3})",
                     R"({"current":{"held":1}})"}) {
    INFO(text);
    CHECK_FALSE(state_from(json::parse(text)));
  }
  auto unknown = events_from(json::parse(R"([{"kind":"no_such_event"}])"));
  CHECK(unknown.error().message.find("no_such_event") != std::string::npos);
}

TEST_CASE("text with a zero byte survives", "[codec]") {
  driver_failed e;
  e.message = std::string{"a\0b", 3};
  auto back = events_from(to_json(std::vector<app_event>{e}));
  REQUIRE(back);
  CHECK(*back == std::vector<app_event>{e});
}
