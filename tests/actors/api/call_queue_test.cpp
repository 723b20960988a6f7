#include "actors/api/call_queue.hpp"

#include <catch2/catch.hpp>

using namespace spark;

namespace {

const object_key a{"team-a", "one"};
const object_key b{"team-b", "two"};

std::vector<call_queue::ticket> all_of(call_queue& q) {
  std::vector<call_queue::ticket> out;
  while (auto t = q.pop())
    out.push_back(*t);
  return out;
}

} // namespace

TEST_CASE("the rank decides first", "[call_queue]") {
  call_queue q;
  CHECK(q.push(1, priority::event, a));
  CHECK(q.push(2, priority::claim, a));
  CHECK(q.push(3, priority::status, a));
  CHECK(q.push(4, priority::work, a));
  CHECK(q.push(5, priority::lease, a));
  CHECK(q.size() == 5);
  CHECK(all_of(q) == std::vector<call_queue::ticket>{5, 4, 3, 2, 1});
  CHECK(q.size() == 0);
  CHECK_FALSE(q.pop());
}

TEST_CASE("within a rank, applications take turns", "[call_queue]") {
  call_queue q;
  for (call_queue::ticket t : {1, 2, 3})
    CHECK(q.push(t, priority::work, a));
  CHECK(q.push(10, priority::work, b));
  CHECK(all_of(q) == std::vector<call_queue::ticket>{1, 10, 2, 3});
}

TEST_CASE("a thousand claims of one namespace delay another's by one",
          "[call_queue]") {
  call_queue q;
  for (call_queue::ticket t = 0; t < 1000; ++t)
    CHECK(q.push(t, priority::claim, {"team-a", std::to_string(t)}));
  CHECK(q.push(5000, priority::claim, b));
  CHECK(q.push(5001, priority::claim, {"team-b", "three"}));
  CHECK(q.pop() == 0);
  CHECK(q.pop() == 5000);
  CHECK(q.pop() == 1);
  CHECK(q.pop() == 5001);
  CHECK(q.pop() == 2);
  CHECK(q.pop() == 3);
}

TEST_CASE("who comes back waits for its turn", "[call_queue]") {
  call_queue q;
  CHECK(q.push(1, priority::claim, a));
  CHECK(q.push(2, priority::claim, b));
  CHECK(q.pop() == 1);
  CHECK(q.push(3, priority::claim, a));
  CHECK(q.pop() == 2);
  CHECK(q.pop() == 3);
}

TEST_CASE("events are bounded, nothing else is", "[call_queue]") {
  call_queue q;
  for (std::size_t i = 0; i < call_queue::max_events; ++i)
    CHECK(q.push(i, priority::event, a));
  CHECK_FALSE(q.push(1, priority::event, b));
  CHECK(q.size() == call_queue::max_events);
  CHECK(q.push(1, priority::claim, a));
  CHECK(q.pop() == 1);
  CHECK(q.pop().has_value());
  CHECK(q.push(2, priority::event, b)); // there is room again
  CHECK(q.drain().size() == call_queue::max_events);
  CHECK(q.size() == 0);
}

TEST_CASE("the window grows while it goes well", "[call_window]") {
  call_window w{2, 4};
  CHECK(w.has_room(1));
  CHECK_FALSE(w.has_room(2));
  w.succeeded();
  CHECK(w.size() == 2);
  w.succeeded();
  CHECK(w.size() == 3);
  for (int i = 0; i < 100; ++i)
    w.succeeded();
  CHECK(w.size() == 4);
}

TEST_CASE("the window halves when told to, and keeps one", "[call_window]") {
  call_window w{8, 16};
  for (int want : {4, 2, 1, 1}) {
    w.throttled();
    CHECK(w.size() == want);
  }
  w.succeeded();
  CHECK(w.size() == 2);
  CHECK(w.has_room(1));
}
