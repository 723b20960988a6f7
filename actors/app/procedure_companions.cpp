#include "actors/app/child_creation.hpp"
#include "actors/app/companions.hpp"
#include "actors/app/phases.hpp"
#include "messages/json_at.hpp"

#include <algorithm>

namespace spark::procedures {
namespace {

namespace json = boost::json;
using json_at::text;

/// As state and journal call one of them.
std::string spelled(std::string_view plural, std::string_view name) {
  return std::string{plural} + "/" + std::string{name};
}

std::vector<child_creation::named> objects_of(const companions& wanted) {
  std::vector<child_creation::named> out;
  for (const auto& one : wanted.objects)
    out.push_back({one.plural, one.object, one.in_place});
  return out;
}

bool wants(const companions& wanted, const std::string& made) {
  return std::ranges::any_of(wanted.objects, [&made](const auto& one) {
    return spelled(one.plural, one.name()) == made;
  });
}

/// Creates what is wanted, then removes what is not: by its name, and only
/// where it is ours.
class companion_steps : public child_creation {
public:
  companion_steps(effect what, procedure_context c, const companions& wanted,
                  std::vector<std::string> unwanted)
      : child_creation(std::move(what), std::move(c), objects_of(wanted)),
        unwanted_(std::move(unwanted)) {}

protected:
  virtual procedure_step settled(ending how, std::string message) = 0;

private:
  procedure_step finish(ending how, std::string message, const reply&) final {
    return how == ending::done ? look_at_next()
                               : settled(how, std::move(message));
  }

  procedure_step look_at_next() {
    if (unwanted_.empty())
      return settled(ending::done, "");
    removing_ = false;
    return call(requests::get(namespaced_path(c_.app.ns, plural(), name())),
                plural());
  }

  procedure_step after_finish(const reply& r) final {
    auto there = success(r) ? parsed(r) : std::nullopt;
    if (!removing_ && there && controller_uid(*there) == c_.uid) {
      removing_ = true;
      return remove(plural(), name(), text(*there, {"metadata", "uid"}));
    }
    // Gone, or another object by now; any other reply is worth another try.
    if (!success(r) && !answered(r, 404) && !answered(r, 409))
      return settled(ending::retry, words_of(r));
    unwanted_.pop_back();
    return look_at_next();
  }

  [[nodiscard]] std::string plural() const {
    return unwanted_.back().substr(0, unwanted_.back().find('/'));
  }
  [[nodiscard]] std::string name() const {
    return unwanted_.back().substr(unwanted_.back().find('/') + 1);
  }

  std::vector<std::string> unwanted_;
  bool removing_ = false;
};

/// What an attempt has and its spec no longer asks for.
std::vector<std::string> unwanted(const procedure_context& c) {
  std::vector<std::string> out;
  const auto& known = c.state.companions;
  if (known.attempt == c.state.current.number)
    for (const auto& one : known.made)
      if (!wants(*c.beside, one))
        out.push_back(one);
  return out;
}

class put_steps : public companion_steps {
public:
  put_steps(effect what, procedure_context c)
      : companion_steps(std::move(what), c, *c.beside, unwanted(c)) {
    fact_.number = what_.attempt;
    fact_.live_hash = c_.state.spec.live_hash;
  }

private:
  void on_ready(const named& one, const json::value& as_stored) override {
    if (one.in_place)
      return; // the attempt's own, not beside it
    auto name = text(as_stored, {"metadata", "name"});
    fact_.made.push_back(spelled(one.plural, name));
    if (one.plural != "services" || name != c_.beside->ui_service)
      return;
    auto& ui = fact_.web_ui;
    ui.service = name;
    ui.port = c_.beside->ui_port;
    auto ip = text(as_stored, {"spec", "clusterIP"});
    bool six = ip.find(':') != ip.npos;
    if (!ip.empty() && ip != "None")
      ui.address = (six ? "[" + ip + "]" : ip) + ":" + std::to_string(ui.port);
  }

  procedure_step settled(ending how, std::string message) override {
    procedure_end end;
    if (how == ending::done) {
      fact_.web_ui.ingress = c_.beside->ui_ingress;
      fact_.web_ui.ingress_address = c_.beside->ui_ingress_address;
    }
    fact_.how = how;
    fact_.message = std::move(message);
    if (how == ending::refused)
      end.pause = refused_pause;
    else
      end.failed = how != ending::done;
    end.stimuli.push_back(std::move(fact_));
    return end;
  }

  companions_settled fact_;
};

class budget_removal : public companion_steps {
public:
  budget_removal(effect what, procedure_context c,
                 std::vector<std::string> budgets)
      : companion_steps(std::move(what), std::move(c), {}, std::move(budgets)) {
  }

private:
  procedure_step settled(ending how, std::string message) override {
    return child_end({}, child::budget, how, std::move(message));
  }
};

} // namespace

made put_companions(effect what, procedure_context c) {
  return std::make_unique<put_steps>(std::move(what), std::move(c));
}

made remove_budget(effect what, procedure_context c) {
  auto budgets = c.state.companions.made;
  std::erase_if(budgets, [](auto& one) { return !is_budget(one); });
  return std::make_unique<budget_removal>(std::move(what), std::move(c),
                                          std::move(budgets));
}

} // namespace spark::procedures
