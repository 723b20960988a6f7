#pragma once

#include "actors/app/procedures.hpp"

#include <string>
#include <vector>

namespace spark::procedures {

/// Creates objects one after the other. Names are fixed, so meeting our own
/// object is success; a foreign one is left alone. One of ours with other
/// content is replaced, or updated where that is asked for.
class child_creation : public base {
public:
  struct named {
    std::string plural;
    boost::json::object object;
    bool in_place = false; ///< a ConfigMap whose data is updated
  };

  child_creation(effect what, procedure_context c, std::vector<named> objects);

  procedure_step next(const reply* last) final;

protected:
  /// The object is there, as `as_stored` says.
  virtual void on_ready(const named&, const boost::json::value& as_stored) {
    static_cast<void>(as_stored);
  }
  /// All are there, or `message` says of the first that is not why. `r`: the
  /// reply that said so, if there was one.
  virtual procedure_step finish(ending how, std::string message,
                                const reply& r) = 0;
  /// Replies to the requests that finish() has made.
  virtual procedure_step after_finish(const reply& r);

private:
  enum class doing { post, look, remove, update, finish };

  procedure_step post();
  procedure_step on_post(const reply& r);
  procedure_step on_look(const reply& r);
  procedure_step update(const boost::json::value& there);
  procedure_step ready(const reply& r);
  procedure_step stop(ending how, std::string message, const reply& r = {});
  [[nodiscard]] api_call look();
  [[nodiscard]] const std::string& plural() const;
  [[nodiscard]] std::string name() const;

  std::vector<named> objects_;
  std::size_t at_ = 0;
  doing doing_ = doing::post;
  std::string removed_; ///< uid
};

} // namespace spark::procedures
