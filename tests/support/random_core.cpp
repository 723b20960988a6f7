#include "tests/support/random_core.hpp"

namespace spark::test {

namespace {

/// "disk: [ssd]" in the words of a selector. Nodes have more operators.
json::object requirement(dice& d, bool of_node) {
  json::object out{{"key", d.key()}};
  switch (d.below(of_node ? 4 : 2)) {
  case 0:
    out["operator"] = d.pick({"In", "NotIn"});
    out["values"] = json::array{d.label(), d.label()};
    break;
  case 1:
    out["operator"] = d.pick({"Exists", "DoesNotExist"});
    break;
  case 2:
    out["operator"] = d.pick({"Gt", "Lt"});
    out["values"] = json::array{std::to_string(d.below(100))};
    break;
  default:
    out["operator"] = "In";
    out["values"] = json::array{d.label()};
  }
  return out;
}

json::array requirements(dice& d, bool of_node) {
  json::array out{requirement(d, of_node)};
  if (d.maybe(50))
    out.emplace_back(requirement(d, of_node));
  return out;
}

json::object selector(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["matchLabels"] = d.labels();
  if (d.maybe(50))
    out["matchExpressions"] = requirements(d, false);
  return out;
}

json::object node_term(dice& d) {
  json::object out{{"matchExpressions", requirements(d, true)}};
  if (d.maybe(20))
    out["matchFields"] = json::array{{{"key", "metadata.name"},
                                      {"operator", "In"},
                                      {"values", json::array{"node-1"}}}};
  return out;
}

json::object node_affinity(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["requiredDuringSchedulingIgnoredDuringExecution"] = {
        {"nodeSelectorTerms", json::array{node_term(d), node_term(d)}}};
  if (d.maybe(50))
    out["preferredDuringSchedulingIgnoredDuringExecution"] =
        json::array{json::object{{"weight", d.between(1, 100)},
                                 {"preference", node_term(d)}}};
  return out;
}

json::object pod_term(dice& d) {
  json::object out{{"topologyKey", "topology.kubernetes.io/zone"},
                   {"labelSelector", selector(d)}};
  if (d.maybe(30))
    out["namespaces"] = json::array{"other", "a-third"};
  if (d.maybe(30))
    out["namespaceSelector"] = selector(d);
  return out;
}

json::object pod_affinity(dice& d) {
  json::object out;
  if (d.maybe(60))
    out["requiredDuringSchedulingIgnoredDuringExecution"] =
        json::array{pod_term(d)};
  if (d.maybe(60))
    out["preferredDuringSchedulingIgnoredDuringExecution"] =
        json::array{json::object{{"weight", d.between(1, 100)},
                                 {"podAffinityTerm", pod_term(d)}}};
  return out;
}

json::object seccomp(dice& d) {
  if (d.maybe(50))
    return {{"type", d.pick({"RuntimeDefault", "Unconfined"})}};
  return {{"type", "Localhost"}, {"localhostProfile", d.relative_path()}};
}

json::object se_linux(dice& d) {
  return {{"level", "s0:c123,c456"},
          {"user", "system_u"},
          {"role", "object_r"},
          {"type", d.pick({"spc_t", "container_t"})}};
}

json::value number_or_name(dice& d) {
  if (d.maybe(50))
    return d.port();
  return json::value(d.pick({"http", "web-1"}));
}

json::object http_get(dice& d) {
  json::object out{{"path", d.pick({"/", "/healthz?full=1"})},
                   {"port", number_or_name(d)}};
  if (d.maybe(40))
    out["scheme"] = d.pick({"HTTP", "HTTPS"});
  if (d.maybe(30))
    out["httpHeaders"] = json::array{{{"name", "X-From"}, {"value", d.text()}}};
  return out;
}

json::object exec(dice& d) {
  return {{"command", json::array{"sh", "-c", d.text()}}};
}

json::object hook(dice& d) {
  switch (d.below(3)) {
  case 0:
    return {{"exec", exec(d)}};
  case 1:
    return {{"httpGet", http_get(d)}};
  default:
    return {{"sleep", {{"seconds", d.between(1, 5)}}}};
  }
}

json::object selected_key(dice& d, std::string_view stem) {
  json::object out{{"name", d.fresh(stem)},
                   {"key", d.pick({"password", "conf.yaml", "A_B-c.d"})}};
  if (d.maybe(30))
    out["optional"] = d.maybe(50);
  return out;
}

} // namespace

json::object random_affinity(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["nodeAffinity"] = node_affinity(d);
  if (d.maybe(40))
    out["podAffinity"] = pod_affinity(d);
  if (d.maybe(40))
    out["podAntiAffinity"] = pod_affinity(d);
  return out;
}

json::array random_tolerations(dice& d) {
  json::array out;
  if (d.maybe(20))
    out.emplace_back(json::object{{"operator", "Exists"}});
  for (auto n = d.between(1, 3); n > 0; --n) {
    json::object one{{"key", d.key()}};
    one["operator"] = d.pick({"Exists", "Equal"});
    if (one["operator"] == "Equal")
      one["value"] = d.label();
    if (d.maybe(30)) {
      one["effect"] = "NoExecute";
      one["tolerationSeconds"] = d.between(0, 3600);
    } else if (d.maybe(70)) {
      one["effect"] = d.pick({"NoSchedule", "PreferNoSchedule", "NoExecute"});
    }
    out.emplace_back(std::move(one));
  }
  return out;
}

json::object random_pod_security_context(dice& d) {
  json::object out;
  if (d.maybe(60))
    out["runAsUser"] = d.between(1, 65535);
  if (d.maybe(40))
    out["runAsGroup"] = d.between(0, 65535);
  if (d.maybe(40))
    out["runAsNonRoot"] = true;
  if (d.maybe(50))
    out["fsGroup"] = d.between(0, 65535);
  if (d.maybe(30))
    out["fsGroupChangePolicy"] = d.pick({"Always", "OnRootMismatch"});
  if (d.maybe(30))
    out["supplementalGroups"] = json::array{d.between(1, 9), 65534};
  if (d.maybe(30))
    out["seccompProfile"] = seccomp(d);
  if (d.maybe(20))
    out["seLinuxOptions"] = se_linux(d);
  if (d.maybe(20))
    out["sysctls"] =
        json::array{{{"name", "kernel.shm_rmid_forced"}, {"value", "1"}}};
  return out;
}

json::object random_security_context(dice& d) {
  json::object out;
  if (d.maybe(40))
    out["runAsUser"] = d.between(1, 65535);
  if (d.maybe(30))
    out["runAsGroup"] = d.between(0, 65535);
  if (d.maybe(40))
    out["runAsNonRoot"] = d.maybe(80);
  if (d.maybe(40))
    out["readOnlyRootFilesystem"] = d.maybe(50);
  if (d.maybe(50))
    out["allowPrivilegeEscalation"] = false;
  else if (d.maybe(20))
    out["privileged"] = true;
  if (d.maybe(50))
    out["capabilities"] = {{"drop", json::array{"ALL"}},
                           {"add", json::array{"NET_BIND_SERVICE"}}};
  if (d.maybe(30))
    out["seccompProfile"] = seccomp(d);
  if (d.maybe(20))
    out["seLinuxOptions"] = se_linux(d);
  return out;
}

json::object random_dns_config(dice& d) {
  json::object out;
  if (d.maybe(80))
    out["nameservers"] = json::array{"192.0.2.1", "2001:db8::1"};
  if (d.maybe(60))
    out["searches"] = json::array{"svc.cluster.local", "example.com"};
  if (d.maybe(60))
    out["options"] =
        json::array{json::object{{"name", "ndots"}, {"value", "2"}},
                    json::object{{"name", "edns0"}}};
  return out;
}

json::array random_host_aliases(dice& d) {
  json::array out;
  for (auto n = d.between(1, 2); n > 0; --n)
    out.emplace_back(json::object{
        {"ip", d.pick({"192.0.2.7", "2001:db8::7", "127.0.0.1"})},
        {"hostnames", json::array{d.fresh("db"), "a.example.com"}}});
  return out;
}

json::object random_lifecycle(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["preStop"] = hook(d);
  if (d.maybe(40))
    out["postStart"] = hook(d);
  return out;
}

json::object random_resources(dice& d) {
  json::object out;
  if (d.maybe(70))
    out["requests"] = {{"cpu", d.cpu(100, 1000)}, {"memory", "64Mi"}};
  if (d.maybe(50))
    out["limits"] = {{"cpu", d.cpu(1000, 4000)},
                     {"memory", "1Gi"},
                     {"example.com/widget", d.between(1, 3)}};
  return out;
}

json::object random_variable(dice& d, std::string name) {
  json::object out{{"name", std::move(name)}};
  if (d.maybe(50)) {
    out["value"] = d.maybe(20) ? "$(MODE)/x" : d.text();
    return out;
  }
  auto& from = out["valueFrom"].emplace_object();
  switch (d.below(4)) {
  case 0:
    from["secretKeyRef"] = selected_key(d, "secret");
    break;
  case 1:
    from["configMapKeyRef"] = selected_key(d, "settings");
    break;
  case 2:
    from["fieldRef"] = {
        {"fieldPath", d.pick({"status.podIP", "metadata.name", "spec.nodeName",
                              "metadata.labels['team']", "status.hostIP"})}};
    break;
  default:
    from["resourceFieldRef"] = {
        {"resource", d.pick({"limits.cpu", "requests.cpu"})},
        {"divisor", d.pick({"1", "1m"})}};
  }
  return out;
}

json::array random_variables(dice& d) {
  json::array out;
  for (auto n = d.between(1, 4); n > 0; --n)
    out.emplace_back(random_variable(d, d.variable()));
  return out;
}

json::array random_env_from(dice& d) {
  json::array out;
  for (auto n = d.between(1, 2); n > 0; --n) {
    json::object one;
    if (d.maybe(40))
      one["prefix"] = d.pick({"APP_", "_x"});
    auto& from = one[d.pick({"configMapRef", "secretRef"})].emplace_object();
    from["name"] = d.fresh("settings");
    if (d.maybe(40))
      from["optional"] = true;
    out.emplace_back(std::move(one));
  }
  return out;
}

namespace {

json::object probe(dice& d, bool readiness) {
  json::object out;
  switch (d.below(4)) {
  case 0:
    out["exec"] = exec(d);
    break;
  case 1:
    out["httpGet"] = http_get(d);
    break;
  case 2:
    out["tcpSocket"] = {{"port", number_or_name(d)}};
    break;
  default:
    out["grpc"] = {{"port", d.port()}};
  }
  if (d.maybe(50))
    out["periodSeconds"] = d.between(1, 60);
  if (d.maybe(30))
    out["failureThreshold"] = d.between(1, 9);
  if (readiness && d.maybe(30))
    out["successThreshold"] = d.between(1, 3);
  return out;
}

json::array ports(dice& d) {
  json::array out;
  for (auto n = d.between(1, 2); n > 0; --n) {
    json::object one{{"containerPort", d.port()}};
    if (d.maybe(70))
      one["name"] = d.fresh("p");
    if (d.maybe(40))
      one["protocol"] = d.pick({"TCP", "UDP", "SCTP"});
    out.emplace_back(std::move(one));
  }
  return out;
}

/// What containers and init containers share.
json::object container(dice& d, std::string_view stem,
                       const std::vector<std::string>& volumes) {
  json::object out{{"name", d.fresh(stem)}, {"image", d.image()}};
  if (d.maybe(50))
    out["command"] = json::array{"sh", "-c", d.text()};
  if (d.maybe(40))
    out["args"] = json::array{d.text(), "$(MODE)"};
  if (d.maybe(40))
    out["env"] = random_variables(d);
  if (d.maybe(20))
    out["envFrom"] = random_env_from(d);
  if (d.maybe(40))
    out["resources"] = random_resources(d);
  if (d.maybe(40))
    out["securityContext"] = random_security_context(d);
  if (d.maybe(30))
    out["imagePullPolicy"] = d.pick({"Always", "IfNotPresent", "Never"});
  if (d.maybe(30))
    out["workingDir"] = "/srv";
  if (d.maybe(20))
    out["terminationMessagePolicy"] = "FallbackToLogsOnError";
  if (!volumes.empty() && d.maybe(60))
    out["volumeMounts"] =
        json::array{random_mount(d, volumes[d.below(volumes.size())])};
  return out;
}

void add_life(dice& d, json::object& out) {
  if (d.maybe(40))
    out["ports"] = ports(d);
  if (d.maybe(30))
    out["livenessProbe"] = probe(d, false);
  if (d.maybe(30))
    out["readinessProbe"] = probe(d, true);
  if (d.maybe(20))
    out["startupProbe"] = probe(d, false);
  if (d.maybe(30))
    out["lifecycle"] = random_lifecycle(d);
}

} // namespace

json::object random_sidecar(dice& d, const std::vector<std::string>& volumes) {
  auto out = container(d, "sidecar", volumes);
  add_life(d, out);
  return out;
}

json::object random_init_container(dice& d,
                                   const std::vector<std::string>& volumes) {
  auto out = container(d, "init", volumes);
  if (d.maybe(25)) { // goes on beside the others
    out["restartPolicy"] = "Always";
    add_life(d, out);
  }
  return out;
}

} // namespace spark::test
