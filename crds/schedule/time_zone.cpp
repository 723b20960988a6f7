#include "crds/schedule/time_zone.hpp"

#include "crds/text_checks.hpp"

#include <date/tz.h>

#include <cstdlib>
#include <exception>
#include <optional>

namespace spark {

namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

/// nullptr when the database has no such zone or cannot be read. The library
/// throws both where it looks for a zone and where it first reads it.
const date::time_zone* locate(std::string_view name) {
  try {
    const auto* zone = date::locate_zone(name);
    (void)zone->get_info(sys_seconds{});
    return zone;
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// The library reads the changes that a file lists, not the rule at its end
/// (RFC 8536) for those that follow. Files from "zic -b slim" list none of this
/// century: they would put all summers an hour off.
bool lists_changes(const char* name) {
  const auto* zone = locate(name);
  return zone &&
         zone->get_info(sys_days{2020y / 7 / 1}).end < sys_days{2021y / 7 / 1};
}

/// What is wrong with the database, "" if nothing.
const std::string& database_problem() {
  static const std::string problem = [] {
    if (!locate("Europe/London"))
      return "this machine has no time zone database (Debian: tzdata)";
    if (!lists_changes("Europe/London"))
      return "this machine's time zone database is of the kind \"slim\", which "
             "cannot be read; install Debian's tzdata";
    return "";
  }();
  return problem;
}

/// What TZ says: "Europe/Berlin", ":Europe/Berlin", or the path of its file.
std::optional<std::string> environment_zone() {
  const char* text = std::getenv("TZ");
  if (!text)
    return std::nullopt;
  std::string_view name = text;
  if (name.starts_with(':'))
    name.remove_prefix(1);
  constexpr std::string_view folder = "/zoneinfo/";
  if (const auto at = name.find(folder); at != name.npos)
    name.remove_prefix(at + folder.size());
  if (name.empty()) // as every C library has it
    return "UTC";
  return time_zone::find(name) ? std::optional{std::string{name}}
                               : std::nullopt;
}

} // namespace

tl::expected<time_zone, std::string> time_zone::find(std::string_view name) {
  if (name == "UTC")
    return time_zone{};
  if (!database_problem().empty())
    return tl::unexpected(database_problem());
  if (const auto* zone = locate(name))
    return time_zone{zone};
  return tl::unexpected("there is no time zone " + quoted(name) +
                        "; write a name such as Europe/Berlin or UTC");
}

time_zone::period time_zone::around(sys_seconds at) const {
  if (!zone_)
    return {sys_seconds::min(), sys_seconds::max()};
  const auto info = zone_->get_info(at);
  return {info.begin, info.end, info.offset};
}

sys_seconds time_zone::first(std::chrono::local_seconds local) const {
  const auto since = local.time_since_epoch();
  if (!zone_)
    return sys_seconds{since};
  return zone_->to_sys(date::local_seconds{since}, date::choose::earliest);
}

std::string local_zone_name() {
  try {
    if (auto named = environment_zone())
      return *named;
    const auto& name = date::current_zone()->name();
    if (time_zone::find(name))
      return name;
  } catch (const std::exception&) {
    // Without a database, or with an /etc/localtime that is not of it.
  }
  return "UTC";
}

} // namespace spark
