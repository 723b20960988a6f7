#include "crds/conf/conf_volumes.hpp"

#include "crds/text_checks.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace spark {

namespace {

/// One volume while it is read.
struct reader {
  settings& conf;
  const version_profile& profile;
  std::string prefix; ///< of its keys
  string_map values;  ///< "mount.path", "options.claimName", …

  std::string value(const std::string& key) const {
    const auto at = values.find(key);
    return at == values.end() ? std::string{} : at->second;
  }

  void refuse(std::string_view key, std::string message) const {
    conf.refuse(prefix + std::string{key}, std::move(message));
  }

  std::string required(const std::string& key) const {
    if (!values.contains(key))
      refuse(key, "is missing: every volume of this type needs it");
    return value(key);
  }

  string_map below(std::string_view prefix) const {
    string_map out;
    for (const auto& [key, value] : values)
      if (key.starts_with(prefix))
        out.emplace(key.substr(prefix.size()), value);
    return out;
  }
};

void check_type(const reader& in, std::string_view type) {
  if (type == "hostPath") {
    in.required("options.path");
  } else if (type == "nfs" && in.profile.nfs) {
    in.required("options.path");
    in.required("options.server");
  } else if (type == "persistentVolumeClaim") {
    in.required("options.claimName");
  } else if (type != "emptyDir") {
    in.refuse("mount.path",
              "is of a volume type that Spark does not know: " + quoted(type));
  }
}

/// Spark 4 takes a small number without a unit for a forgotten unit.
void check_size(const reader& in) {
  const auto size = in.value("options.sizeLimit");
  if (in.profile.size_needs_unit && !size.empty() && size.size() < 5 &&
      std::ranges::all_of(size, [](char c) { return c >= '0' && c <= '9'; }) &&
      std::stoi(size) < 1024)
    in.refuse("options.sizeLimit", "is smaller than 1 KiB: the unit is missing "
                                   "in " +
                                       quoted(size));
}

conf_volume read_volume(const reader& in, const std::string& type,
                        const std::string& name) {
  conf_volume out{.type = type,
                  .name = name,
                  .mount_path = in.required("mount.path"),
                  .sub_path = in.value("mount.subPath"),
                  .options = in.below("options.")};
  check_type(in, type);
  check_size(in);
  if (auto wrong = check_volume_name(name); !wrong.empty())
    in.refuse("mount.path", "is of a volume whose name " + wrong);
  const auto read_only = in.value("mount.readOnly");
  if (!read_only.empty() && read_only != "true" && read_only != "false")
    in.refuse("mount.readOnly",
              "must be true or false; is " + quoted(read_only));
  out.read_only = read_only == "true";
  if (in.profile.sub_path_expr)
    out.sub_path_expr = in.value("mount.subPathExpr");
  if (!out.sub_path.empty() && !out.sub_path_expr.empty())
    in.refuse("mount.subPathExpr", "excludes mount.subPath: keep one of them");
  if (in.profile.claim_labels) {
    out.labels = in.below("label.");
    out.annotations = in.below("annotation.");
  }
  return out;
}

} // namespace

std::string option_of(const conf_volume& volume, const std::string& name) {
  const auto at = volume.options.find(name);
  return at == volume.options.end() ? std::string{} : at->second;
}

std::vector<conf_volume> read_conf_volumes(settings& conf,
                                           std::string_view role,
                                           const version_profile& profile) {
  const auto prefix = "spark.kubernetes." + std::string{role} + ".volumes.";
  std::map<std::pair<std::string, std::string>, string_map> found;
  for (const auto& [key, value] : conf.with_prefix(prefix)) {
    const auto first = key.find('.');
    const auto second = first == key.npos ? key.npos : key.find('.', first + 1);
    if (second == key.npos)
      conf.refuse(prefix + key, "must be volumes.<type>.<name>.<option>");
    else
      found[{key.substr(0, first), key.substr(first + 1, second - first - 1)}]
           [key.substr(second + 1)] = value;
  }
  std::vector<conf_volume> out;
  std::set<std::string> paths;
  for (auto& [id, values] : found) {
    const auto& [type, name] = id;
    const reader in{conf, profile, prefix + type + "." + name + ".",
                    std::move(values)};
    out.push_back(read_volume(in, type, name));
    if (!paths.insert(out.back().mount_path).second)
      in.refuse("mount.path", "is where another volume is mounted already");
  }
  return out;
}

} // namespace spark
