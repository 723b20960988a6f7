#include "actors/app/companions.hpp"

#include "actors/app/phases.hpp"

#include <algorithm>

namespace spark {

bool companions_due(const app_state& s) {
  bool open = s.at == phase::claimed || follows_driver(s.at);
  bool any = s.spec.companions || !s.companions.made.empty();
  return open && any && s.current.swept && s.current.held &&
         !companions_are_made(s);
}

bool companions_are_made(const app_state& s) {
  return s.companions.attempt == s.current.number &&
         s.companions.live_hash == s.spec.live_hash;
}

bool is_budget(const std::string& made) {
  return made.starts_with("poddisruptionbudgets/");
}

bool has_budget(const companions_seen& companions) {
  return std::ranges::any_of(companions.made, is_budget);
}

void leave_companions(app_state& s) {
  if (s.current.swept && s.current.held && s.spec.companions &&
      !companions_are_made(s))
    s.companions.may_be_more = true;
}

void take_companions(app_state& s, const companions_ready& e) {
  bool more = s.companions.may_be_more;
  s.companions = {};
  s.companions.may_be_more = more;
  s.companions.attempt = s.current.number;
  s.companions.live_hash = e.live_hash;
  s.companions.made = e.made;
  s.companions.web_ui = e.web_ui;
}

void refuse_companions(app_state& s, const companions_refused& e,
                       time_point at) {
  auto& c = s.companions;
  if (c.attempt != s.current.number)
    c.web_ui = {};
  c.attempt = s.current.number;
  c.live_hash.clear();
  for (auto& name : e.made)
    if (std::ranges::find(c.made, name) == c.made.end())
      c.made.push_back(name);
  c.reason = e.reason;
  c.message = e.message;
  c.refused_at = at;
}

} // namespace spark
