#pragma once

#include <boost/json.hpp>
#include <tl/expected.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spark::test {

/// A request's target, taken apart.
struct api_path {
  std::string group; ///< "" for core
  std::string version;
  std::string plural; ///< "": not a resource, e.g. /readyz
  std::string ns;     ///< "": cluster-scoped, or all namespaces
  std::string name;   ///< "": the collection
  std::string subresource;
  std::map<std::string, std::string> query; ///< decoded

  /// As the server's messages write it: "pods", "jobs.batch".
  [[nodiscard]] std::string collection() const;
  [[nodiscard]] std::string api_version() const;
  [[nodiscard]] std::string option(const std::string& key) const;
};

[[nodiscard]] api_path parse_api_path(std::string_view target);

/// labelSelector and fieldSelector of a list or watch.
class object_filter {
public:
  /// The error is the text of a 400.
  [[nodiscard]] static tl::expected<object_filter, std::string>
  parse(const api_path& where);
  [[nodiscard]] bool matches(const boost::json::value& object) const;

private:
  enum class test { in, not_in, exists, missing };
  struct requirement {
    test op = test::in;
    std::string key; ///< a label, or a JSON pointer
    std::vector<std::string> values;
    [[nodiscard]] bool holds(const std::string* value) const;
  };

  tl::expected<void, std::string> add_label(std::string_view term);
  tl::expected<void, std::string> add_field(std::string_view term,
                                            const api_path& where);

  std::string ns_;
  std::vector<requirement> labels_;
  std::vector<requirement> fields_;
};

} // namespace spark::test
