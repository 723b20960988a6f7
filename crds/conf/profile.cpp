#include "crds/conf/profile.hpp"

#include "crds/cut_text.hpp"
#include "crds/text_checks.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spark {
namespace {

// Each line is the one after it without what that one brought, so that a step
// is written once.

constexpr version_profile named(version_profile row, int major, int minor,
                                std::string_view line,
                                std::string_view reference) {
  row.major = major;
  row.minor = minor;
  row.line = line;
  row.reference = reference;
  return row;
}

constexpr version_profile before_3_4() {
  version_profile row;
  row.template_ports = false;
  row.ip_families = false;
  return row;
}

constexpr version_profile before_3_3() {
  auto row = before_3_4();
  row.name_labels = false;
  row.role_factor = false;
  row.role_scheduling = false;
  return row;
}

constexpr version_profile before_3_1() {
  auto row = before_3_3();
  row.python_interpreters = false;
  row.proxy_user = false;
  row.claims = false;
  row.nfs = false;
  row.executor_account = false;
  row.archives = false;
  return row;
}

constexpr version_profile from_4_0() {
  version_profile row;
  row.label_placeholders = true;
  row.min_overhead_conf = true;
  row.sub_path_expr = true;
  row.host_path_type = true;
  row.size_needs_unit = true;
  row.claim_labels = true;
  row.claim_access_mode = "ReadWriteOncePod";
  return row;
}

constexpr version_profile from_4_1() {
  auto row = from_4_0();
  row.image_placeholder = true;
  row.connect_port = true;
  row.excludable_steps = true;
  row.executor_grace = true;
  return row;
}

constexpr version_profile from_4_2() {
  auto row = from_4_1();
  row.network_policy = true;
  row.connect_protocol = true;
  return row;
}

constexpr version_profile from_4_3() {
  auto row = from_4_2();
  row.no_escalation = true;
  return row;
}

constexpr std::array rows{
    named(before_3_1(), 3, 0, "3.0", "3.0.3"),
    named(before_3_3(), 3, 1, "3.1", "3.1.3"),
    named(before_3_3(), 3, 2, "3.2", "3.2.4"),
    named(before_3_4(), 3, 3, "3.3", "3.3.4"),
    named(version_profile{}, 3, 4, "3.4", "3.4.4"),
    named(version_profile{}, 3, 5, "3.5", "3.5.7"),
    named(from_4_0(), 4, 0, "4.0", "4.0.1"),
    named(from_4_1(), 4, 1, "4.1", "4.1.1"),
    named(from_4_2(), 4, 2, "4.2", "4.2.1"),
    named(from_4_3(), 4, 3, "4.3", "4.3.0"),
};

struct parsed_version {
  int major = 0;
  int minor = 0;
  bool has_patch = false;
  std::string text; ///< without a leading v
};

std::optional<int> take_number(std::string_view& rest) {
  int value = 0;
  auto [end, ec] =
      std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (ec != std::errc{} || value < 0)
    return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

bool take_dot(std::string_view& rest) {
  if (!rest.starts_with('.'))
    return false;
  rest.remove_prefix(1);
  return true;
}

std::optional<parsed_version> parse_version(std::string_view text) {
  if (text.starts_with('v'))
    text.remove_prefix(1);
  parsed_version out{.text = std::string{text}};
  auto rest = text;
  auto major = take_number(rest);
  if (!major || !take_dot(rest))
    return std::nullopt;
  auto minor = take_number(rest);
  if (!minor)
    return std::nullopt;
  out.major = *major;
  out.minor = *minor;
  out.has_patch = take_dot(rest) && take_number(rest).has_value();
  return out;
}

bool is_label_value(std::string_view s) {
  auto alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9');
  };
  auto inner = [&](char c) {
    return alnum(c) || c == '-' || c == '_' || c == '.';
  };
  return !s.empty() && s.size() <= 63 && alnum(s.front()) && alnum(s.back()) &&
         std::ranges::all_of(s, inner);
}

const version_profile& nearest(const parsed_version& v) {
  const version_profile* found = &rows.front();
  for (const auto& row : rows)
    if (row.major < v.major || (row.major == v.major && row.minor <= v.minor))
      found = &row;
  return *found;
}

} // namespace

std::span<const version_profile> version_profiles() noexcept { return rows; }

chosen_profile choose_profile(std::string_view requested) {
  auto newest = [](std::optional<std::string> warning) {
    const auto& row = rows.back();
    return chosen_profile{&row, std::string{row.reference}, std::move(warning)};
  };
  if (requested.empty())
    return newest(std::nullopt);
  auto parsed = parse_version(requested);
  if (!parsed)
    return newest(quoted(requested) + " is not a version: runs as Spark " +
                  std::string{rows.back().line});
  const auto& row = nearest(*parsed);
  chosen_profile out{&row, std::string{row.reference}, std::nullopt};
  if (parsed->has_patch && is_label_value(parsed->text))
    out.version = parsed->text;
  if (row.major != parsed->major || row.minor != parsed->minor)
    out.warning = "Spark " + cut_text(parsed->text, 80) +
                  " is not known to this operator: runs as Spark " +
                  std::string{row.line};
  return out;
}

} // namespace spark
