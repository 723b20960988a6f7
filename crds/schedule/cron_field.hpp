#pragma once

#include "crds/schedule/misread.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace spark {

/// A part of a text, and where it begins: bytes from 0.
struct text_part {
  std::string_view text;
  std::size_t at = 0;
};

/// The parts between separators; empty ones too.
[[nodiscard]] std::vector<text_part> split(text_part whole, char separator);

/// The numbers that a field of a cron expression takes.
struct field_range {
  std::string_view name;
  unsigned least;
  unsigned most;
  unsigned also; ///< written for `least`: day of week 7; else `most`
  std::span<const std::string_view> words; ///< what stands for least, least+1…
};

extern const field_range minute_field;
extern const field_range hour_field;
extern const field_range day_field;
extern const field_range month_field;
extern const field_range weekday_field;

struct field_set {
  std::uint64_t bits = 0; ///< the bit N stands for N
  bool star = false;      ///< has a `*` or `?` that leaves nothing out
};

[[nodiscard]] tl::expected<field_set, misread>
parse_field(const field_range& range, text_part field);

} // namespace spark
