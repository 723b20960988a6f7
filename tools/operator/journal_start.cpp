#include "tools/operator/journal_start.hpp"

#include "store/sqlite_journal.hpp"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace spark {

namespace {

void keep_in_memory(journal_options& wanted) {
  wanted.in_memory = true;
  wanted.refuse_bytes = std::min(wanted.max_bytes, memory_journal_bytes);
  wanted.max_bytes = wanted.refuse_bytes / 4 * 3;
}

void tell(const std::string& path, const opened& report, metrics& counters) {
  if (!report.corrupt_renamed_to.empty()) {
    counters.add(counter::journals_damaged);
    spdlog::error("journal: {} was damaged ({}); kept as {}, starting anew. "
                  "Running applications are not affected",
                  path, report.corrupt_reason, report.corrupt_renamed_to);
  }
  if (!report.damaged_uids.empty())
    spdlog::error("journal: {}: the rows of {} applications do not match "
                  "their hashes and are set aside, the first of uid {}",
                  path, report.damaged_uids.size(),
                  report.damaged_uids.front());
  spdlog::info("journal: {}, {} rows", path, report.rows);
}

result<std::shared_ptr<journal>> stand_in(const options& o, const error& why) {
  spdlog::error("{}; the journal is kept in memory until the operator is "
                "started again. Applications are not affected",
                to_string(why));
  auto wanted = journal_settings(o);
  keep_in_memory(wanted);
  wanted.stand_in = true;
  return open_journal(":memory:", wanted).map([](auto opened) {
    return std::shared_ptr<journal>{std::move(opened)};
  });
}

/// An empty file with a name of its own.
result<std::string> temporary_file() {
  auto directory = std::filesystem::temp_directory_path().string();
  auto path = directory + "/spark-operator-journal-XXXXXX";
  int fd = mkstemp(path.data());
  if (fd < 0)
    return fail(errc::io, "cannot make a temporary file", path);
  close(fd);
  return path;
}

} // namespace

void journal_door::close(std::string why) {
  std::lock_guard hold{mutex_};
  why_ = std::move(why);
  actor_ = nullptr;
}

void journal_door::open(journal_actor actor) {
  std::lock_guard hold{mutex_};
  actor_ = std::move(actor);
}

journal_actor journal_door::enter(std::string& why) const {
  std::lock_guard hold{mutex_};
  if (!actor_)
    why = why_;
  return actor_;
}

journal_options journal_settings(const options& o) {
  journal_options out;
  out.ended_phases = {"completed", "failed", "gone", "removed"};
  out.max_age = o.journal_retention;
  out.max_summary_age = std::max(out.max_summary_age, out.max_age);
  out.max_bytes = o.journal_max_size;
  out.reserve_bytes = std::min(journal_reserve_bytes, o.journal_max_size / 4);
  if (o.journal == ":memory:")
    keep_in_memory(out);
  return out;
}

result<std::shared_ptr<journal>>
wait_for_journal(const options& o, metrics& counters,
                 const std::function<void(const std::string& why)>& closed,
                 const std::function<bool(milliseconds most)>& asked_to_end) {
  auto wanted = journal_settings(o);
  for (int tries = 0;; ++tries) {
    auto opened = open_journal(o.journal, wanted);
    if (opened) {
      tell(o.journal, (*opened)->report(), counters);
      return std::shared_ptr<journal>{std::move(*opened)};
    }
    auto& why = opened.error();
    if (why.code != errc::conflict)
      return stand_in(o, why);
    closed(to_string(why));
    // Who that is, is said once, and again every minute.
    if (tries % 120 == 0)
      spdlog::warn("{}; waiting", to_string(why));
    if (asked_to_end(milliseconds{500}))
      return fail(errc::cancelled, "asked to end while waiting", "journal");
  }
}

result<std::string> export_to_file(caf::actor_system& sys,
                                   const journal_door& from,
                                   const std::stop_token& stop,
                                   milliseconds limit) {
  exported outcome;
  auto journal = from.enter(outcome.message);
  if (!journal)
    return fail(errc::io, outcome.message, "journal export");
  auto path = temporary_file();
  if (!path)
    return path;
  caf::scoped_actor self{sys};
  std::stop_callback wake{
      stop, [me = caf::actor{self}] { caf::anon_send(me, cancel_export{}); }};
  self->send(journal, export_journal{*path});
  self->receive(
      [&](const exported& e) { outcome = e; },
      [&](const cancel_export&) { outcome.message = "cancelled"; },
      caf::after(limit) >>
          [&] { outcome.message = "the journal did not answer in time"; });
  if (outcome.ok)
    return path;
  caf::anon_send(journal, cancel_export{*path});
  std::remove(path->c_str());
  return fail(errc::io, outcome.message, "journal export");
}

} // namespace spark
