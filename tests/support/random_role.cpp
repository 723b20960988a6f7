#include "tests/support/random_role.hpp"

#include "tests/support/random_core.hpp"

#include <vector>

namespace spark::test {

namespace {

struct role_maker {
  random_context& in;
  bool driver;
  dice& d = in.d;
  json::object out = {};
  /// Volumes that a container beside Spark's can mount as well.
  std::vector<std::string> shared = {};
  std::vector<std::string> mounted = {}; ///< ConfigMaps and Secrets
  bool has_token = false; ///< a volume that no pod without an account can have

  void resources() {
    if (d.maybe(60))
      out["cores"] =
          d.maybe(20) ? json::value(0.5) : json::value(d.between(1, 4));
    // Below every limit, also that of a template's container.
    if (d.maybe(40))
      out["coreRequest"] = d.cpu(100, 1000);
    if (d.maybe(40))
      out["coreLimit"] = d.cpu(4000, 8000);
    if (d.maybe(70))
      out["memory"] = d.pick({"512m", "1g", "2048M", "4G", "1024m", "1g"});
    if (d.maybe(40))
      out["memoryOverhead"] = d.pick({"384m", "1g", "0", "2048", "100MB"});
    if (driver && d.maybe(30)) // of executors nothing can set it
      out["memoryLimit"] = d.pick({"16Gi", "16g", "20000Mi", "32G", "16gb"});
    if (d.maybe(20))
      out["gpu"] = {{"name", d.pick({"nvidia.com/gpu", "amd.com/gpu"})},
                    {"quantity", d.between(1, 8)}};
  }

  void texts() {
    if (d.maybe(30))
      out["image"] = d.image();
    if (d.maybe(30))
      out["serviceAccount"] = d.pick({"spark", "team-a.runner"});
    if (d.maybe(40))
      out["javaOptions"] =
          d.pick({"-XX:+UseG1GC", "-Dkey=\"a b\" -Dother=c", "-Xss4m"});
    if (d.maybe(20))
      out["schedulerName"] = d.pick({"default-scheduler", "my.scheduler"});
    if (d.maybe(20))
      out["priorityClassName"] =
          d.pick({"system-node-critical", "system-cluster-critical"});
  }

  void maps() {
    if (d.maybe(40))
      out["labels"] = d.labels();
    if (d.maybe(40))
      out["annotations"] = d.annotations();
    if (in.nodes_chosen_by_role && d.maybe(70))
      out["nodeSelector"] = d.labels();
    if (d.maybe(40)) {
      auto& variables = out["envVars"].emplace_object();
      for (auto n = d.between(1, 3); n > 0; --n)
        variables[d.variable()] = d.text();
    }
    if (d.maybe(30)) {
      auto& references = out["envSecretKeyRefs"].emplace_object();
      for (auto n = d.between(1, 2); n > 0; --n)
        references[d.variable()] = {{"name", d.fresh("login.v1")},
                                    {"key", d.pick({"password", "A_b-c.d"})}};
    }
  }

  void variables() {
    if (d.maybe(50))
      out["env"] = d.maybe(30) ? plain_variables() : random_variables(d);
    if (d.maybe(30))
      out["envFrom"] = random_env_from(d);
  }

  json::array plain_variables() {
    json::array list;
    for (auto n = d.between(1, 4); n > 0; --n)
      list.emplace_back(
          json::object{{"name", d.variable()}, {"value", d.text()}});
    return list;
  }

  json::object volume(const std::string& name) {
    auto made = random_volume(d, name);
    has_token = has_token || made.contains("projected");
    return made;
  }

  void volumes() {
    auto& mounts = out["volumeMounts"].emplace_array();
    for (auto n = d.below(4); n > 0; --n) {
      auto name = d.fresh("vol");
      in.volumes.emplace_back(volume(name));
      if (d.maybe(10)) { // only beside Spark's container
        shared.push_back(std::move(name));
        continue;
      }
      mounts.emplace_back(random_mount(d, name));
      if (d.maybe(15)) // twice, on another path
        mounts.emplace_back(random_mount(d, name));
      shared.push_back(std::move(name));
    }
    for (auto n = d.maybe(30) ? d.between(1, 2) : 0; n > 0; --n) {
      auto name = d.fresh("spark-local-dir");
      // Spark has no word for the others.
      in.volumes.emplace_back(d.maybe(80) ? random_scratch_volume(d, name)
                                          : volume(name));
      mounts.emplace_back(random_mount(d, name));
    }
    if (mounts.empty())
      out.erase("volumeMounts");
  }

  void mounted_objects() {
    if (d.maybe(30)) {
      auto& list = out["configMaps"].emplace_array();
      for (auto n = d.between(1, 2); n > 0; --n) {
        auto name = object_name("settings");
        list.emplace_back(
            json::object{{"name", std::move(name)}, {"path", d.directory()}});
      }
    }
    if (!d.maybe(40))
      return;
    auto& list = out["secrets"].emplace_array();
    for (auto n = d.between(1, 3); n > 0; --n) {
      auto name = object_name("secret");
      list.emplace_back(json::object{
          {"name", std::move(name)},
          {"path", d.directory()},
          {"secretType",
           d.pick({"Generic", "GCPServiceAccount", "HadoopDelegationToken"})}});
    }
  }

  /// Also with dots, longer than what a volume can be called, and of one that
  /// is mounted elsewhere already.
  std::string object_name(std::string_view stem) {
    if (!mounted.empty() && d.maybe(15))
      return mounted[d.below(mounted.size())];
    auto name = d.fresh(stem);
    if (d.maybe(20))
      name += ".v1.example.com";
    if (d.maybe(10))
      name = std::string(70, 'x') + "-" + name;
    mounted.push_back(name);
    return name;
  }

  void pod() {
    if (d.maybe(30))
      out["affinity"] = random_affinity(d);
    if (d.maybe(30))
      out["tolerations"] = random_tolerations(d);
    if (d.maybe(30))
      out["podSecurityContext"] = random_pod_security_context(d);
    if (d.maybe(30))
      out["securityContext"] = random_security_context(d);
    if (d.maybe(20))
      out["dnsConfig"] = random_dns_config(d);
    if (d.maybe(20))
      out["hostAliases"] = random_host_aliases(d);
    if (d.maybe(20))
      out["hostNetwork"] = d.maybe(80);
    if (d.maybe(20))
      out["shareProcessNamespace"] = d.maybe(80);
    if (d.maybe(30)) // longer than any hook sleeps
      out["terminationGracePeriodSeconds"] = d.between(10, 600);
    if (d.maybe(30))
      out["lifecycle"] = random_lifecycle(d);
    if (d.maybe(30))
      out["ports"] = ports();
  }

  json::array ports() {
    json::array list;
    for (auto n = d.between(1, 2); n > 0; --n) {
      auto name = d.fresh(d.pick({"debug", "a1-b"}));
      list.emplace_back(
          json::object{{"name", std::move(name)},
                       {"protocol", d.pick({"TCP", "UDP", "SCTP"})},
                       {"containerPort", d.port()}});
    }
    return list;
  }

  void containers() {
    if (d.maybe(30)) {
      auto& list = out["sidecars"].emplace_array();
      for (auto n = d.between(1, 2); n > 0; --n)
        list.emplace_back(random_sidecar(d, shared));
    }
    if (d.maybe(30)) {
      auto& list = out["initContainers"].emplace_array();
      for (auto n = d.between(1, 2); n > 0; --n)
        list.emplace_back(random_init_container(d, shared));
    }
  }

  void own() {
    if (driver) {
      if (d.maybe(20))
        out["podName"] = d.pick({"my-driver", "a.b", "0"});
      if (d.maybe(20))
        out["kubernetesMaster"] = "https://kubernetes.default.svc:443";
      if (d.maybe(20))
        out["serviceAnnotations"] = d.annotations();
      if (d.maybe(20))
        out["serviceLabels"] = d.labels();
    } else {
      if (d.maybe(60))
        out["instances"] = d.between(1, 20);
      if (d.maybe(20))
        out["deleteOnTermination"] = d.maybe(50);
    }
  }

  // -- template

  json::object template_container() {
    json::object made{{"name", driver ? "spark-kubernetes-driver"
                                      : "spark-kubernetes-executor"}};
    if (d.maybe(40))
      made["env"] = random_variables(d);
    if (d.maybe(30))
      made["securityContext"] = random_security_context(d);
    if (d.maybe(30))
      made["workingDir"] = "/opt/spark/work-dir";
    if (d.maybe(20))
      made["terminationMessagePath"] = "/dev/log";
    return made;
  }

  json::array template_containers() {
    json::array list;
    // First, last or not at all.
    const auto place = d.below(3);
    if (place == 0)
      list.emplace_back(template_container());
    if (place != 0 || d.maybe(30))
      list.emplace_back(random_sidecar(d, shared));
    if (place == 1)
      list.emplace_back(template_container());
    return list;
  }

  json::object template_spec() {
    json::object made;
    if (d.maybe(40)) {
      auto name = d.fresh("of-template");
      made["volumes"] = json::array{volume(name)};
      shared.push_back(name);
    }
    if (d.maybe(70))
      made["containers"] = template_containers();
    if (d.maybe(30))
      made["initContainers"] = json::array{random_init_container(d, shared)};
    if (d.maybe(30))
      made["nodeSelector"] = d.labels();
    if (d.maybe(30))
      made["tolerations"] = random_tolerations(d);
    if (d.maybe(30))
      made["affinity"] = random_affinity(d);
    if (d.maybe(30))
      made["securityContext"] = random_pod_security_context(d);
    if (d.maybe(20))
      made["hostAliases"] = random_host_aliases(d);
    if (d.maybe(20))
      made["imagePullSecrets"] = json::array{{{"name", d.fresh("login")}}};
    if (d.maybe(20))
      made["enableServiceLinks"] = d.maybe(50);
    if (d.maybe(20))
      made["automountServiceAccountToken"] = true;
    if (d.maybe(20))
      made["terminationGracePeriodSeconds"] = d.between(10, 600);
    if (d.maybe(20))
      made["topologySpreadConstraints"] =
          json::array{{{"maxSkew", d.between(1, 5)},
                       {"topologyKey", "topology.kubernetes.io/zone"},
                       {"whenUnsatisfiable", "ScheduleAnyway"},
                       {"labelSelector", {{"matchLabels", d.labels()}}}}};
    return made;
  }

  void from_template() {
    if (!d.maybe(35))
      return;
    auto& made = out["template"].emplace_object();
    if (d.maybe(60)) {
      auto& metadata = made["metadata"].emplace_object();
      if (d.maybe(70))
        metadata["labels"] = d.labels();
      if (d.maybe(70))
        metadata["annotations"] = d.annotations();
    }
    if (d.maybe(90))
      made["spec"] = template_spec();
  }
};

} // namespace

json::object random_role(random_context& in, std::string_view role) {
  role_maker make{in, role == "driver"};
  make.resources();
  make.texts();
  make.maps();
  make.variables();
  make.volumes();
  make.mounted_objects();
  make.pod();
  make.own();
  make.from_template();
  make.containers();
  if (make.has_token)
    make.out.emplace("serviceAccount", "spark");
  return std::move(make.out);
}

} // namespace spark::test
