#pragma once

#include "store/journal.hpp"

#include <string_view>

namespace spark::replay {

/// A journal holds the histories of both, in rows of the same form.
enum class stream_kind { application, schedule };

inline constexpr stream_kind all_kinds[] = {stream_kind::application,
                                            stream_kind::schedule};

/// Told by the phase: no name is one of both machines.
[[nodiscard]] stream_kind kind_of(const journal_stream& s);

/// "application"
[[nodiscard]] std::string_view noun_of(stream_kind k);

} // namespace spark::replay
