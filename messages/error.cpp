#include "messages/error.hpp"

namespace spark {

retry_class retry_class_of(errc code) noexcept {
  switch (code) {
  case errc::not_sent:
  case errc::unauthorized:
  case errc::over_quota:
  case errc::throttled:
  case errc::io:
    return retry_class::later;
  case errc::no_reply:
  case errc::conflict:
  case errc::already_exists:
  case errc::gone:
  case errc::server_error:
  case errc::bad_reply:
  case errc::cancelled:
    return retry_class::look_first;
  case errc::forbidden:
  case errc::not_found:
  case errc::invalid:
  case errc::bad_input:
  case errc::internal:
    return retry_class::never;
  }
  return retry_class::never;
}

std::string_view to_string(errc code) noexcept {
  switch (code) {
  case errc::not_sent:
    return "not_sent";
  case errc::no_reply:
    return "no_reply";
  case errc::unauthorized:
    return "unauthorized";
  case errc::forbidden:
    return "forbidden";
  case errc::over_quota:
    return "over_quota";
  case errc::not_found:
    return "not_found";
  case errc::already_exists:
    return "already_exists";
  case errc::conflict:
    return "conflict";
  case errc::gone:
    return "gone";
  case errc::invalid:
    return "invalid";
  case errc::throttled:
    return "throttled";
  case errc::server_error:
    return "server_error";
  case errc::cancelled:
    return "cancelled";
  case errc::bad_reply:
    return "bad_reply";
  case errc::bad_input:
    return "bad_input";
  case errc::io:
    return "io";
  case errc::internal:
    return "internal";
  }
  return "unknown";
}

std::string to_string(const error& e) {
  return e.context.empty() ? e.message : e.context + ": " + e.message;
}

} // namespace spark
