#include "tests/sim/promised_policy.hpp"

#include <algorithm>

namespace spark::test {

promised_policy policy_of(const json::value& spec) {
  promised_policy out;
  auto* p = find(spec, "/restartPolicy");
  if (!p)
    return out;
  auto take = [&](const char* name, std::int64_t& to) {
    if (find(*p, name))
      to = number(*p, name);
  };
  if (auto type = text(*p, "/type"); !type.empty())
    out.type = type;
  take("/onFailureRetries", out.failures);
  take("/onSubmissionFailureRetries", out.submissions);
  take("/onInfrastructureFailureRetries", out.infrastructure);
  take("/onFailureRetryInterval", out.failure_interval);
  take("/onSubmissionFailureRetryInterval", out.submission_interval);
  take("/maxRetryInterval", out.longest);
  take("/healthyRunSeconds", out.healthy);
  out.exponential = text(*p, "/retryBackoff") == "Exponential";
  return out;
}

seconds promised_wait(const promised_policy& p, bool submission,
                      std::int64_t n) {
  auto wait = submission ? p.submission_interval : p.failure_interval;
  auto longest = p.longest;
  if (longest == 0 && p.exponential)
    longest = std::max<std::int64_t>(wait, 600);
  for (std::int64_t i = 1, interval = wait; i < n; ++i)
    wait += p.exponential ? wait : interval;
  return seconds{longest > 0 ? std::min(wait, longest) : wait};
}

json::value restarting_part(const json::value& spec) {
  auto out = spec;
  auto* object = out.if_object();
  if (!object)
    return out;
  for (auto* name : {"suspend", "timeToLiveSeconds", "sparkUIOptions",
                     "driverIngressOptions", "driverPodDisruptionBudget"})
    object->erase(name);
  if (auto* e = object->if_contains("executor"); e && e->is_object())
    for (auto* name : {"priorityClassName", "nodeSelector", "tolerations",
                       "affinity", "schedulerName"})
      e->get_object().erase(name);
  return out;
}

} // namespace spark::test
