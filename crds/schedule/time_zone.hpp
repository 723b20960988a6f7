#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace spark {

/// The local time of one place, by the machine's time zone database. A value;
/// any thread may use it. Of years after 2037 only the standard time is known.
class time_zone {
public:
  /// UTC, which needs no database.
  time_zone() = default;

  /// An IANA name such as Europe/Berlin; the error is a sentence.
  [[nodiscard]] static tl::expected<time_zone, std::string>
  find(std::string_view name);

  /// While local time is UTC plus one offset.
  struct period {
    std::chrono::sys_seconds begin;
    std::chrono::sys_seconds end; ///< the first instant after it
    std::chrono::seconds offset{0};
  };
  [[nodiscard]] period around(std::chrono::sys_seconds at) const;

  /// The first instant at which clocks show `local` or a later time: of a time
  /// that comes twice the first, of a time that is skipped the end of the gap.
  [[nodiscard]] std::chrono::sys_seconds
  first(std::chrono::local_seconds local) const;

private:
  explicit time_zone(const date::time_zone* zone) : zone_{zone} {}

  const date::time_zone* zone_ = nullptr; ///< lives as long as the program
};

/// The zone of this machine: that of the environment variable TZ if it names
/// one, else that of /etc/localtime, else UTC. Never throws.
[[nodiscard]] std::string local_zone_name();

} // namespace spark
