#include "store/memory_journal.hpp"

#include "store/chain.hpp"

#include <algorithm>

namespace spark {

memory_journal::memory_journal(journal_options options)
    : options_(std::move(options)) {}

void memory_journal::fail_append(int n, error why) {
  fail_at_ = appends_ + n;
  fail_once_ = std::move(why);
}

void memory_journal::fail_all(std::optional<error> why) {
  fail_all_ = std::move(why);
}

result<void>
memory_journal::append(std::vector<journal_row>& rows,
                       const std::vector<journal_snapshot>& snapshots) {
  ++appends_;
  if (fail_all_)
    return tl::unexpected(*fail_all_);
  if (fail_once_ && appends_ == fail_at_)
    return tl::unexpected(*std::exchange(fail_once_, std::nullopt));
  for (auto& row : rows)
    if (auto ok = check(row); !ok)
      return ok;
  for (auto& snapshot : snapshots)
    if (auto ok = check(snapshot); !ok)
      return ok;
  auto before = streams_; // small in tests; a snapshot may still be refused
  auto seq = next_seq_;
  for (auto row : rows) {
    row.seq = seq++;
    streams_[row.uid].rows.push_back(std::move(row));
  }
  for (auto s : snapshots) {
    auto& stream = streams_[s.uid];
    auto row =
        std::find_if(stream.rows.rbegin(), stream.rows.rend(),
                     [&](auto& r) { return s.seq == 0 || r.seq == s.seq; });
    if (row == stream.rows.rend()) {
      streams_ = std::move(before);
      return fail(errc::invalid, "a snapshot of a row the journal has not",
                  s.uid);
    }
    s.seq = row->seq;
    add(stream, std::move(s));
  }
  for (auto& row : rows)
    row.seq = next_seq_++;
  return {};
}

void memory_journal::add(stream& to, journal_snapshot s) {
  auto& kept = to.snapshots;
  std::erase_if(kept, [&](auto& old) { return old.seq == s.seq; });
  kept.push_back(std::move(s));
  std::sort(kept.begin(), kept.end(),
            [](auto& a, auto& b) { return a.seq < b.seq; });
  if (kept.size() < 3)
    return;
  auto keep_from = kept[kept.size() - 2].seq;
  std::erase_if(kept, [&](auto& old) {
    auto row = std::find_if(to.rows.begin(), to.rows.end(),
                            [&](auto& r) { return r.seq == old.seq; });
    bool after_gap = row != to.rows.end() && row->lost > 0;
    return old.seq < keep_from && !after_gap;
  });
}

result<journal_history> memory_journal::load(const std::string& uid) {
  if (fail_all_)
    return tl::unexpected(*fail_all_);
  journal_history out;
  auto found = streams_.find(uid);
  if (found == streams_.end())
    return out;
  auto& s = found->second;
  out.trimmed = s.trimmed;
  auto from = s.base_seq;
  if (!s.snapshots.empty()) {
    out.has_snapshot = true;
    out.snapshot = s.snapshots.back();
    from = out.snapshot.seq;
  }
  std::copy_if(s.rows.begin(), s.rows.end(), std::back_inserter(out.rows),
               [&](auto& row) { return row.seq > from; });
  return out;
}

journal_stream memory_journal::describe(const stream& s) {
  auto& first = s.rows.front();
  auto& last = s.rows.back();
  return {first.uid,
          first.ns,
          first.name,
          last.phase_after,
          static_cast<std::int64_t>(s.rows.size()),
          first.seq,
          last.seq,
          first.at,
          last.at,
          s.trimmed};
}

result<std::vector<journal_stream>> memory_journal::streams() {
  if (fail_all_)
    return tl::unexpected(*fail_all_);
  std::vector<journal_stream> out;
  for (auto& [uid, s] : streams_)
    out.push_back(describe(s));
  std::sort(out.begin(), out.end(),
            [](auto& a, auto& b) { return a.first_seq < b.first_seq; });
  return out;
}

result<std::vector<journal_stream>>
memory_journal::find_streams(const std::string& ns, const std::string& name) {
  auto all = streams();
  if (!all)
    return all;
  std::erase_if(*all, [&](auto& s) { return s.ns != ns || s.name != name; });
  std::sort(all->begin(), all->end(),
            [](auto& a, auto& b) { return a.last_seq > b.last_seq; });
  return all;
}

result<std::vector<journal_row>> memory_journal::rows_of(const std::string& uid,
                                                         std::int64_t from_seq,
                                                         std::size_t limit) {
  if (fail_all_)
    return tl::unexpected(*fail_all_);
  std::vector<journal_row> out;
  if (auto found = streams_.find(uid); found != streams_.end())
    for (auto& row : found->second.rows)
      if (row.seq >= from_seq && out.size() < limit)
        out.push_back(row);
  return out;
}

result<std::vector<journal_snapshot>>
memory_journal::snapshots_of(const std::string& uid) {
  if (fail_all_)
    return tl::unexpected(*fail_all_);
  auto found = streams_.find(uid);
  return found == streams_.end() ? std::vector<journal_snapshot>{}
                                 : found->second.snapshots;
}

result<std::int64_t> memory_journal::first_broken_row(const std::string&) {
  return 0;
}

result<std::unique_ptr<journal::copy>>
memory_journal::start_copy(const std::string& path) {
  return fail(errc::invalid, "a journal in memory has no file to copy",
              "copy to " + path);
}

bool memory_journal::ended(const stream& s) const {
  auto& ended = options_.ended_phases;
  return std::find(ended.begin(), ended.end(), s.rows.back().phase_after) !=
         ended.end();
}

void memory_journal::shorten(stream& s, std::int64_t keep_from) {
  std::erase_if(s.rows, [&](auto& row) { return row.seq < keep_from; });
  std::erase_if(s.snapshots, [&](auto& old) { return old.seq < keep_from; });
  s.trimmed = true;
}

result<bool> memory_journal::trim(time_point now) {
  std::erase_if(streams_, [&](auto& entry) {
    return entry.second.rows.back().at < now - options_.max_summary_age;
  });
  for (auto& [uid, s] : streams_) {
    bool over =
        static_cast<std::int64_t>(s.rows.size()) > options_.max_rows_per_app;
    if (auto n = s.snapshots.size();
        over && n >= 2 && s.rows.front().seq < s.snapshots[n - 2].seq)
      shorten(s, s.snapshots[n - 2].seq);
    auto last = s.rows.back().seq;
    if (!ended(s) || s.rows.size() < 2 ||
        s.rows.back().at >= now - options_.max_age)
      continue;
    shorten(s, last);
    if (s.snapshots.empty())
      s.base_seq = last;
  }
  return false;
}

std::vector<journal_row> memory_journal::all_rows() const {
  std::vector<journal_row> out;
  for (auto& [uid, s] : streams_)
    out.insert(out.end(), s.rows.begin(), s.rows.end());
  std::sort(out.begin(), out.end(),
            [](auto& a, auto& b) { return a.seq < b.seq; });
  return out;
}

} // namespace spark
