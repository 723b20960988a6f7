#pragma once

#include "actors/app/procedure.hpp"
#include "messages/codec.hpp"
#include "tests/actors/app/machine_dsl.hpp"

#include <catch2/catch.hpp>

#include <functional>

/// A procedure is told replies of the test's choice.
namespace spark::test {

namespace json = boost::json;

inline reply answer(int status, json::value body = json::object{}) {
  reply r;
  r.how = sent::answered;
  r.status = status;
  r.body = json::serialize(body);
  return r;
}

inline reply failure(int status, const std::string& words,
                     const std::string& reason = "Failure") {
  return answer(status, json::object{{"message", words}, {"reason", reason}});
}

inline reply exists() {
  return failure(409, "already exists", "AlreadyExists");
}
inline reply conflict() { return failure(409, "modified", "Conflict"); }

inline reply lost() {
  reply r;
  r.how = sent::maybe;
  return r;
}
inline reply not_sent() { return {}; }

inline json::object owned(const std::string& name, const std::string& uid,
                          const std::string& owner,
                          const std::string& hash = "h1",
                          const std::string& submission = "") {
  return {{"metadata",
           {{"name", name},
            {"uid", uid},
            {"annotations", {{labels::content_hash, hash}}},
            {"labels", {{labels::submission, submission}}},
            {"ownerReferences",
             {{{"controller", true},
               {"uid", owner},
               {"kind", "SparkApplication"},
               {"name", "pi"}}}}}}};
}

inline json::object pod(const std::string& owner) {
  auto p = owned("pi-driver", "pod-1", owner, "", submission_id(app_uid, 1));
  p["status"] = json::object{{"phase", "Pending"}};
  return p;
}

inline json::object app(std::int64_t claim, const std::string& uid = app_uid) {
  return {{"metadata",
           {{"name", "pi"},
            {"namespace", "ns"},
            {"uid", uid},
            {"generation", 1},
            {"resourceVersion", "8"}}},
          {"spec", json::object{}},
          {"status", {{"claim", {{"number", claim}, {"specHash", "1:a"}}}}}};
}

/// Runs a procedure; each call must be answered.
class run {
public:
  run(effect_kind kind, const app_state& s, std::string target = "",
      const std::function<void(submission&)>& changed = {}) {
    procedure_context c;
    c.app = {"ns", "pi"};
    c.uid = app_uid;
    c.resource_version = "7";
    c.state = s;
    c.now = t0 + seconds{9};
    auto made = std::make_shared<submission>();
    made->config_maps = {owned("conf", "", app_uid),
                         owned("tmpl", "", app_uid)};
    made->service = owned("svc", "", app_uid);
    made->driver = pod(app_uid);
    if (changed)
      changed(*made);
    c.children = made;
    steps_ = make_procedure({kind, s.current.number, std::move(target)}, c);
    step_ = steps_->next(nullptr);
  }

  run& expect(verb v, const std::string& path) {
    REQUIRE(std::holds_alternative<api_call>(step_));
    auto& what = call().what;
    CHECK(what.method == v);
    CHECK(what.path == path);
    if (v == verb::patch)
      CHECK(what.content_type == "application/merge-patch+json");
    return *this;
  }
  run& answered(const reply& r) {
    step_ = steps_->next(&r);
    return *this;
  }
  [[nodiscard]] const api_call& call() const {
    return std::get<api_call>(step_);
  }
  [[nodiscard]] json::value body() const {
    return json::parse(call().what.body);
  }
  [[nodiscard]] bool has_ended() const {
    return std::holds_alternative<procedure_end>(step_);
  }
  [[nodiscard]] const procedure_end& end() const {
    REQUIRE(std::holds_alternative<procedure_end>(step_));
    return std::get<procedure_end>(step_);
  }
  template<class T>
  [[nodiscard]] const T& fact() const {
    REQUIRE(end().stimuli.size() == 1);
    REQUIRE(std::holds_alternative<T>(end().stimuli[0]));
    return std::get<T>(end().stimuli[0]);
  }

private:
  std::shared_ptr<procedure> steps_;
  procedure_step step_;
};

inline const std::string app_path =
    "/apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/sparkapplications/pi";
inline const std::string core = "/api/v1/namespaces/ns/";
inline const std::string in5 = "?timeout=5s";

} // namespace spark::test
