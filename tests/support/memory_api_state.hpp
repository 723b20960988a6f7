#pragma once

#include "tests/support/memory_api_server.hpp"

namespace spark::test {

/// Shared with the transport, which may outlive a crash of its client.
struct memory_api_server::client_state {
  std::string name;
  bool dead = false;
};

struct memory_api_server::request_state {
  std::uint64_t ticket = 0;
  client_state* client = nullptr;
  op_id id = 0;
  request what;
  transport::on_reply done; ///< null: the client does not wait (any more)
  manual_clock::steady_point sent_at;
  milliseconds server_limit{0};
  fault trouble;
  std::optional<reply> answer;
  bool executed = false; ///< or dropped: the server is done with it

  [[nodiscard]] flight seen() const {
    return {ticket, client->name, &what, executed, done != nullptr};
  }
};

struct memory_api_server::stream_state {
  client_state* client = nullptr;
  std::shared_ptr<watch_stream> stream;
  fault trouble;
};

class memory_api_server::client_transport : public transport {
public:
  client_transport(memory_api_server& server, std::shared_ptr<client_state> who)
      : server_{server}, who_{std::move(who)} {}
  ~client_transport() override {
    if (!who_->dead)
      server_.close(*who_);
  }
  void submit(op_id id, request what, on_reply done) override {
    if (!who_->dead)
      server_.submit(*who_, id, std::move(what), std::move(done));
  }
  void open(op_id id, request what, on_chunk chunk, on_end end) override {
    if (!who_->dead)
      server_.open(*who_, id, std::move(what), std::move(chunk),
                   std::move(end));
  }
  void cancel(op_id id) override {
    if (!who_->dead)
      server_.cancel(*who_, id);
  }

private:
  memory_api_server& server_;
  std::shared_ptr<client_state> who_;
};

} // namespace spark::test
