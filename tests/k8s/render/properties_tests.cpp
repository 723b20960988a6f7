#include "k8s/render/properties.hpp"

#include <catch2/catch.hpp>

namespace spark {
namespace {

TEST_CASE("values are escaped as Properties.store does") {
  struct row {
    std::string value;
    std::string escaped;
  };
  auto [value, escaped] = GENERATE(values<row>({
      {"", ""},
      {"plain", "plain"},
      {"two words", "two words"},
      {"  lead", "\\  lead"},
      {"trail ", "trail "},
      {"a\tb\nc\rd\fe", "a\\tb\\nc\\rd\\fe"},
      {"=:#!", "\\=\\:\\#\\!"},
      {"back\\slash", "back\\\\slash"},
      {"k8s://https://h:443", "k8s\\://https\\://h\\:443"},
      {"äöü € 😀", "äöü € 😀"},
      {std::string("a\x01z", 3), std::string("a\x01z", 3)},
  }));
  CHECK(escape_property_value(value) == escaped);
}

TEST_CASE("keys escape every blank") {
  CHECK(escape_property_key(" a b ") == "\\ a\\ b\\ ");
  CHECK(escape_property_key("a=b:c#d!e\\f") == "a\\=b\\:c\\#d\\!e\\\\f");
}

TEST_CASE("dates are Java's") {
  CHECK(java_date(0) == "Thu Jan 01 00:00:00 UTC 1970");
  CHECK(java_date(1795423465123) == "Mon Nov 23 08:44:25 UTC 2026");
  CHECK(java_date(1709164799999) == "Wed Feb 28 23:59:59 UTC 2024");
  CHECK(java_date(1709164800000) == "Thu Feb 29 00:00:00 UTC 2024");
  CHECK(java_date(-1) == "Wed Dec 31 23:59:59 UTC 1969");
}

TEST_CASE("a whole file") {
  CHECK(to_properties({{"spark.b", "1"}, {"spark.a", "x y"}}, "made by", 0) ==
        "#made by\n#Thu Jan 01 00:00:00 UTC 1970\n"
        "spark.a=x y\nspark.b=1\n");
  CHECK(to_properties({}, "c", 0) == "#c\n#Thu Jan 01 00:00:00 UTC 1970\n");
}

} // namespace
} // namespace spark
