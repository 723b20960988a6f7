#pragma once

#include "k8s/transport.hpp"

#include <memory>
#include <utility>

namespace spark::test {

/// Between an operator and the server: hands everything on, but for what a
/// derived class breaks on purpose.
class broken_transport : public transport {
public:
  explicit broken_transport(std::unique_ptr<transport> out)
      : out_{std::move(out)} {}

  void submit(op_id id, request what, on_reply done) override {
    out_->submit(id, std::move(what), std::move(done));
  }
  void open(op_id id, request what, on_chunk chunk, on_end end) override {
    out_->open(id, std::move(what), std::move(chunk), std::move(end));
  }
  void cancel(op_id id) override { out_->cancel(id); }

protected:
  std::unique_ptr<transport> out_;
};

} // namespace spark::test
