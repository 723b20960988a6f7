#include "k8s/paths.hpp"

#include "k8s/watch/collection.hpp"

namespace spark {
namespace {

std::string_view group_of(std::string_view plural) {
  if (plural == "networkpolicies" || plural == "ingresses")
    return "/apis/networking.k8s.io/v1";
  if (plural == "poddisruptionbudgets")
    return "/apis/policy/v1";
  if (plural == "sparkapplications" || plural == "scheduledsparkapplications")
    return "/apis/sparkoperator.k8s.io/v1beta2";
  return "/api/v1";
}

} // namespace

std::string application_path(const object_key& k) {
  return namespaced_path(k.ns, "sparkapplications", k.name);
}

std::string scheduled_path(const object_key& k) {
  return namespaced_path(k.ns, "scheduledsparkapplications", k.name);
}

std::string namespaced_path(std::string_view ns, std::string_view plural,
                            std::string_view name) {
  std::string out{group_of(plural)};
  out += "/namespaces/" + percent_encoded(ns) + "/" + std::string{plural};
  if (!name.empty())
    out += "/" + percent_encoded(name);
  return out;
}

} // namespace spark
