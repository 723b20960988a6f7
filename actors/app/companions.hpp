#pragma once

#include "messages/app_state.hpp"

/// The Services, Ingresses and PodDisruptionBudget beside a driver: when they
/// are to be made, and what the machine remembers of them. Pure.
namespace spark {

/// They may not be what the spec asks for. False where it asks for none.
[[nodiscard]] bool companions_due(const app_state& state);
/// They are, as far as this machine was told.
[[nodiscard]] bool companions_are_made(const app_state& state);
/// One of companions_seen::made is a PodDisruptionBudget.
[[nodiscard]] bool is_budget(const std::string& made);
[[nodiscard]] bool has_budget(const companions_seen& companions);

// What evolve() does to state.companions.

/// The spec or the attempt is about to be another one: some may have been made
/// whose end nobody has told us.
void leave_companions(app_state& state);
void take_companions(app_state& state, const companions_ready& e);
void refuse_companions(app_state& state, const companions_refused& e,
                       time_point at);

} // namespace spark
