#pragma once

#include "crds/conf/ingress_url.hpp"
#include "k8s/render/submission.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spark {

/// Objects beside the driver that make it reachable or keep it from being
/// evicted: its web UI's Service and Ingress, those of driverIngressOptions,
/// its PodDisruptionBudget (operator-behaviour §6). Names are the same in every
/// attempt.
struct companion {
  std::string plural; ///< services, ingresses, poddisruptionbudgets
  boost::json::object object;
  /// It is there already, belongs to the attempt, and is changed in place: the
  /// ConfigMap of the executors' template.
  bool in_place = false;
  [[nodiscard]] std::string name() const;
};

struct companions {
  std::vector<companion> objects;
  // What driverInfo says of the web UI; empty where there is none.
  std::string ui_service;
  std::int64_t ui_port = 0; ///< of the Service
  std::string ui_ingress;
  std::string ui_ingress_address;
};

/// Pure. The error says what cannot be made, and which flag or field to change.
[[nodiscard]] result<companions> render_companions(const submission_input& in);

/// Adds the template of executors to come, where it is one that can change.
[[nodiscard]] result<void> add_executor_template(companions& to,
                                                 const submission_input& in);

/// render_companions() would make any.
[[nodiscard]] bool asks_for_companions(const spark_application_spec& spec,
                                       const companion_settings& set);

/// Where the Ingress of the web UI is; nothing: none is made.
[[nodiscard]] std::optional<ingress_url> web_ui_url(const submission_input& in);

/// "x-ui-svc", cut and hashed where that is no name of a Service.
[[nodiscard]] std::string companion_name(std::string_view app,
                                         std::string_view suffix);

} // namespace spark
