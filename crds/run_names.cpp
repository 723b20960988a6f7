#include "crds/run_names.hpp"

#include "crds/conf/spark_names.hpp"
#include "crds/parse.hpp"
#include "crds/text_checks.hpp"

namespace spark {

namespace {

/// That of a value of a label, and so of an application's name.
constexpr std::size_t most = 63;

std::string hash_of(std::string_view scheduled) {
  return sha256_hex(scheduled).substr(0, 10);
}

/// The beginning of a name, for people: any text makes a valid one.
std::string beginning(std::string_view scheduled, std::size_t size) {
  const auto out = app_name_label(scheduled).substr(0, size);
  return out.empty() ? "x" : out;
}

} // namespace

std::string run_name(std::string_view scheduled, std::int64_t tick) {
  const auto when = "-" + std::to_string(tick);
  auto whole = std::string{scheduled} + when;
  if (whole.size() <= most && check_pod_name(whole).empty())
    return whole;
  // After the last dash there is a letter, where a whole name has digits only:
  // no name is both.
  const auto rest = when + "-h" + hash_of(scheduled);
  return beginning(scheduled, most - rest.size()) + rest;
}

std::string schedule_label_value(std::string_view scheduled) {
  if (!scheduled.empty() && check_plain_label_value(scheduled).empty())
    return std::string{scheduled};
  // No name has the low line, so none is the label of another.
  const auto rest = "_" + hash_of(scheduled);
  return beginning(scheduled, most - rest.size()) + rest;
}

} // namespace spark
