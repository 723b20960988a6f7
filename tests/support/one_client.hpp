#pragma once

#include "tests/support/fake_kubelet.hpp"
#include "tests/support/memory_api_server.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace spark::test {

using namespace std::chrono_literals;

inline const std::string apps =
    "/apis/sparkoperator.k8s.io/v1beta2/namespaces/ns/sparkapplications";
inline const std::string pods = "/api/v1/namespaces/ns/pods";
inline const std::string maps = "/api/v1/namespaces/ns/configmaps";

inline json::value named(std::string_view name, json::object more = {}) {
  json::object out{{"metadata", {{"name", name}}}};
  for (auto& [key, value] : more)
    out[key] = value;
  return out;
}

inline json::value owned(std::string_view name, const json::value& owner,
                         bool blocks = true) {
  auto out = named(name);
  json::object reference{{"apiVersion", text(owner, "/apiVersion")},
                         {"kind", text(owner, "/kind")},
                         {"name", text(owner, "/metadata/name")},
                         {"uid", text(owner, "/metadata/uid")},
                         {"blockOwnerDeletion", blocks}};
  json::array references;
  references.push_back(std::move(reference));
  out.as_object()["metadata"].as_object()["ownerReferences"] =
      std::move(references);
  return out;
}

inline json::value driver(std::string_view name) {
  auto out = named(name, {{"spec", {{"nodeSelector", json::object{}}}}});
  out.as_object()["metadata"].as_object()["labels"] = {
      {"spark-role", "driver"}, {"sparkoperator.k8s.io/app-name", "a"}};
  return out;
}

/// A server, one client "op" and all that it was told.
struct cluster {
  manual_clock clock;
  memory_api_server server{clock};
  std::map<op_id, std::vector<reply>> replies;
  std::map<op_id, std::string> seen;
  std::map<op_id, std::vector<stream_end>> ends;
  /// Last, because its end calls back into the members above.
  std::unique_ptr<transport> client = server.connect("op");

  void send(op_id id, verb method, std::string path, json::value body = {},
            std::string type = "application/merge-patch+json") {
    request what;
    what.method = method;
    what.path = std::move(path);
    what.body = body.is_null() ? "" : json::serialize(body);
    what.content_type = std::move(type);
    client->submit(id, std::move(what), [this](op_id op, reply r) {
      replies[op].push_back(std::move(r));
    });
  }

  void post(op_id id, const std::string& path, json::value body) {
    body.as_object()["kind"] = kind_of(parse_api_path(path).plural);
    body.as_object()["apiVersion"] = parse_api_path(path).api_version();
    send(id, verb::post, path, std::move(body), "");
  }

  void watch(op_id id, std::string path, milliseconds deadline = 305s) {
    request what;
    what.path = std::move(path);
    what.deadline = deadline;
    what.where = lane::watch;
    client->open(
        id, std::move(what),
        [this](op_id op, std::string_view chunk) { seen[op] += chunk; },
        [this](op_id op, stream_end e) { ends[op].push_back(std::move(e)); });
  }

  /// Runs the first possible step of that kind.
  bool take(step_kind kind) {
    for (auto& s : server.runnable())
      if (s.kind == kind)
        return server.run(s);
    return false;
  }

  void settle() {
    for (auto todo = server.runnable(); !todo.empty(); todo = server.runnable())
      REQUIRE(server.run(todo.front()));
  }

  reply only(op_id id) {
    REQUIRE(replies[id].size() == 1);
    return replies[id].front();
  }

  /// The types of the events that a watch showed, e.g. "ADDED MODIFIED".
  std::string types(op_id id) {
    std::string out;
    std::istringstream lines{seen[id]};
    for (std::string line; std::getline(lines, line);)
      out += (out.empty() ? "" : " ") + text(json::parse(line), "/type");
    return out;
  }
};

inline std::string rv_of(const json::value& object) {
  return text(object, "/metadata/resourceVersion");
}

} // namespace spark::test
