#include "k8s/watch/line_splitter.hpp"

#include <catch2/catch.hpp>

#include <vector>

using spark::line_splitter;

namespace {

std::vector<std::string> lines_of(const std::vector<std::string>& chunks,
                                  line_splitter& splitter) {
  std::vector<std::string> out;
  for (auto& c : chunks)
    REQUIRE(splitter.feed(c, [&](std::string_view l) { out.emplace_back(l); }));
  return out;
}

using strings = std::vector<std::string>;

} // namespace

TEST_CASE("lines come out however they are cut", "[watch]") {
  const std::string text = "{\"a\":1}\n{\"b\":\"\xc3\xa4\"}\r\n\n{}\nrest";
  const strings expected{"{\"a\":1}", "{\"b\":\"\xc3\xa4\"}", "{}"};
  for (std::size_t size = 1; size <= text.size(); ++size) {
    line_splitter splitter;
    strings chunks;
    for (std::size_t at = 0; at < text.size(); at += size)
      chunks.push_back(text.substr(at, size));
    CHECK(lines_of(chunks, splitter) == expected);
    CHECK(splitter.pending() == 4);
  }
}

TEST_CASE("a line at the limit passes, a longer one never", "[watch]") {
  line_splitter splitter{4};
  CHECK(lines_of({"abcd\n", "ab", "cd", "\n"}, splitter) ==
        strings{"abcd", "abcd"});
  auto ignore = [](std::string_view) {};
  CHECK(splitter.feed("abc", ignore));
  auto r = splitter.feed("de\nx\n", ignore);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == spark::errc::bad_reply);
  CHECK_FALSE(splitter.feed("\n", ignore));
}
