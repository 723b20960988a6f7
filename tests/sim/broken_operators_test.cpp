// Operators that were broken on purpose: the random histories must find each of
// them within a few seeds, or they would not find a bug of ours either.
#include "tests/sim/adversary.hpp"
#include "tests/sim/broken_transport.hpp"

#include <catch2/catch.hpp>

#include <iostream>

using namespace spark;
using namespace spark::test;

namespace {

/// Its writes may land long after it has settled.
class patient : public broken_transport {
public:
  using broken_transport::broken_transport;

  void submit(op_id id, request what, on_reply done) override {
    what.path = what.path.substr(0, what.path.find("?timeout="));
    broken_transport::submit(id, std::move(what), std::move(done));
  }
};

/// It writes on after its lease.
class unfenced : public broken_transport {
public:
  using broken_transport::broken_transport;

  void submit(op_id id, request what, on_reply done) override {
    what.not_after = {};
    broken_transport::submit(id, std::move(what), std::move(done));
  }
};

/// What was POSTed as a driver of that name, by any process.
using posted = std::map<std::string, request>;

/// Finds no driver where it has created one, now or in an earlier term, and
/// creates it again under the same number.
class insistent : public broken_transport {
public:
  insistent(std::unique_ptr<transport> out, std::shared_ptr<posted> sent)
      : broken_transport{std::move(out)}, sent_{std::move(sent)} {}

  void submit(op_id id, request what, on_reply done) override {
    auto path = what.path.substr(0, what.path.find('?'));
    if (what.method == verb::post && path.ends_with("/pods")) {
      auto name = text(json::parse(what.body), "/metadata/name");
      (*sent_)[path + "/" + name] = what;
    }
    bool looks = what.method == verb::get && sent_->count(path) > 0;
    if (!looks)
      return broken_transport::submit(id, std::move(what), std::move(done));
    broken_transport::submit(
        id, std::move(what), [this, path, done](op_id of, reply r) {
          if (r.how == sent::answered && r.status == 404)
            out_->submit(of + (op_id{1} << 40), sent_->at(path),
                         [](op_id, const reply&) {});
          done(of, std::move(r));
        });
  }

private:
  std::shared_ptr<posted> sent_;
};

/// The first seed that catches it, and with what words; 0: none.
struct verdict_of_seeds {
  std::uint64_t seed = 0;
  std::string why;
};

verdict_of_seeds catch_within(std::uint64_t seeds,
                              const transport_wrapper& wrap) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    simulation_options options;
    options.seed = seed;
    options.wrap = wrap;
    simulation sim{options};
    // Most of the harm is done by drivers that come late.
    sim.on_request = [&sim](const flight& f) {
      bool late = f.what->method == verb::post &&
                  parse_api_path(f.what->path).plural == "pods" &&
                  sim.draw(3) == 0;
      return fault{late ? fault::kind::land_late : fault::kind::none};
    };
    adversary a{sim};
    try {
      a.run();
    } catch (const violation& why) {
      std::string said = why.what();
      return {seed, said.substr(0, said.find("\n"))};
    }
  }
  return {};
}

} // namespace

TEST_CASE("an operator whose writes may land at any time is caught") {
  auto found = catch_within(100, [](std::unique_ptr<transport> out) {
    return std::make_unique<patient>(std::move(out));
  });
  std::cout << "late writes: " << found.why << "\n";
  CHECK(found.seed > 0);
}

TEST_CASE("an operator that creates a driver again is caught") {
  auto sent = std::make_shared<posted>();
  auto found = catch_within(50, [sent](std::unique_ptr<transport> out) {
    return std::make_unique<insistent>(std::move(out), sent);
  });
  std::cout << "again: " << found.why << "\n";
  CHECK(found.seed > 0);
}

TEST_CASE("an operator that writes after its lease is caught") {
  auto found = catch_within(50, [](std::unique_ptr<transport> out) {
    return std::make_unique<unfenced>(std::move(out));
  });
  std::cout << "unfenced: " << found.why << "\n";
  CHECK(found.seed > 0);
}
