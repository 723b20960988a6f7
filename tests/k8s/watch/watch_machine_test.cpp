#include "k8s/watch/watch_machine.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace std::chrono_literals;
using phase = watch_machine::phase;

namespace {

const collection pods{"/api/v1", "pods", "ns", "a=b", ""};

/// A machine with a clock that is moved by hand.
struct bench {
  watch_machine machine;
  time_point now{1'000'000s};
  explicit bench(watch_timing t = {}) : machine{pods, "pods ns", t} {}

  template<class Action>
  const Action* find(const watch_step& s) const {
    for (auto& a : s.actions)
      if (auto* p = std::get_if<Action>(&a))
        return p;
    return nullptr;
  }
  exchange_id list(const watch_step& s, const std::string& query) {
    auto* a = find<send_list>(s);
    REQUIRE(a);
    CHECK(a->path == "/api/v1/namespaces/ns/pods?labelSelector=a%3Db" + query);
    CHECK(machine.current() == phase::listing);
    return a->id;
  }
  exchange_id stream(const watch_step& s, const std::string& rv) {
    auto* a = find<open_watch>(s);
    REQUIRE(a);
    CHECK(a->path.find("&resourceVersion=" + rv + "&") != std::string::npos);
    CHECK(a->deadline >= 305s);
    CHECK(a->deadline <= 605s);
    CHECK(machine.current() == phase::opening);
    return a->id;
  }
  /// Checks the wait and lets it pass.
  watch_step after_backoff(const watch_step& s, milliseconds least,
                           milliseconds most) {
    auto* a = find<arm_timer_at>(s);
    REQUIRE(a);
    CHECK(s.failed);
    CHECK(machine.current() == phase::backing_off);
    CHECK(a->at - now >= least);
    CHECK(a->at - now <= most);
    now = a->at;
    return machine.timer(now);
  }
  watch_line line(watch_kind kind, const std::string& rv) {
    watch_line out;
    out.kind = kind;
    out.resource_version = rv;
    return out;
  }
  watch_line trouble(int code, seconds wait = 0s) {
    watch_line out;
    out.code = code;
    out.message = "m";
    out.retry_after = wait;
    return out;
  }
  /// To an open stream at version "10".
  exchange_id synced() {
    auto id = list(machine.started(), "&limit=500");
    return stream(machine.page_arrived(id, {"10", ""}, now), "10");
  }
};

stream_end ended(end_kind why, int status, seconds wait = 0s) {
  stream_end out;
  out.why = why;
  out.status = status;
  out.retry_after = wait;
  return out;
}

error http(int status) { return {errc::server_error, "m", {}, status}; }

} // namespace

TEST_CASE("a list in pages, then a watch", "[watch]") {
  bench b;
  CHECK(b.machine.current() == phase::idle);
  auto id = b.list(b.machine.started(), "&limit=500");
  CHECK(b.machine.started().actions.empty());
  auto step = b.machine.page_arrived(id, {"10", "next"}, b.now);
  CHECK(step.list_begins);
  CHECK(step.objects == object_use::initial);
  CHECK_FALSE(step.list_complete);
  auto second = b.list(step, "&limit=500&continue=next");
  CHECK(b.machine.resource_version().empty());
  // The first page again: late, and so ignored.
  CHECK(b.machine.page_arrived(id, {"10", ""}, b.now).objects ==
        object_use::ignore);
  step = b.machine.page_arrived(second, {"10", ""}, b.now);
  CHECK_FALSE(step.list_begins);
  CHECK(step.objects == object_use::initial);
  CHECK(step.list_complete);
  b.stream(step, "10");
  CHECK(b.machine.last_heard() == b.now);
}

TEST_CASE("events and bookmarks move the version", "[watch]") {
  bench b;
  auto id = b.synced();
  CHECK(b.machine.line_arrived(id, b.line(watch_kind::added, "11"), b.now)
            .objects == object_use::applied);
  CHECK(b.machine.current() == phase::watching);
  CHECK(b.machine.line_arrived(id, b.line(watch_kind::modified, "12"), b.now)
            .objects == object_use::applied);
  CHECK(b.machine.line_arrived(id, b.line(watch_kind::deleted, "13"), b.now)
            .objects == object_use::deleted);
  CHECK(b.machine.line_arrived(id, b.line(watch_kind::bookmark, "99"), b.now)
            .objects == object_use::ignore);
  auto step =
      b.machine.stream_ended(id, ended(end_kind::finished, 200), b.now + 300s);
  CHECK_FALSE(step.failed);
  auto next = b.stream(step, "99");
  // What the old stream still says is stale.
  CHECK(b.machine.line_arrived(id, b.line(watch_kind::added, "14"), b.now)
            .objects == object_use::ignore);
  CHECK(next != id);
}

TEST_CASE("our own deadline for a stream is a normal end", "[watch]") {
  bench b;
  auto id = b.synced();
  b.now += 400s;
  b.stream(b.machine.stream_ended(id, ended(end_kind::expired, 200), b.now),
           "10");
}

TEST_CASE("410 lists anew, in a line or as a status", "[watch]") {
  bench b;
  auto id = b.synced();
  watch_step step;
  SECTION("in the stream") {
    step = b.machine.line_arrived(id, b.trouble(410), b.now);
    CHECK(b.find<cancel_stream>(step)->id == id);
  }
  SECTION("as a status") {
    step = b.machine.stream_ended(id, ended(end_kind::broken, 410), b.now);
  }
  CHECK(step.failed);
  CHECK(step.failure.code == errc::gone);
  auto again = b.list(step, "&limit=500");
  step = b.machine.page_arrived(again, {"20", ""}, b.now);
  CHECK(step.list_begins);
  CHECK(step.list_complete);
  // Expired again at once: that would be a circle, so wait.
  id = b.stream(step, "20");
  step = b.machine.line_arrived(id, b.trouble(410), b.now);
  b.list(b.after_backoff(step, 800ms, 1600ms), "&limit=500");
}

TEST_CASE("other errors in the stream resume, then list", "[watch]") {
  bench b;
  auto id = b.synced();
  for (int i = 0; i < 4; ++i) {
    auto step = b.machine.line_arrived(id, b.trouble(500), b.now);
    CHECK(b.find<cancel_stream>(step));
    CHECK(b.machine.stream_ended(id, ended(end_kind::cancelled, 200), b.now)
              .actions.empty());
    id = b.stream(b.after_backoff(step, 800ms, 30s), "10");
  }
  auto step = b.machine.line_arrived(id, b.trouble(500), b.now);
  b.list(b.after_backoff(step, 800ms, 30s), "&limit=500");
}

TEST_CASE("refused and throttled watches keep their version", "[watch]") {
  bench b;
  auto id = b.synced();
  // Grows from 0.8 s by 2 with jitter up to 2, never beyond 30 s.
  milliseconds least = 800ms;
  for (int i = 0; i < 10; ++i) {
    auto step = b.machine.stream_ended(id, ended(end_kind::broken, 0), b.now);
    id = b.stream(b.after_backoff(step, std::min<milliseconds>(least, 30s),
                                  std::min<milliseconds>(least * 2, 30s)),
                  "10");
    least *= 2;
  }
  CHECK(b.machine.recent_failures() == 10);
  // Healthy for two minutes: from the start again.
  b.now += 120s;
  auto step = b.machine.stream_ended(id, ended(end_kind::broken, 0), b.now);
  id = b.stream(b.after_backoff(step, 800ms, 1600ms), "10");
  step = b.machine.stream_ended(id, ended(end_kind::broken, 429, 9s), b.now);
  id = b.stream(b.after_backoff(step, 9s, 9s), "10");
  step = b.machine.stream_ended(id, ended(end_kind::broken, 429, 9999s), b.now);
  id = b.stream(b.after_backoff(step, 120s, 120s), "10");
}

TEST_CASE("a refused version or a missing collection lists", "[watch]") {
  for (int status : {400, 404, 422}) {
    bench b;
    auto id = b.synced();
    auto step =
        b.machine.stream_ended(id, ended(end_kind::broken, status), b.now);
    CHECK(step.failure.http_status == status);
    b.list(b.after_backoff(step, 800ms, 1600ms), "&limit=500");
  }
}

TEST_CASE("a stream that ends at once is a failure", "[watch]") {
  bench b;
  auto id = b.synced();
  auto step =
      b.machine.stream_ended(id, ended(end_kind::finished, 200), b.now + 900ms);
  id = b.stream(b.after_backoff(step, 900ms, 2500ms), "10");
  // Unless it said something.
  (void)b.machine.line_arrived(id, b.line(watch_kind::bookmark, "11"), b.now);
  b.stream(b.machine.stream_ended(id, ended(end_kind::finished, 200), b.now),
           "11");
}

TEST_CASE("failing lists back off and start at the first page", "[watch]") {
  bench b;
  auto id = b.list(b.machine.started(), "&limit=500");
  auto step = b.machine.list_failed(id, http(503), 3s, b.now);
  CHECK(step.failure.context == "list pods ns");
  step = b.after_backoff(step, 3s, 3s);
  id = b.list(step, "&limit=500");
  step = b.machine.page_arrived(id, {"10", "c"}, b.now);
  id = b.list(step, "&limit=500&continue=c");
  step = b.machine.list_failed(id, http(0), 0s, b.now);
  id = b.list(b.after_backoff(step, 1600ms, 3200ms), "&limit=500");
  CHECK(b.machine.page_arrived(id, {"12", ""}, b.now).list_begins);
}

TEST_CASE("a continuation that expired asks for one piece", "[watch]") {
  bench b;
  auto id = b.list(b.machine.started(), "&limit=500");
  auto step = b.machine.page_arrived(id, {"10", "c"}, b.now);
  id = b.list(step, "&limit=500&continue=c");
  step = b.machine.list_failed(id, http(410), 0s, b.now);
  id = b.list(step, "");
  SECTION("which works") {
    step = b.machine.page_arrived(id, {"30", ""}, b.now);
    CHECK(step.list_begins);
    CHECK(step.list_complete);
    b.stream(step, "30");
  }
  SECTION("which fails, and then pages again") {
    step = b.machine.list_failed(id, http(504), 0s, b.now);
    b.list(b.after_backoff(step, 800ms, 1600ms), "&limit=500");
  }
}

TEST_CASE("an overflow and a broken frame list anew", "[watch]") {
  bench b;
  auto id = b.synced();
  CHECK(b.machine.overflowed(id - 1, b.now).actions.empty());
  auto step = b.machine.overflowed(id, b.now);
  CHECK(b.find<cancel_stream>(step)->id == id);
  auto list = b.list(b.after_backoff(step, 800ms, 1600ms), "&limit=500");
  CHECK(b.machine.stream_ended(id, ended(end_kind::cancelled, 200), b.now)
            .actions.empty());
  id = b.stream(b.machine.page_arrived(list, {"11", ""}, b.now), "11");
  step = b.machine.line_malformed(id, {errc::bad_reply, "x", {}, 0}, b.now);
  CHECK(b.find<cancel_stream>(step)->id == id);
  b.list(b.after_backoff(step, 1600ms, 3200ms), "&limit=500");
}

TEST_CASE("silence resumes, twice in a row lists", "[watch]") {
  bench b;
  auto id = b.synced();
  // Heard in between: only the rest of the limit is waited for.
  b.now += 200s;
  (void)b.machine.line_arrived(id, b.line(watch_kind::bookmark, "15"), b.now);
  b.now += 10s;
  auto step = b.machine.timer(b.now);
  REQUIRE(b.find<arm_timer_at>(step));
  b.now = b.find<arm_timer_at>(step)->at;
  CHECK(b.now - b.machine.last_heard() == 210s);
  step = b.machine.timer(b.now);
  CHECK(b.find<cancel_stream>(step)->id == id);
  CHECK_FALSE(step.failed);
  b.stream(step, "15");
  // Nothing at all from here on, as after a restore of etcd.
  b.now += 210s;
  step = b.machine.timer(b.now);
  b.stream(step, "15");
  b.now += 210s;
  step = b.machine.timer(b.now);
  b.list(step, "&limit=500");
}

TEST_CASE("a timer that comes early is set again", "[watch]") {
  bench b;
  auto id = b.synced();
  auto step = b.machine.stream_ended(id, ended(end_kind::broken, 0), b.now);
  auto at = b.find<arm_timer_at>(step)->at;
  step = b.machine.timer(at - 1ms);
  CHECK(b.find<arm_timer_at>(step)->at == at);
  CHECK(b.machine.current() == phase::backing_off);
  b.stream(b.machine.timer(at), "10");
}

TEST_CASE("jitter differs by name and repeats by name", "[watch]") {
  auto deadline = [](const char* name) {
    watch_machine m{pods, name};
    auto id = std::get<send_list>(m.started().actions.at(0)).id;
    auto step = m.page_arrived(id, {"1", ""}, time_point{1s});
    return std::get<open_watch>(step.actions.at(0)).deadline;
  };
  CHECK(deadline("a") == deadline("a"));
  CHECK(deadline("a") != deadline("b"));
}
