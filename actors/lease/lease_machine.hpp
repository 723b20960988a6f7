#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace spark {

/// What we need of a coordination.k8s.io/v1 Lease.
struct lease_record {
  std::string holder; ///< empty: released
  std::chrono::seconds duration{0};
  std::string renewed; ///< opaque: only whether it changes counts
  std::int64_t transitions = 0;
  std::string resource_version;
  bool operator==(const lease_record&) const = default;
};

struct lease_timing {
  std::chrono::milliseconds duration{15'000};
  std::chrono::milliseconds renew_deadline{14'000};
  std::chrono::milliseconds retry_period{4'000};
};

enum class lease_action {
  none,
  look,   ///< GET
  create, ///< POST with us as the holder
  update  ///< with the resourceVersion that was seen last
};

struct lease_step {
  lease_action action = lease_action::none;
  lease_record wanted;    ///< to create or update
  bool acquiring = false; ///< not a mere renewal of our own
  bool gained = false; ///< we lead from now on, in the term wanted.transitions
  bool lost = false;   ///< stop everything that writes, now
};

/// Leader election over one Lease, as a state machine without clock or socket.
/// Not guaranteed: that nobody else acts at the same time. A lease does not
/// fence; `fence()` and the claims do. Time stamps in the record are never
/// trusted: only how long *we* have seen it unchanged, on our steady clock.
class lease_machine {
public:
  using instant = std::chrono::steady_clock::time_point;

  lease_machine(std::string identity, lease_timing timing);

  /// Call once, and then whenever `wake` has passed.
  [[nodiscard]] lease_step tick(instant now);
  /// A GET was answered; nullopt: there is no Lease.
  [[nodiscard]] lease_step looked(const std::optional<lease_record>& found,
                                  instant now);
  /// A create or update was accepted; `stored` is what the server has now.
  [[nodiscard]] lease_step written(const lease_record& stored, instant now);
  /// A request failed, whatever it was (a lost race too): look again.
  [[nodiscard]] lease_step failed(instant now);
  /// Asks for nothing any more. What is under way is still to be reported: it
  /// may change what there is to release.
  void stop() { stopped_ = true; }
  /// What to write so that the next leader need not wait. Nothing while a
  /// request is under way, or when the lease is not ours.
  [[nodiscard]] std::optional<lease_record> release();

  [[nodiscard]] bool leading() const { return leading_; }
  [[nodiscard]] bool busy() const { return busy_; }
  [[nodiscard]] instant wake() const { return wake_; }
  /// No write may be on its way later than this (contract "Who goes first").
  [[nodiscard]] instant fence() const { return renewed_at_ + timing_.duration; }

private:
  [[nodiscard]] lease_step lose_if_late(instant now);
  [[nodiscard]] lease_step write() const;

  std::string identity_;
  lease_timing timing_;
  std::optional<lease_record> seen_;
  instant seen_at_{};    ///< when `seen_` last changed before our eyes
  instant sent_at_{};    ///< of the write under way
  instant renewed_at_{}; ///< when the last accepted write was sent
  instant wake_{};
  bool leading_ = false;
  bool busy_ = false; ///< a request is under way
  bool stopped_ = false;
  bool refresh_ = false; ///< what we saw may be stale
};

} // namespace spark
