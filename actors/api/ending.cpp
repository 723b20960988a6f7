#include "actors/api/ending.hpp"

namespace spark {

ending ending_of(const reply& r) {
  if (r.how == sent::no)
    return ending::retry;
  if (r.how == sent::maybe)
    return ending::unsure;
  if (r.status >= 200 && r.status < 300)
    return ending::done;
  auto e = error_of_status(r.status, r.body, "");
  switch (e.code) {
  case errc::already_exists:
    return ending::taken;
  case errc::conflict:
    return ending::conflict;
  case errc::throttled:
  case errc::unauthorized:
  case errc::over_quota:
    return ending::retry;
  case errc::server_error: {
    // 503 is answered before anything is stored, and so is a 500 that an
    // admission webhook caused; any other 5xx may hide a success.
    bool before_storage =
        r.status == 503 ||
        (r.status == 500 && e.message.find("webhook") != std::string::npos);
    return before_storage ? ending::retry : ending::unsure;
  }
  case errc::no_reply:
    return ending::unsure;
  default:
    return ending::refused;
  }
}

} // namespace spark
