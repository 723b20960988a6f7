#include "actors/lease/lease_codec.hpp"

#include <catch2/catch.hpp>

using namespace spark;
using namespace std::chrono_literals;

namespace {

constexpr lease_machine::instant start{1h};

lease_record held_by(std::string who, std::string version = "7") {
  lease_record r;
  r.holder = std::move(who);
  r.duration = 15s;
  r.renewed = "t" + version;
  r.transitions = 4;
  r.resource_version = std::move(version);
  return r;
}

/// Wins a lease that nobody holds.
lease_machine leader() {
  lease_machine m{"a", {}};
  auto step = m.tick(start);
  REQUIRE(step.action == lease_action::look);
  step = m.looked(std::nullopt, start);
  REQUIRE(step.action == lease_action::create);
  step = m.written(held_by("a"), start + 100ms);
  REQUIRE(step.gained);
  return m;
}

} // namespace

TEST_CASE("a lease that does not exist is created and leads at once") {
  auto m = leader();
  CHECK(m.leading());
  CHECK(m.fence() == start + 15s); // from when the write was sent
}

TEST_CASE("a held lease is respected as long as we have seen it unchanged") {
  lease_machine m{"a", {}};
  (void)m.tick(start);
  CHECK(m.looked(held_by("b"), start).action == lease_action::none);
  // Its holder renews: the time starts again, whatever its clock says.
  (void)m.tick(start + 10s);
  CHECK(m.looked(held_by("b", "8"), start + 10s).action == lease_action::none);
  (void)m.tick(start + 24s);
  CHECK(m.looked(held_by("b", "8"), start + 24s).action == lease_action::none);
  (void)m.tick(start + 28s);
  auto step = m.looked(held_by("b", "8"), start + 28s);
  REQUIRE(step.action == lease_action::update);
  CHECK(step.acquiring);
  CHECK(step.wanted.holder == "a");
  CHECK(step.wanted.transitions == 5);
  CHECK(step.wanted.resource_version == "8");
}

TEST_CASE("a released lease is taken without waiting") {
  lease_machine m{"a", {}};
  (void)m.tick(start);
  CHECK(m.looked(held_by(""), start).action == lease_action::update);
}

TEST_CASE("a leader renews every retry period and keeps its term") {
  auto m = leader();
  CHECK(m.tick(start + 1s).action == lease_action::none);
  auto step = m.tick(start + 5s);
  REQUIRE(step.action == lease_action::update);
  CHECK_FALSE(step.acquiring);
  CHECK(step.wanted.transitions == 4);
  (void)m.written(held_by("a", "9"), start + 5s + 50ms);
  CHECK(m.fence() == start + 20s);
}

TEST_CASE("a leader that cannot renew stops at the renew deadline") {
  auto m = leader();
  REQUIRE(m.tick(start + 5s).action == lease_action::update);
  CHECK_FALSE(m.failed(start + 8s).lost);
  (void)m.tick(start + 10s);
  auto step = m.tick(start + 14s);
  CHECK(step.lost);
  CHECK_FALSE(m.leading());
}

TEST_CASE("a leader that sees another holder stops at once") {
  auto m = leader();
  REQUIRE(m.tick(start + 5s).action == lease_action::update);
  CHECK_FALSE(m.failed(start + 5s + 20ms).lost); // a conflict
  REQUIRE(m.tick(start + 6s + 20ms).action == lease_action::look);
  CHECK(m.looked(held_by("b", "9"), start + 6s + 40ms).lost);
  CHECK_FALSE(m.leading());
}

TEST_CASE("a write that is accepted after the deadline does not count") {
  auto m = leader();
  REQUIRE(m.tick(start + 5s).action == lease_action::update);
  auto step = m.written(held_by("a", "9"), start + 15s);
  CHECK(step.lost);
  CHECK_FALSE(step.gained);
}

TEST_CASE("a leader releases with an empty holder; others release nothing") {
  auto m = leader();
  m.stop();
  auto record = m.release();
  REQUIRE(record);
  CHECK(record->holder.empty());
  CHECK(record->duration == 1s);
  CHECK_FALSE(m.release());
}

TEST_CASE("who stops asks for nothing more and waits for what is under way") {
  auto m = leader();
  REQUIRE(m.tick(start + 5s).action == lease_action::update);
  m.stop();
  CHECK(m.busy());
  CHECK_FALSE(m.release());
  CHECK(m.written(held_by("a", "9"), start + 6s).action == lease_action::none);
  CHECK_FALSE(m.busy());
  CHECK(m.tick(start + 20s).action == lease_action::none);
  auto record = m.release();
  REQUIRE(record);
  CHECK(record->resource_version == "9");
}

TEST_CASE("who stops while it is winning has something to give back") {
  lease_machine m{"a", {}};
  REQUIRE(m.tick(start).action == lease_action::look);
  SECTION("looking") {
    m.stop();
    CHECK(m.looked(held_by(""), start).action == lease_action::none);
    CHECK_FALSE(m.release());
  }
  SECTION("writing") {
    REQUIRE(m.looked(held_by(""), start).action == lease_action::update);
    m.stop();
    CHECK_FALSE(m.written(held_by("a", "8"), start).gained);
    CHECK(m.release());
  }
  SECTION("losing the race") {
    REQUIRE(m.looked(held_by(""), start).action == lease_action::update);
    m.stop();
    CHECK(m.failed(start).action == lease_action::none);
    CHECK_FALSE(m.release());
  }
}

TEST_CASE("what is written as a Lease is read back") {
  auto record = held_by("a");
  auto object = write_lease(record, {"ns", "lock"}, true, from_millis(1500));
  auto read = read_lease(boost::json::value(object));
  REQUIRE(read);
  CHECK(read->holder == "a");
  CHECK(read->duration == 15s);
  CHECK(read->transitions == 4);
  CHECK(read->renewed == "1970-01-01T00:00:01.500000Z");
  CHECK(object.at("spec").as_object().contains("acquireTime"));
  CHECK_FALSE(read_lease("no object"));
}
