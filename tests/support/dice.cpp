#include "tests/support/dice.hpp"

namespace spark::test {

namespace {

constexpr std::string_view alnum =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

} // namespace

std::size_t dice::below(std::size_t n) {
  // splitmix64: the distributions of <random> differ between libraries.
  auto z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) % n;
}

std::int64_t dice::between(std::int64_t least, std::int64_t most) {
  return least +
         static_cast<std::int64_t>(below(std::size_t(most - least) + 1));
}

std::string dice::pick(std::initializer_list<std::string_view> from) {
  return std::string{from.begin()[below(from.size())]};
}

std::string dice::characters(std::size_t count, std::string_view of) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += of[below(of.size())];
  return out;
}

std::string dice::fresh(std::string_view stem) {
  return std::string{stem} + "-" + std::to_string(++names_);
}

// One roll a statement: the order within an expression is the compiler's.

std::string dice::directory() {
  auto out = pick({"/mnt/", "/data/", "/var/lib/", "/opt/app/", "/"});
  out += fresh(pick({"work", "input", "A_b.c", "x"}));
  return out;
}

int dice::port() {
  // Below Spark's 4040, 7078, 7079, 8090 and 15002, and none twice.
  return 1100 + 13 * ports_++;
}

std::string dice::relative_path() {
  return fresh(pick({"part", "a/b", "deep/er/file", ".hidden", "x.y"}));
}

std::string dice::name(std::size_t longest) {
  auto out = characters(1, alnum);
  out += characters(below(longest - 1), "abcXYZ019-_.");
  out += characters(1, alnum);
  return out;
}

std::string dice::key() {
  auto out = pick({"", "", "example.com/", "app.kubernetes.io/", "a-b.c/"});
  out += name(maybe(5) ? 63 : 12);
  return out;
}

std::string dice::label() {
  if (maybe(10))
    return {};
  return name(maybe(10) ? 63 : 20);
}

std::string dice::text() {
  return pick({"plain",
               "",
               "two words",
               "a,b,c",
               "x=y",
               "100",
               "true",
               "{\"json\": [1, 2]}",
               "back\\slash",
               "line\nbreak",
               "it's \"quoted\"",
               "größe 大きさ",
               "#comment",
               "!bang",
               "key: value",
               "https://example.com/?a=b&c=d",
               "$HOME/x",
               "tab\tstop",
               "${spark.app.id}",
               " blank at both ends "});
}

std::string dice::variable() {
  auto out = fresh(pick({"MODE", "_x", "Path", "SPARK_EXTRA", "A9"}));
  out[out.rfind('-')] = '_';
  return out;
}

std::string dice::cpu(std::int64_t least, std::int64_t most) {
  const auto tenths = between(least / 100, most / 100);
  if (maybe(50))
    return std::to_string(tenths * 100) + "m";
  auto out = std::to_string(tenths / 10);
  return tenths % 10 == 0 ? out : out + "." + std::to_string(tenths % 10);
}

std::string dice::bytes() {
  auto out = std::to_string(between(1, 512));
  out += pick({"Mi", "Gi", "M", "G"});
  return out;
}

std::string dice::image() {
  auto out = pick({"spark", "registry.example.com/team/spark",
                   "localhost:5000/spark", "ghcr.io/a/b-c_d"});
  out += pick({":3.5.7", ":4.1.1-scala", ":latest", "",
               "@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456"
               "789abcdef"});
  return out;
}

boost::json::object dice::labels() {
  boost::json::object out;
  for (auto n = between(1, 3); n > 0; --n)
    out[key()] = label();
  return out;
}

boost::json::object dice::annotations() {
  boost::json::object out;
  for (auto n = between(1, 3); n > 0; --n)
    out[key()] = text();
  return out;
}

} // namespace spark::test
