#include "tests/support/random_core.hpp"

#include <array>

namespace spark::test {

namespace {

using source = json::object (*)(dice&);

json::array items(dice& d) {
  json::array out{json::object{{"key", "a.conf"}, {"path", d.relative_path()}}};
  if (d.maybe(40))
    out[0].get_object()["mode"] = d.between(0, 511);
  return out;
}

json::object downward_item(dice& d) {
  json::object out{{"path", d.relative_path()}};
  if (d.maybe(50))
    out["fieldRef"] = {{"fieldPath", "metadata.labels"}};
  else
    out["resourceFieldRef"] = {{"containerName", "spark-kubernetes-driver"},
                               {"resource", "limits.memory"},
                               {"divisor", "1Mi"}};
  return out;
}

json::object empty_dir(dice& d) {
  json::object out;
  if (d.maybe(40))
    out["medium"] = d.pick({"", "Memory"});
  if (d.maybe(50))
    out["sizeLimit"] = d.bytes();
  return {{"emptyDir", std::move(out)}};
}

json::object host_path(dice& d) {
  json::object out{{"path", "/var/" + d.fresh("disk")}};
  if (d.maybe(50))
    out["type"] = d.pick({"", "Directory", "DirectoryOrCreate"});
  return {{"hostPath", std::move(out)}};
}

json::object claim(dice& d) {
  json::object out{{"claimName", d.fresh("claim")}};
  if (d.maybe(30))
    out["readOnly"] = true;
  return {{"persistentVolumeClaim", std::move(out)}};
}

json::object nfs(dice& d) {
  return {{"nfs", {{"server", "nfs.example.com"}, {"path", d.directory()}}}};
}

json::object config_map(dice& d) {
  json::object out{{"name", d.fresh("settings.v1")}};
  if (d.maybe(40))
    out["items"] = items(d);
  if (d.maybe(30))
    out["defaultMode"] = d.between(0, 511);
  if (d.maybe(30))
    out["optional"] = true;
  return {{"configMap", std::move(out)}};
}

json::object secret(dice& d) {
  json::object out{{"secretName", d.fresh("secret")}};
  if (d.maybe(40))
    out["items"] = items(d);
  return {{"secret", std::move(out)}};
}

json::object downward(dice& d) {
  return {{"downwardAPI",
           {{"items", json::array{downward_item(d), downward_item(d)}}}}};
}

json::object projected(dice& d) {
  json::object token{{"path", d.relative_path()},
                     {"expirationSeconds", d.between(600, 7200)},
                     {"audience", "vault"}};
  json::object map{{"name", d.fresh("settings")}, {"items", items(d)}};
  json::object secret{{"name", d.fresh("secret")}, {"items", items(d)}};
  return {
      {"projected",
       {{"defaultMode", 292},
        {"sources",
         json::array{
             json::object{{"serviceAccountToken", std::move(token)}},
             json::object{{"configMap", std::move(map)}},
             json::object{{"secret", std::move(secret)}},
             json::object{{"downwardAPI",
                           {{"items", json::array{downward_item(d)}}}}}}}}}};
}

json::object ephemeral(dice& d) {
  json::object spec{{"accessModes", json::array{"ReadWriteOnce"}},
                    {"storageClassName", "fast"},
                    {"resources", {{"requests", {{"storage", d.bytes()}}}}}};
  json::object claim{{"spec", std::move(spec)}};
  if (d.maybe(50))
    claim["metadata"] = {{"labels", d.labels()}};
  return {{"ephemeral", {{"volumeClaimTemplate", std::move(claim)}}}};
}

json::object csi(dice& d) {
  return {{"csi",
           {{"driver", "secrets-store.csi.k8s.io"},
            {"readOnly", true},
            {"volumeAttributes", {{"secretProviderClass", d.text()}}},
            {"nodePublishSecretRef", {{"name", d.fresh("secret")}}}}}};
}

json::object iscsi(dice& d) {
  return {{"iscsi",
           {{"targetPortal", "192.0.2.3:3260"},
            {"iqn", "iqn.2001-04.com.example:storage.disk1"},
            {"lun", d.between(0, 255)},
            {"fsType", "ext4"}}}};
}

json::object fibre_channel(dice& d) {
  return {{"fc",
           {{"targetWWNs", json::array{"500a0982991b8dc5"}},
            {"lun", d.between(0, 255)}}}};
}

// Of clouds and stores that the servers still know.
json::object of_a_store(dice& d) {
  switch (d.below(14)) {
  case 0:
    return {{"awsElasticBlockStore", {{"volumeID", "vol-1"}}}};
  case 1:
    return {{"gcePersistentDisk",
             {{"pdName", d.fresh("disk")}, {"partition", d.between(0, 255)}}}};
  case 2:
    return {{"azureDisk",
             {{"diskName", "a"},
              {"diskURI", "https://a.blob.example.com/a.vhd"},
              {"cachingMode", "ReadOnly"}}}};
  case 3:
    return {{"azureFile", {{"secretName", "s"}, {"shareName", "share"}}}};
  case 4:
    return {{"cephfs", {{"monitors", json::array{"192.0.2.1:6789"}}}}};
  case 5:
    return {{"cinder", {{"volumeID", "a"}}}};
  case 6:
    return {{"flexVolume",
             {{"driver", "example.com/lvm"}, {"options", {{"size", "1"}}}}}};
  case 7:
    return {{"flocker", {{"datasetName", "a"}}}};
  case 8:
    return {{"glusterfs", {{"endpoints", "gluster"}, {"path", "a"}}}};
  case 9:
    return {{"portworxVolume", {{"volumeID", "a"}}}};
  case 10:
    return {{"quobyte", {{"registry", "192.0.2.2:7861"}, {"volume", "a"}}}};
  case 11:
    return {
        {"rbd", {{"monitors", json::array{"192.0.2.1:6789"}}, {"image", "a"}}}};
  case 12:
    return {{"storageos", {{"volumeName", "a"}}}};
  default:
    return {{"vsphereVolume", {{"volumePath", "[store] a.vmdk"}}}};
  }
}

} // namespace

json::object random_volume(dice& d, std::string name) {
  // The usual ones are first, and drawn more often.
  static constexpr std::array<source, 14> sources{
      empty_dir, host_path,     claim,      nfs,       config_map,
      secret,    downward,      projected,  ephemeral, csi,
      iscsi,     fibre_channel, of_a_store, of_a_store};
  auto out = d.maybe(40) ? sources[d.below(6)](d)
                         : sources[d.below(sources.size())](d);
  out["name"] = std::move(name);
  return out;
}

json::object random_scratch_volume(dice& d, std::string name) {
  auto out =
      std::array<source, 4>{empty_dir, host_path, claim, nfs}[d.below(4)](d);
  out["name"] = std::move(name);
  return out;
}

json::object random_mount(dice& d, std::string_view volume) {
  json::object out{{"name", volume}, {"mountPath", d.directory()}};
  if (d.maybe(30))
    out["readOnly"] = d.maybe(60);
  if (d.maybe(20))
    out["subPath"] = d.relative_path();
  else if (d.maybe(10))
    out["subPathExpr"] = "$(POD_NAME)/x";
  if (d.maybe(10))
    out["mountPropagation"] = d.pick({"None", "HostToContainer"});
  return out;
}

} // namespace spark::test
