#include "k8s/client/curl_transport.hpp"

#include "k8s/client/curl_loop.hpp"

#include <array>
#include <stdexcept>

namespace spark {
namespace {

void start_curl() {
  static const CURLcode rc = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (rc != CURLE_OK)
    throw std::runtime_error{curl_easy_strerror(rc)};
}

curl_options for_lease(curl_options options) {
  options.timeouts_before_reconnect = 1;
  return options;
}

class curl_transport final : public transport {
public:
  curl_transport(const std::shared_ptr<credential_source>& source,
                 const curl_options& options)
      : lanes_{curl_loop{source, for_lease(options)},
               curl_loop{source, options}, curl_loop{source, options}} {}

  ~curl_transport() override {
    // All at once, so that closing takes as long as the slowest.
    for (auto& lane : lanes_)
      lane.stop();
  }

  void submit(op_id id, request what, on_reply done) override {
    begin(id, std::move(what), request_callbacks{std::move(done)});
  }

  void open(op_id id, request what, on_chunk chunk, on_end end) override {
    begin(id, std::move(what),
          stream_callbacks{std::move(chunk), std::move(end)});
  }

  void cancel(op_id id) override {
    // The lane that has it knows the id; its queue keeps the order.
    for (auto& lane : lanes_)
      lane.cancel(id);
  }

private:
  void begin(op_id id, request what, curl_operation::callbacks to) {
    auto& lane = lanes_.at(static_cast<std::size_t>(what.where));
    lane.start(std::make_unique<curl_operation>(
        id, std::move(what), std::move(to), curl_operation::clock::now()));
  }

  std::array<curl_loop, 3> lanes_; // in the order of enum lane
};

} // namespace

std::unique_ptr<transport>
make_curl_transport(std::shared_ptr<credential_source> credentials,
                    curl_options options) {
  start_curl();
  return std::make_unique<curl_transport>(credentials, options);
}

} // namespace spark
