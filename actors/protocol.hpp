#pragma once

#include "k8s/calls.hpp"
#include "k8s/watch/watch_machine.hpp"
#include "messages/observed.hpp"
#include "messages/observed_schedule.hpp"
#include "store/journal.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Every actor's interface, a sentence per handler. Messages never leave this
/// process: they are moved in and read as const references, and CAF needs no
/// way to serialize them (the list at the end says so once).
namespace spark {

// -- journal ------------------------------------------------------------------

/// Answered when the row is durable, or when the journal has given up on it
/// (seq 0): explanation is lost then, correctness is not.
struct append_row {
  journal_row row;
  std::vector<journal_snapshot> snapshots;
};
struct appended {
  std::int64_t seq = 0;
  time_point at{};
};
struct load_stream {
  std::string uid;
};
struct loaded_stream {
  journal_history history;
};
struct export_journal {
  std::string path;
};
struct exported {
  bool ok = false;
  std::string message;
};
/// Nobody waits for that export any more: it ends, and what it made goes.
struct cancel_export {
  std::string path;
};
/// To itself: all rows that arrived meanwhile share one transaction.
struct flush_rows {};
struct copy_pages {};
struct trim_journal {};

using journal_actor =
    caf::typed_actor<caf::replies_to<append_row>::with<appended>,
                     caf::replies_to<load_stream>::with<loaded_stream>,
                     caf::replies_to<export_journal>::with<exported>,
                     caf::reacts_to<cancel_export>, caf::reacts_to<flush_rows>,
                     caf::reacts_to<copy_pages>, caf::reacts_to<trim_journal>>;

// -- api ----------------------------------------------------------------------

/// From the transport's thread: an operation has ended.
struct http_done {
  op_id id = 0;
  reply what;
};
/// To itself: a pause that the server asked for is over.
struct resume_calls {
  std::uint64_t generation = 0;
};
/// The fence was closed: writes that wait are answered with sent::no, and this
/// when none is under way any more.
struct settle_writes {};
struct writes_settled {};

/// Answers every call exactly once, also at shutdown; deadlines live in the
/// transport, so callers wait without a time limit of their own.
using api_actor =
    caf::typed_actor<caf::replies_to<api_call>::with<reply>,
                     caf::reacts_to<http_done>, caf::reacts_to<resume_calls>,
                     caf::replies_to<settle_writes>::with<writes_settled>>;

// -- app ----------------------------------------------------------------------

/// The first view in this term of leadership.
struct adopt_app {
  observed_application app;
  std::vector<driver_fact> drivers;
  std::int64_t epoch = 0;
};
struct app_seen {
  observed_application app;
};
struct app_fact {
  app_stimulus fact;
};
struct wake_up {
  std::uint64_t generation = 0;
};

using app_actor =
    caf::typed_actor<caf::reacts_to<adopt_app>, caf::reacts_to<app_seen>,
                     caf::reacts_to<app_fact>, caf::reacts_to<wake_up>>;

// -- collections --------------------------------------------------------------

/// Lines of a stream that somebody still has to work on. The messages that came
/// of them share this, so they count until the last of those is gone, whoever
/// had it.
class owed_lines {
public:
  owed_lines(std::shared_ptr<std::atomic<int>> total, int count)
      : total_(std::move(total)), count_(count) {
    total_->fetch_add(count_);
  }
  ~owed_lines() { total_->fetch_sub(count_); }
  owed_lines(const owed_lines&) = delete;
  owed_lines& operator=(const owed_lines&) = delete;

private:
  std::shared_ptr<std::atomic<int>> total_;
  int count_;
};

/// What a watch says about a collection; apply in the order of the members.
template<class T>
struct collection_change {
  std::size_t source = 0; ///< which watch of several (one per namespace)
  bool list_begins = false;
  object_use use = object_use::ignore;
  std::vector<T> objects;
  bool list_complete = false;
  std::shared_ptr<const owed_lines> owed;
};

// -- scheduler ----------------------------------------------------------------

using schedules_change = collection_change<observed_schedule>;
/// From the registry, in the order in which it saw them.
struct run_shown {
  std::string schedule_uid;
  run_fact run;
};
struct run_departed {
  std::string schedule_uid;
  std::string name;
  std::string uid;
};
/// A list is complete: all runs that were there have been shown.
struct runs_listed {};

using scheduler_actor =
    caf::typed_actor<caf::reacts_to<schedules_change>,
                     caf::reacts_to<run_shown>, caf::reacts_to<run_departed>,
                     caf::reacts_to<runs_listed>, caf::reacts_to<wake_up>>;

// -- registry -----------------------------------------------------------------

using apps_change = collection_change<observed_application>;
using pods_change = collection_change<observed_pod>;

/// An application has nothing to do any more and has seen `messages` messages
/// of the registry; if that is all there were, it is let go.
struct retire_app {
  std::string uid;
  std::uint64_t messages = 0;
};

using registry_actor =
    caf::typed_actor<caf::reacts_to<apps_change>, caf::reacts_to<pods_change>,
                     caf::reacts_to<retire_app>, caf::reacts_to<wake_up>>;

// -- watch --------------------------------------------------------------------

/// Lines of a stream, already reduced to what we keep.
template<class T>
struct stream_lines {
  exchange_id id = 0;
  std::vector<decoded_line<T>> lines;
  error malformed; ///< set: the stream cannot be understood
  bool is_malformed = false;
  std::shared_ptr<const owed_lines> owed;
};
template<class T>
struct list_reply {
  exchange_id id = 0;
  decoded_page<T> page;
  error why;
  bool failed = false;
  seconds retry_after{0};
};
struct stream_over {
  exchange_id id = 0;
  stream_end end;
};
/// More lines are waiting than may be owed.
struct stream_flooded {
  exchange_id id = 0;
};

template<class T>
using watch_actor =
    caf::typed_actor<caf::reacts_to<list_reply<T>>,
                     caf::reacts_to<stream_lines<T>>,
                     caf::reacts_to<stream_over>,
                     caf::reacts_to<stream_flooded>, caf::reacts_to<wake_up>>;

} // namespace spark

// Local messages only; see above.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::append_row)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::appended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::load_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::loaded_stream)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::export_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::exported)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::cancel_export)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::flush_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::copy_pages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::trim_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::api_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::reply)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::http_done)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::resume_calls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::settle_writes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::writes_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::adopt_app)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::app_seen)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::app_fact)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::wake_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::apps_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::pods_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::schedules_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::run_shown)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::run_departed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::runs_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::retire_app)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::stream_lines<spark::observed_application>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::stream_lines<spark::observed_pod>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::stream_lines<spark::observed_schedule>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::list_reply<spark::observed_schedule>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::list_reply<spark::observed_application>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::list_reply<spark::observed_pod>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::stream_over)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(spark::stream_flooded)
