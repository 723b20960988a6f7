#include "tests/support/api_answers.hpp"

#include <fmt/format.h>

namespace spark::test {
namespace {

std::string_view reason_of(int status) {
  switch (status) {
  case 400:
    return "BadRequest";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "NotFound";
  case 409:
    return "Conflict";
  case 410:
    return "Expired";
  case 415:
    return "UnsupportedMediaType";
  case 422:
    return "Invalid";
  case 429:
    return "TooManyRequests";
  case 500:
    return "InternalError";
  case 503:
    return "ServiceUnavailable";
  case 504:
    return "Timeout";
  default:
    return "Unknown";
  }
}

std::string quoted(const api_path& where) {
  return fmt::format("{} \"{}\"", where.collection(), where.name);
}

} // namespace

api_answer failure(int status, std::string message, std::string_view reason) {
  if (reason.empty())
    reason = reason_of(status);
  return {status,
          {{"kind", "Status"},
           {"apiVersion", "v1"},
           {"metadata", json::object{}},
           {"status", "Failure"},
           {"message", message},
           {"reason", reason},
           {"code", status}}};
}

api_answer not_found(const api_path& where) {
  return failure(404, quoted(where) + " not found");
}

api_answer already_exists(const api_path& where, const std::string& name) {
  return failure(
      409, fmt::format("{} \"{}\" already exists", where.collection(), name),
      "AlreadyExists");
}

api_answer conflict(const api_path& where, const std::string& why) {
  return failure(409, "Operation cannot be fulfilled on " + quoted(where) +
                          ": " + why);
}

api_answer modified(const api_path& where) {
  return conflict(where, "the object has been modified; please apply your "
                         "changes to the latest version and try again");
}

api_answer other_uid(const api_path& where, const std::string& wanted,
                     const std::string& found) {
  return conflict(where, fmt::format("Precondition failed: UID in "
                                     "precondition: {}, UID in object meta: {}",
                                     wanted, found));
}

api_answer invalid(const api_path& where, const std::string& name,
                   const std::string& why) {
  return failure(422, fmt::format("{} \"{}\" is invalid: {}",
                                  where.collection(), name, why));
}

api_answer expired() {
  return failure(410, "The resourceVersion for the provided list or watch is "
                      "too old.");
}

api_answer too_large_version(const std::string& wanted, std::uint64_t current) {
  auto out = failure(504, fmt::format("Too large resource version: {}, "
                                      "current: {}",
                                      wanted, current));
  json::object cause{{"reason", "ResourceVersionTooLarge"},
                     {"message", "Too large resource version"}};
  out.body.as_object()["details"] =
      json::object{{"causes", json::array{cause}}, {"retryAfterSeconds", 1}};
  out.retry_after = std::chrono::seconds{1};
  return out;
}

api_answer deleted(const api_path& where, const std::string& uid) {
  return {200,
          {{"kind", "Status"},
           {"apiVersion", "v1"},
           {"metadata", json::object{}},
           {"status", "Success"},
           {"details",
            {{"name", where.name},
             {"group", where.group},
             {"kind", where.plural},
             {"uid", uid}}}}};
}

} // namespace spark::test
