// Operators whose rules were bent on purpose, by changing what they read of a
// spec or what they write: short lives must find each of them soon, and for
// the right reason.
#include "tests/sim/broken_transport.hpp"
#include "tests/sim/short_life.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <set>

using namespace spark;
using namespace spark::test;

namespace {

/// What is wrong with an operator, and what the judge must say of it.
struct flaw {
  std::string name;
  std::string verdict;
  std::function<void(std::string& text)> reads{};
  std::function<void(json::object& status)> writes{};
  bool keeps_drivers = false;
  bool needs_refusals = false; ///< shows where no driver may be made
};

/// An operator with a flaw, as far as a server can tell.
class bent : public broken_transport {
public:
  bent(std::unique_ptr<transport> out, const flaw& what)
      : broken_transport{std::move(out)}, flaw_{what} {}

  void submit(op_id id, request what, on_reply done) override {
    if (flaw_.keeps_drivers)
      look_away(what);
    if (flaw_.writes && what.path.find("/status") != std::string::npos)
      bend_status(what);
    broken_transport::submit(id, std::move(what),
                             [this, done](op_id of, reply r) {
                               if (flaw_.reads)
                                 flaw_.reads(r.body);
                               done(of, std::move(r));
                             });
  }

  void open(op_id id, request what, on_chunk chunk, on_end end) override {
    auto line = std::make_shared<std::string>();
    broken_transport::open(
        id, std::move(what),
        [this, line, chunk](op_id of, std::string_view text) {
          line->append(text);
          auto whole = line->substr(0, line->rfind('\n') + 1);
          line->erase(0, whole.size());
          if (flaw_.reads)
            flaw_.reads(whole);
          if (!whole.empty())
            chunk(of, whole);
        },
        std::move(end));
  }

private:
  /// It takes every driver that it should delete for one that is gone.
  void look_away(request& what) {
    auto path = what.path.substr(0, what.path.find('?'));
    if (what.method == verb::del && path.find("/pods/") != std::string::npos)
      kept_.insert(path);
    if (kept_.count(path) > 0)
      what.path = path + "-elsewhere";
  }

  void bend_status(request& what) const {
    auto body = json::parse(what.body);
    if (auto* status = body.as_object().if_contains("status"))
      flaw_.writes(status->as_object());
    what.body = json::serialize(body);
  }

  const flaw& flaw_;
  std::set<std::string> kept_;
};

/// "name":N becomes N + by, wherever it stands.
void shift(std::string& text, const std::string& name, std::int64_t by,
           std::int64_t least) {
  auto key = "\"" + name + "\":";
  for (auto at = text.find(key); at != std::string::npos;
       at = text.find(key, at + 1)) {
    auto* begin = text.data() + at + key.size();
    std::int64_t n = 0;
    auto end = std::from_chars(begin, text.data() + text.size(), n).ptr;
    auto to = std::to_string(std::max(least, n + by));
    text.replace(at + key.size(), static_cast<std::size_t>(end - begin), to);
  }
}

std::function<void(std::string&)> shifts(const char* name, std::int64_t by,
                                         std::int64_t least) {
  return [=](std::string& text) { shift(text, name, by, least); };
}

std::function<void(std::string&)> misreads(std::string what, std::string as) {
  return [=](std::string& text) {
    for (auto at = text.find(what); at != std::string::npos;
         at = text.find(what, at + as.size()))
      text.replace(at, what.size(), as);
  };
}

void unfinish(json::object& status) {
  if (auto* list = status.if_contains("conditions"); list && list->is_array())
    for (auto& c : list->get_array())
      if (text(c, "/type") == "Finished")
        c.as_object()["status"] = "False";
}

/// The number of the attempt before.
void claim_again(json::object& status) {
  auto* claim = status.if_contains("claim");
  auto* n = claim && claim->is_object()
                ? claim->get_object().if_contains("number")
                : nullptr;
  if (n && n->to_number<std::int64_t>() > 1)
    *n = n->to_number<std::int64_t>() - 1;
}

std::vector<flaw> flaws() {
  auto misled = std::make_shared<int>(0);
  return {
      {"retries once too often", "which its policy does not want",
       shifts("onFailureRetries", 1, 0)},
      {"submits once too often",
       "which its policy does not want",
       shifts("onSubmissionFailureRetries", 1, 0),
       {},
       false,
       true},
      {"never retries", "although its policy wants another attempt",
       misreads(R"("type":"OnFailure")", R"("type":"Never")")},
      {"retries too soon", "runs again before",
       shifts("onFailureRetryInterval", -3, 1)},
      {"deletes too early", "before its time",
       shifts("timeToLiveSeconds", -5, 0)},
      {"deletes too late", "after its time",
       shifts("timeToLiveSeconds", 90, 0)},
      {"runs what is suspended", "although it is suspended",
       misreads(R"("suspend":true)", R"("suspend":false)")},
      {"keeps drivers", "SUSPENDED while there is the driver", {}, {}, true},
      {"claims a number twice", "submission id changed", {}, claim_again},
      {"says nothing of the end",
       "ended, at no time",
       {},
       [](json::object& status) { status.erase("terminationTime"); }},
      {"is never finished", "condition Finished", {}, unfinish},
      {"writes and writes",
       "although nothing happened",
       {},
       [misled](json::object& status) {
         status["sparkApplicationId"] = std::to_string(++*misled);
       }},
      {"says too much",
       "a status of",
       {},
       [](json::object& status) {
         status["applicationState"] = {
             {"errorMessage", std::string(20000, 'x')}};
       }},
  };
}

fault no_drivers(const flight& f) {
  fault out;
  if (f.what->method == verb::post &&
      f.what->path.find("/pods?") != std::string::npos) {
    out.what = fault::kind::answer;
    out.status = 403;
    out.message = "no driver may be made here";
  }
  return out;
}

/// The first seed that tells, and with which words.
std::pair<std::uint64_t, std::string> catch_within(std::uint64_t seeds,
                                                   const flaw& what) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto options = short_life::options(seed);
    options.wrap = [&what](std::unique_ptr<transport> out) {
      return std::make_unique<bent>(std::move(out), what);
    };
    simulation sim{options};
    if (what.needs_refusals)
      sim.on_request = no_drivers;
    short_life life{sim};
    try {
      life.run();
    } catch (const violation& why) {
      std::string said = why.what();
      said = said.substr(0, said.find('\n'));
      if (said.find(what.verdict) != std::string::npos)
        return {seed, said};
    }
  }
  return {};
}

} // namespace

TEST_CASE("an operator whose rules are bent is caught for it") {
  for (auto& what : flaws()) {
    auto [seed, said] = catch_within(400, what);
    std::cout << what.name << ": " << said << "\n";
    INFO(what.name);
    CHECK(seed > 0);
  }
}
