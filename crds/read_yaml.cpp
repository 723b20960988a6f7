#include "crds/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <stdexcept>

namespace spark {

namespace json = boost::json;

namespace {

/// Aliases can make a short text enormous.
constexpr int most_nodes = 1'000'000;

json::value scalar(const YAML::Node& node) {
  std::int64_t whole = 0;
  double number = 0;
  bool flag = false;
  if (node.Tag() != "!") { // not in quotes
    if (YAML::convert<std::int64_t>::decode(node, whole))
      return whole;
    if (YAML::convert<double>::decode(node, number))
      return number;
    if (YAML::convert<bool>::decode(node, flag))
      return flag;
  }
  return json::string(node.Scalar());
}

json::value to_json(const YAML::Node& node, int& nodes) {
  if (++nodes > most_nodes)
    throw std::runtime_error("it holds too many values");
  if (node.IsScalar())
    return scalar(node);
  if (node.IsSequence()) {
    json::array out;
    for (const auto& item : node)
      out.push_back(to_json(item, nodes));
    return out;
  }
  if (!node.IsMap())
    return nullptr;
  json::object out;
  for (const auto& member : node)
    out[member.first.Scalar()] = to_json(member.second, nodes);
  return out;
}

} // namespace

yaml_documents read_yaml(std::string_view text) {
  yaml_documents out;
  try {
    int nodes = 0;
    for (const auto& document : YAML::LoadAll(std::string{text}))
      if (document.IsDefined() && !document.IsNull())
        out.documents.push_back(to_json(document, nodes));
  } catch (const std::exception& wrong) { // yaml-cpp's, and ours above
    out.error = wrong.what();
  }
  return out;
}

} // namespace spark
