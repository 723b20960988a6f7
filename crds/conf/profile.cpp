#include "crds/conf/profile.hpp"

#include "crds/cut_text.hpp"
#include "crds/text_checks.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spark {
namespace {

constexpr std::array rows{
    version_profile{.major = 3,
                    .minor = 5,
                    .line = "3.5",
                    .reference = "3.5.7",
                    .claim_access_mode = "ReadWriteOnce"},
    version_profile{.major = 4,
                    .minor = 0,
                    .line = "4.0",
                    .reference = "4.0.1",
                    .label_placeholders = true,
                    .min_overhead_conf = true,
                    .sub_path_expr = true,
                    .host_path_type = true,
                    .size_needs_unit = true,
                    .claim_labels = true,
                    .claim_access_mode = "ReadWriteOncePod"},
    version_profile{.major = 4,
                    .minor = 1,
                    .line = "4.1",
                    .reference = "4.1.1",
                    .label_placeholders = true,
                    .image_placeholder = true,
                    .connect_port = true,
                    .min_overhead_conf = true,
                    .excludable_steps = true,
                    .sub_path_expr = true,
                    .host_path_type = true,
                    .size_needs_unit = true,
                    .claim_labels = true,
                    .claim_access_mode = "ReadWriteOncePod"},
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
