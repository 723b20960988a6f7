// Whatever object an API server sends, reading what we need of it neither
// crashes nor keeps more than its bound.
#include "actors/lease/lease_codec.hpp"
#include "messages/observed.hpp"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

using namespace spark;

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

void check(const driver_fact& d) {
  constexpr std::size_t most = 512 + 3; // and "..."
  require(d.message.size() <= most && d.waiting_message.size() <= most);
}

void check_lease(const boost::json::value& object) {
  auto lease = read_lease(object);
  if (!lease)
    return;
  auto again = read_lease(write_lease(*lease, {"ns", "lease"}, true, {}));
  require(again.has_value());
  again->renewed = lease->renewed; // written as now
  require(*again == *lease);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  boost::json::error_code code;
  const auto object =
      boost::json::parse({reinterpret_cast<const char*>(data), size}, code);
  if (code)
    return 0;
  if (auto app = read_application(object, {})) {
    require(!app->key.name.empty() && !app->uid.empty() && app->spec);
    require(app->fact.refusal.size() <= 1024 + 3);
  }
  if (auto pod = read_pod(object)) {
    require(!pod->key.name.empty());
    check(pod->driver);
  }
  check(read_driver(object));
  (void)controller_uid(object);
  check_lease(object);
  return 0;
}
