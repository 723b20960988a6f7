#include "tools/loadgen/bare_run.hpp"

#include "tools/loadgen/manifests.hpp"
#include "tools/loadgen/resources.hpp"

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

namespace spark::load {
namespace {

/// Takes one application after the other through its writes.
class bare_client {
public:
  bare_client(traffic& t, const load_options& o, std::string run)
      : traffic_{t}, options_{o}, run_{std::move(run)} {}

  /// Starts the next application, if one is left.
  void next() {
    if (started_ == options_.bare_applications || stopped_)
      return;
    auto name = fmt::format("{}-{:05}", run_, started_++);
    auto a = std::make_shared<life>();
    a->name = name;
    a->writes = bare_writes(options_.bare_namespace, name, run_,
                            std::chrono::time_point_cast<milliseconds>(
                                std::chrono::system_clock::now()));
    ++under_way_;
    advance(a);
  }
  void stop() { stopped_ = true; }
  [[nodiscard]] bool ended() const { return under_way_ == 0; }

  bare_figures figures(instant began) const {
    auto out = figures_;
    out.seconds = lag(began, last_) / 1000;
    if (out.seconds > 0) {
      out.per_minute = static_cast<double>(out.applications) * 60 / out.seconds;
      out.writes_per_second =
          static_cast<double>(latencies_.size()) / out.seconds;
    }
    out.write = spread_of(latencies_);
    return out;
  }

private:
  struct life {
    std::string name;
    std::string uid;
    std::string version; ///< newest resourceVersion of the application
    std::vector<bare_write> writes;
    std::size_t done = 0;
  };

  request render(const life& a) const {
    using target = bare_write::target;
    auto& w = a.writes[a.done];
    auto& ns = options_.bare_namespace;
    auto body = w.body;
    switch (w.what) {
    case target::application:
      return post(applications_path(ns), body);
    case target::status:
      body.as_object()["metadata"] = {{"uid", a.uid},
                                      {"resourceVersion", a.version}};
      return merge_patch(applications_path(ns) + "/" + a.name + "/status",
                         body);
    case target::pod_status:
      return merge_patch(
          core_path(ns, "pods") + "/" + a.name + "-driver/status", body);
    case target::config_map:
      return owned(core_path(ns, "configmaps"), body, a.uid);
    case target::service:
      return owned(core_path(ns, "services"), body, a.uid);
    case target::pod:
      return owned(core_path(ns, "pods"), body, a.uid);
    case target::event:
      return owned(core_path(ns, "events"), body, a.uid);
    }
    return {};
  }

  static request owned(std::string path, const json::value& body,
                       const std::string& uid) {
    auto out = post(std::move(path), body);
    boost::replace_all(out.body, "{uid}", uid);
    return out;
  }

  void advance(const std::shared_ptr<life>& a) {
    auto sent_at = std::chrono::steady_clock::now();
    // One try: a repeated POST or a guarded PATCH would only meet a 409.
    traffic_.send(
        render(*a),
        [this, a, sent_at](const reply& r, instant at) {
          latencies_.push_back(lag(sent_at, at));
          last_ = at;
          if (success(r))
            proceed(a, r);
          else
            give_up(a, r);
        },
        1);
  }

  void proceed(const std::shared_ptr<life>& a, const reply& r) {
    using target = bare_write::target;
    auto what = a->writes[a->done].what;
    if (what == target::application || what == target::status) {
      json::error_code ec;
      auto body = json::parse(r.body, ec);
      a->uid = text(body, "/metadata/uid");
      a->version = text(body, "/metadata/resourceVersion");
    }
    if (++a->done < a->writes.size()) {
      advance(a);
      return;
    }
    ++figures_.applications;
    --under_way_;
    next();
  }

  void give_up(const std::shared_ptr<life>& a, const reply& r) {
    if (figures_.failed++ == 0)
      figures_.first_failure = to_string(error_of_reply(
          r, fmt::format("write {} of {}", a->done + 1, a->name)));
    --under_way_;
    next();
  }

  traffic& traffic_;
  const load_options& options_;
  std::string run_;
  std::size_t started_ = 0;
  std::size_t under_way_ = 0;
  bool stopped_ = false;
  std::vector<double> latencies_;
  instant last_{};
  bare_figures figures_;
};

} // namespace

bare_figures run_bare(transport& to, const load_options& o,
                      const std::string& run,
                      const volatile std::sig_atomic_t& stop) {
  using clock = std::chrono::steady_clock;
  traffic t{to, o.bare_concurrency};
  if (auto ready = ensure_namespace(t, o.bare_namespace); !ready) {
    bare_figures out;
    out.failed = o.bare_applications;
    out.first_failure = to_string(ready.error());
    return out;
  }
  bare_client client{t, o, run};
  auto began = clock::now();
  for (std::size_t i = 0; i < o.bare_concurrency; ++i)
    client.next();
  while (!client.ended()) {
    t.wait(clock::now() + milliseconds{200});
    if (stop || clock::now() - began > o.timeout)
      client.stop();
  }
  return client.figures(began);
}

} // namespace spark::load
