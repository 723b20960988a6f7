#include "store/journal_rows.hpp"

#include "store/chain.hpp"

#include <algorithm>

namespace spark {
namespace {

#define ROW_COLUMNS                                                            \
  "e.seq,e.uid,s.ns,s.name,e.at,e.epoch,e.rules_version,e.stimulus,e.events,"  \
  "e.effects,e.phase_before,e.phase_after,e.state_hash,e.prev_hash,e.hash,"    \
  "e.lost"
#define STREAM_COLUMNS                                                         \
  "uid,ns,name,phase,rows,first_seq,last_seq,first_at,last_at,trimmed"

/// A row as stored, with its place in the chain.
struct linked_row {
  journal_row row;
  row_hash previous{};
  row_hash hash{};
  [[nodiscard]] bool intact() const { return hash_of(row, previous) == hash; }
};

linked_row read_row(const query& q) {
  linked_row out;
  auto& row = out.row;
  row.seq = q.integer(0);
  row.uid = q.text(1);
  row.ns = q.text(2);
  row.name = q.text(3);
  row.at = from_millis(q.integer(4));
  row.epoch = q.integer(5);
  row.rules_version = q.integer(6);
  row.stimulus = q.text(7);
  row.events = q.text(8);
  row.effects = q.text(9);
  row.phase_before = q.text(10);
  row.phase_after = q.text(11);
  row.state_hash = q.text(12);
  out.previous = q.hash(13);
  out.hash = q.hash(14);
  row.lost = q.integer(15);
  return out;
}

/// Calls `take(query)` for every row until it returns false.
template<class F>
result<void> each(query& q, F take) {
  for (;;) {
    auto more = q.step();
    if (!more)
      return tl::unexpected(more.error());
    if (!*more || !take(q))
      return {};
  }
}

result<std::vector<journal_stream>> read_streams(query& q) {
  std::vector<journal_stream> out;
  auto ok = each(q, [&](const query& row) {
    journal_stream s;
    s.uid = row.text(0);
    s.ns = row.text(1);
    s.name = row.text(2);
    s.phase = row.text(3);
    s.rows = row.integer(4);
    s.first_seq = row.integer(5);
    s.last_seq = row.integer(6);
    s.first_at = from_millis(row.integer(7));
    s.last_at = from_millis(row.integer(8));
    s.trimmed = row.integer(9) != 0;
    out.push_back(std::move(s));
    return true;
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return out;
}

std::string mismatch(const journal_row& row) {
  return "row " + std::to_string(row.seq) + " of " + row.ns + "/" + row.name +
         " (uid " + row.uid + ") does not match its hash";
}

std::string missing(const std::string& uid, std::int64_t last_seq) {
  return "rows of uid " + uid + " up to " + std::to_string(last_seq) +
         " are missing";
}

void drop_content(journal_history& history, std::string damage) {
  history =
      journal_history{.trimmed = history.trimmed, .damage = std::move(damage)};
}

} // namespace

struct journal_rows::stream_head {
  std::string uid;
  std::int64_t last_seq = 0;
  std::int64_t base_seq = 0;
  bool trimmed = false;
  std::string damage;
  row_hash base_hash{};
  row_hash last_hash{};
};

result<bool> journal_rows::read_head(const std::string& uid, stream_head& out) {
  auto q = db_.ask("SELECT last_seq,base_seq,trimmed,damage,base_hash,last_hash"
                   " FROM stream WHERE uid=?");
  q.bind(uid);
  auto found = q.step();
  if (!found || !*found)
    return found;
  out = stream_head{uid,       q.integer(0), q.integer(1), q.integer(2) != 0,
                    q.text(3), q.hash(4),    q.hash(5)};
  return true;
}

/// Calls `take(snapshot, hash of its row)` for those that are intact, newest
/// first, until it returns false.
template<class F>
result<void> journal_rows::each_snapshot(const stream_head& head, F take) {
  auto q = db_.ask("SELECT seq,rules_version,state,state_hash,row_hash,hash"
                   " FROM snapshot WHERE uid=? AND seq>? ORDER BY seq DESC");
  q.bind(head.uid).bind(head.base_seq);
  return each(q, [&](const query& row) {
    journal_snapshot s{head.uid, row.integer(0), row.integer(1), row.text(2),
                       row.text(3)};
    bool intact = hash_of(s, row.hash(4)) == row.hash(5);
    return !intact || take(std::move(s), row.hash(4));
  });
}

/// The newest snapshot that is intact, and the hash its first row follows on.
result<void> journal_rows::read_start(const stream_head& head,
                                      journal_history& out, row_hash& anchor) {
  anchor = head.base_hash;
  return each_snapshot(head, [&](journal_snapshot s, const row_hash& of_row) {
    out.has_snapshot = true;
    out.snapshot = std::move(s);
    anchor = of_row;
    return false;
  });
}

result<void> journal_rows::read_rows(const stream_head& head,
                                     const row_hash& anchor,
                                     journal_history& out) {
  auto from = out.has_snapshot ? out.snapshot.seq : head.base_seq;
  auto previous = anchor;
  std::string damage;
  auto q =
      db_.ask("SELECT " ROW_COLUMNS " FROM entry e JOIN stream s USING(uid)"
              " WHERE e.uid=? AND e.seq>? ORDER BY e.seq");
  q.bind(head.uid).bind(from);
  auto ok = each(q, [&](const query& row) {
    auto next = read_row(row);
    if (!next.intact())
      damage = mismatch(next.row);
    else if (next.previous != previous)
      damage = missing(head.uid, next.row.seq - 1);
    previous = next.hash;
    out.rows.push_back(std::move(next.row));
    return damage.empty();
  });
  if (ok && damage.empty() && previous != head.last_hash)
    damage = missing(head.uid, head.last_seq);
  if (!damage.empty())
    drop_content(out, std::move(damage));
  return ok;
}

result<journal_history> journal_rows::load(const std::string& uid) {
  journal_history out;
  stream_head head;
  auto found = read_head(uid, head);
  if (!found)
    return tl::unexpected(found.error());
  if (!*found)
    return out;
  out.trimmed = head.trimmed;
  if (head.base_seq == head.last_seq) {
    out.damage = head.damage;
    return out;
  }
  row_hash anchor{};
  if (auto ok = read_start(head, out, anchor); !ok)
    return tl::unexpected(ok.error());
  if (auto ok = read_rows(head, anchor, out); !ok)
    return tl::unexpected(ok.error());
  return out;
}

result<std::vector<journal_stream>> journal_rows::streams() {
  auto q = db_.ask("SELECT " STREAM_COLUMNS " FROM stream ORDER BY first_seq");
  return read_streams(q);
}

result<std::vector<journal_stream>>
journal_rows::find_streams(const std::string& ns, const std::string& name) {
  auto q = db_.ask("SELECT " STREAM_COLUMNS " FROM stream WHERE ns=? AND name=?"
                   " ORDER BY last_seq DESC");
  q.bind(ns).bind(name);
  return read_streams(q);
}

result<std::vector<journal_row>> journal_rows::rows_of(const std::string& uid,
                                                       std::int64_t from_seq,
                                                       std::size_t limit) {
  auto q =
      db_.ask("SELECT " ROW_COLUMNS " FROM entry e JOIN stream s USING(uid)"
              " WHERE e.uid=? AND e.seq>=? ORDER BY e.seq LIMIT ?");
  q.bind(uid).bind(from_seq).bind(static_cast<std::int64_t>(limit));
  std::vector<journal_row> out;
  auto ok = each(q, [&](const query& row) {
    out.push_back(read_row(row).row);
    return true;
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return out;
}

result<std::vector<journal_snapshot>>
journal_rows::snapshots_of(const std::string& uid) {
  std::vector<journal_snapshot> out;
  stream_head head;
  auto found = read_head(uid, head);
  if (!found)
    return tl::unexpected(found.error());
  if (!*found)
    return out;
  auto ok = each_snapshot(head, [&](journal_snapshot s, const row_hash&) {
    out.push_back(std::move(s));
    return true;
  });
  if (!ok)
    return tl::unexpected(ok.error());
  std::reverse(out.begin(), out.end());
  return out;
}

result<std::int64_t> journal_rows::first_broken_row(const std::string& uid) {
  stream_head head;
  auto found = read_head(uid, head);
  if (!found)
    return tl::unexpected(found.error());
  if (!*found)
    return 0;
  std::int64_t broken = 0;
  auto previous = chain_start;
  bool free_start = head.trimmed; // what the first row follows on is gone
  auto q =
      db_.ask("SELECT " ROW_COLUMNS " FROM entry e JOIN stream s USING(uid)"
              " WHERE e.uid=? ORDER BY e.seq");
  q.bind(uid);
  auto ok = each(q, [&](const query& row) {
    auto next = read_row(row);
    if (!next.intact() || (!free_start && next.previous != previous))
      broken = next.row.seq;
    free_start = false;
    previous = next.hash;
    return broken == 0;
  });
  if (!ok)
    return tl::unexpected(ok.error());
  if (broken == 0 && previous != head.last_hash)
    broken = head.last_seq;
  return broken;
}

result<std::vector<journal_rows::broken_tail>> journal_rows::broken_tails() {
  std::vector<broken_tail> out;
  auto q = db_.ask("SELECT " ROW_COLUMNS ",s.last_hash,s.uid,s.last_seq"
                   " FROM stream s LEFT JOIN entry e"
                   " ON e.seq=s.last_seq AND e.uid=s.uid"
                   " WHERE s.base_seq<s.last_seq");
  auto ok = each(q, [&](const query& row) {
    auto last = read_row(row);
    if (last.row.seq == 0)
      out.push_back({row.text(17), missing(row.text(17), row.integer(18))});
    else if (!last.intact() || last.hash != row.hash(16))
      out.push_back({row.text(17), mismatch(last.row)});
    return true;
  });
  if (!ok)
    return tl::unexpected(ok.error());
  return out;
}

result<void> journal_rows::set_aside(const std::string& uid,
                                     const std::string& why) {
  auto tx = transaction::begin(db_);
  if (!tx)
    return tl::unexpected(tx.error());
  auto ok = db_.run("UPDATE stream SET base_seq=last_seq,base_hash=last_hash,"
                    "damage=?2 WHERE uid=?1",
                    uid, why);
  if (ok)
    ok = db_.run("DELETE FROM snapshot WHERE uid=?", uid);
  return ok ? tx->commit() : ok;
}

} // namespace spark
