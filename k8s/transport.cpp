#include "k8s/transport.hpp"

#include "crds/cut_text.hpp"

#include <boost/json.hpp>

namespace spark {
namespace json = boost::json;
namespace {

struct status_body {
  std::string reason;
  std::string message;
};

status_body read_status(std::string_view body) {
  status_body out;
  boost::system::error_code ec;
  auto value = json::parse(body, ec);
  if (!ec && value.is_object()) {
    auto& o = value.as_object();
    if (auto* p = o.if_contains("reason"); p && p->is_string())
      out.reason = p->as_string().c_str();
    if (auto* p = o.if_contains("message"); p && p->is_string())
      out.message = p->as_string().c_str();
  }
  if (out.message.empty())
    out.message = cut_text(body, 300);
  return out;
}

errc code_of(int status, const status_body& body) {
  switch (status) {
  case 401:
    return errc::unauthorized;
  case 403:
    return body.message.find("exceeded quota") != std::string::npos
               ? errc::over_quota
               : errc::forbidden;
  case 404:
    return errc::not_found;
  case 408:
    return errc::no_reply;
  case 409:
    return body.reason == "AlreadyExists" ? errc::already_exists
                                          : errc::conflict;
  case 410:
    return errc::gone;
  case 429:
    return errc::throttled;
  default:
    return status >= 500 ? errc::server_error : errc::invalid;
  }
}

} // namespace

std::string_view to_string(verb v) noexcept {
  switch (v) {
  case verb::get:
    return "GET";
  case verb::post:
    return "POST";
  case verb::patch:
    return "PATCH";
  case verb::del:
    return "DELETE";
  }
  return "?";
}

error error_of_status(int status, std::string_view body, std::string context) {
  auto parsed = read_status(body);
  auto code = code_of(status, parsed);
  if (parsed.message.empty())
    parsed.message = "HTTP status " + std::to_string(status);
  return {code, std::move(parsed.message), std::move(context), status};
}

error error_of_reply(const reply& r, std::string context) {
  if (r.how == sent::answered)
    return error_of_status(r.status, r.body, std::move(context));
  auto e = r.why;
  e.code = r.how == sent::no ? errc::not_sent : errc::no_reply;
  e.context = std::move(context);
  return e;
}

} // namespace spark
