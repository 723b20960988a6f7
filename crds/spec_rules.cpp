#include "crds/spec_rules.hpp"

#include <array>

namespace spark {

namespace {

bool one_node_selector(const spark_application_spec& spec) {
  return spec.node_selector.empty() || (spec.driver.node_selector.empty() &&
                                        spec.executor.node_selector.empty());
}

using count = std::optional<std::int64_t>;

bool in_order(const count& less, const count& more) {
  return !less || !more || *less <= *more;
}

bool least_and_most(const spark_application_spec& spec) {
  const auto& d = spec.dynamic_allocation;
  return in_order(d.min_executors, d.max_executors);
}

bool initial_in_range(const spark_application_spec& spec) {
  const auto& d = spec.dynamic_allocation;
  return in_order(d.min_executors, d.initial_executors) &&
         in_order(d.initial_executors, d.max_executors);
}

constexpr std::array rules{
    spec_rule{"spec.nodeSelector",
              "!has(self.nodeSelector) || size(self.nodeSelector) == 0 || "
              "!((has(self.driver) && has(self.driver.nodeSelector) && "
              "size(self.driver.nodeSelector) > 0) || (has(self.executor) && "
              "has(self.executor.nodeSelector) && "
              "size(self.executor.nodeSelector) > 0))",
              "nodeSelector can be given for the application or for driver and "
              "executor, not at both levels",
              one_node_selector},
    spec_rule{"spec.dynamicAllocation.minExecutors",
              "!has(self.dynamicAllocation) || "
              "!has(self.dynamicAllocation.minExecutors) || "
              "!has(self.dynamicAllocation.maxExecutors) || "
              "self.dynamicAllocation.minExecutors <= "
              "self.dynamicAllocation.maxExecutors",
              "must not be more than maxExecutors", least_and_most},
    spec_rule{"spec.dynamicAllocation.initialExecutors",
              "!has(self.dynamicAllocation) || "
              "!has(self.dynamicAllocation.initialExecutors) || "
              "((!has(self.dynamicAllocation.minExecutors) || "
              "self.dynamicAllocation.minExecutors <= "
              "self.dynamicAllocation.initialExecutors) && "
              "(!has(self.dynamicAllocation.maxExecutors) || "
              "self.dynamicAllocation.initialExecutors <= "
              "self.dynamicAllocation.maxExecutors))",
              "must lie between minExecutors and maxExecutors",
              initial_in_range},
};

} // namespace

std::span<const spec_rule> spec_rules() noexcept { return rules; }

} // namespace spark
