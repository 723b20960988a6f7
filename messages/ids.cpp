#include "messages/ids.hpp"

#include <boost/uuid/name_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>

namespace spark {
namespace {

/// Drawn once for this project; changing it would change every submission id.
constexpr boost::uuids::uuid name_space{{0x6d, 0x0c, 0x1f, 0x2e, 0x8a, 0x51,
                                         0x4b, 0x0e, 0x9c, 0x37, 0x5f, 0x12,
                                         0xd4, 0xaa, 0x7b, 0x90}};

std::string without_dashes(std::string_view s) {
  std::string out{s};
  std::erase(out, '-');
  return out;
}

} // namespace

std::string submission_id(std::string_view app_uid, std::int64_t number) {
  boost::uuids::name_generator_sha1 generate{name_space};
  auto name = std::string{app_uid} + "/" + std::to_string(number);
  return boost::uuids::to_string(generate(name));
}

bool has_our_form(std::string_view submission_id) {
  constexpr std::size_t length = 36;
  constexpr std::size_t version_at = 14;
  return submission_id.size() == length && submission_id[version_at] == '5';
}

std::int64_t attempt_number(std::string_view app_uid,
                            std::string_view submission) {
  constexpr std::int64_t most = 4096;
  if (!has_our_form(submission))
    return 0;
  for (std::int64_t n = 1; n <= most; ++n)
    if (submission == submission_id(app_uid, n))
      return n;
  return 0;
}

std::string spark_application_id(std::string_view submission_id) {
  return "spark-" + without_dashes(submission_id);
}

std::string name_suffix(std::string_view submission_id) {
  return without_dashes(submission_id).substr(0, 16);
}

std::uint64_t jitter(std::string_view uid, std::int64_t attempt,
                     std::uint64_t range) {
  // FNV-1a: std::hash may differ between builds, and replays must not.
  std::uint64_t h = 14695981039346656037ull;
  auto mix = [&h](unsigned char c) {
    h ^= c;
    h *= 1099511628211ull;
  };
  for (char c : uid)
    mix(static_cast<unsigned char>(c));
  for (int shift = 0; shift < 64; shift += 8)
    mix(static_cast<unsigned char>(attempt >> shift));
  return range == 0 ? 0 : h % range;
}

} // namespace spark
