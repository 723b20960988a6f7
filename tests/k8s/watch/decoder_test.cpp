#include "k8s/bounded_json.hpp"
#include "k8s/watch/decoder.hpp"

#include <boost/json/value.hpp>
#include <catch2/catch.hpp>

using namespace spark;
using namespace std::chrono_literals;

namespace {

std::string name_of(const boost::json::object& o) {
  return o.at("metadata").at("name").as_string().c_str();
}

std::string event(const std::string& type, const std::string& name) {
  return R"({"type":")" + type + R"(","object":{"metadata":{"name":")" + name +
         R"(","resourceVersion":"12"}}})";
}

} // namespace

TEST_CASE("events are decoded and projected", "[watch]") {
  watch_decoder decoder;
  auto line = parse_watch_line(decoder, event("ADDED", "a"), name_of);
  REQUIRE(line);
  CHECK(line->kind == watch_kind::added);
  CHECK(line->resource_version == "12");
  CHECK(line->object == "a");
  CHECK(parse_watch_line(decoder, event("MODIFIED", "a"), name_of)->kind ==
        watch_kind::modified);
  CHECK(parse_watch_line(decoder, event("DELETED", "b"), name_of)->object ==
        "b");
}

TEST_CASE("a bookmark has no object", "[watch]") {
  watch_decoder decoder;
  auto line = parse_watch_line(decoder, event("BOOKMARK", ""), name_of);
  REQUIRE(line);
  CHECK(line->kind == watch_kind::bookmark);
  CHECK(line->resource_version == "12");
  CHECK_FALSE(line->object);
}

TEST_CASE("an error line brings its Status", "[watch]") {
  watch_decoder decoder;
  auto line = parse_watch_line(
      decoder,
      R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired",
       "message":"too old","details":{"retryAfterSeconds":3}}})",
      name_of);
  REQUIRE(line);
  CHECK(line->kind == watch_kind::error);
  CHECK(line->code == 410);
  CHECK(line->message == "too old");
  CHECK(line->retry_after == 3s);
  // Seen without a code.
  line = parse_watch_line(
      decoder, R"({"type":"ERROR","object":{"reason":"Expired"}})", name_of);
  CHECK(line->code == 410);
}

TEST_CASE("what is not a watch line fails", "[watch]") {
  watch_decoder decoder;
  for (const char* text :
       {"", "x", "[]", "{}", R"({"type":"ADDED"})",
        R"({"type":"ADDED","object":[]})", R"({"type":"NEW","object":{}})",
        R"({"type":"ADDED","object":{}})",
        R"({"type":"ADDED","object":{"metadata":{"resourceVersion":""}}})",
        R"({"type":"BOOKMARK","object":{"metadata":{}}} {})"}) {
    auto line = parse_watch_line(decoder, text, name_of);
    CHECK_FALSE(line);
  }
  std::string deep(200, '[');
  CHECK_FALSE(parse_watch_line(decoder, deep, name_of));
}

TEST_CASE("one deep object hides nothing else", "[watch]") {
  auto deep = std::string(5000, '[') + std::string(5000, ']');
  auto object =
      R"({"metadata":{"name":"a","resourceVersion":"12"},"spec":)" + deep + "}";
  watch_decoder decoder;
  auto line = parse_watch_line(
      decoder, R"({"type":"ADDED","object":)" + object + "}", name_of);
  REQUIRE(line);
  CHECK(line->object == "a");
  auto page =
      parse_list_page(decoder,
                      R"({"metadata":{"resourceVersion":"9"},"items":[)" +
                          object + "," + object + "]}",
                      name_of);
  REQUIRE(page);
  CHECK(page->items.size() == 2);
}

TEST_CASE("what is too deep becomes a word", "[watch]") {
  CHECK(without_deep_values("[[1,[2]],{\"a[\\\"\":{}}]", 2) ==
        "[[1,\"(nested too deeply)\"],{\"a[\\\"\":\"(nested too deeply)\"}]");
  CHECK(without_deep_values("[1, \"x\"]", 1) == "[1, \"x\"]");
  for (auto* torn : {"[[[", "[[\"", "]]]", "[[[\"\\"})
    CHECK_FALSE(parse_bounded(torn));
}

TEST_CASE("pages are decoded", "[watch]") {
  watch_decoder decoder;
  auto page = parse_list_page(
      decoder,
      R"({"kind":"PodList","metadata":{"resourceVersion":"9","continue":"c"},
       "items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})",
      name_of);
  REQUIRE(page);
  CHECK(page->resource_version == "9");
  CHECK(page->continue_token == "c");
  CHECK(page->items == std::vector<std::string>{"a", "b"});
  page = parse_list_page(
      decoder, R"({"metadata":{"resourceVersion":"9"},"items":null})", name_of);
  REQUIRE(page);
  CHECK(page->continue_token.empty());
  CHECK(page->items.empty());
  for (const char* text :
       {"", "{}", R"({"metadata":{}})",
        R"({"metadata":{"resourceVersion":"9"},"items":{}})",
        R"({"metadata":{"resourceVersion":"9"},"items":[1]})"})
    CHECK_FALSE(parse_list_page(decoder, text, name_of));
}
