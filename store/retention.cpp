#include "store/retention.hpp"

#include <limits>
#include <optional>

namespace spark {
namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

/// An application and the first seq of it that stays.
struct cut {
  std::string uid;
  std::int64_t keep_from = 0;
};

result<std::optional<cut>> first_cut(query q) {
  auto found = q.step();
  if (!found)
    return tl::unexpected(found.error());
  if (!*found)
    return std::optional<cut>{};
  return cut{q.text(0), q.integer(1)};
}

result<std::optional<cut>> find_over_cap(database& db, std::int64_t cap) {
  auto q = db.ask("SELECT uid,cut FROM (SELECT uid,first_seq,"
                  "(SELECT seq FROM snapshot p WHERE p.uid=s.uid"
                  " ORDER BY seq DESC LIMIT 1 OFFSET 1) AS cut"
                  " FROM stream s WHERE rows>?) WHERE first_seq<cut LIMIT 1");
  q.bind(cap);
  return first_cut(std::move(q));
}

result<std::optional<cut>> find_ended(database& db, std::int64_t before) {
  auto q = db.ask("SELECT uid,last_seq FROM stream"
                  " WHERE ended=1 AND rows>1 AND last_at<?"
                  " ORDER BY last_at LIMIT 1");
  q.bind(before);
  return first_cut(std::move(q));
}

result<void> delete_rows(database& db, const cut& c, std::int64_t next_seq) {
  auto ok = db.run("DELETE FROM entry WHERE seq IN (SELECT seq FROM entry"
                   " WHERE uid=? AND seq<? ORDER BY seq LIMIT 1000)",
                   c.uid, c.keep_from);
  auto gone = db.changes();
  if (ok)
    ok = db.run("UPDATE stream SET trimmed=1,rows=rows-?2,(first_seq,first_at)="
                "(SELECT seq,at FROM entry e WHERE e.uid=?1"
                " ORDER BY seq LIMIT 1) WHERE uid=?1",
                c.uid, gone);
  if (ok)
    ok = db.run("INSERT OR REPLACE INTO meta VALUES('next_seq',?)", next_seq);
  return ok;
}

/// What is left must load as one whole, at any moment: the newest row stays
/// with a snapshot of its own, or loading starts after it.
result<void> forget_start(database& db, const cut& c) {
  return db.run("UPDATE stream SET base_seq=last_seq,base_hash=last_hash"
                " WHERE uid=?1 AND NOT EXISTS"
                "(SELECT 1 FROM snapshot WHERE uid=?1)",
                c.uid);
}

result<void> shorten(database& db, const cut& c, bool ended,
                     std::int64_t next_seq) {
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  auto ok = delete_rows(db, c, next_seq);
  if (ok)
    ok = db.run("DELETE FROM snapshot WHERE uid=? AND seq<?", c.uid,
                c.keep_from);
  if (ok && ended)
    ok = forget_start(db, c);
  return ok ? tx->commit() : ok;
}

#define OLD_SUMMARIES                                                          \
  "(SELECT uid FROM stream WHERE ended=1 AND rows<=1 AND last_at<?"            \
  " ORDER BY last_at LIMIT 256)"

/// true when there were any.
result<bool> delete_summaries(database& db, std::int64_t before,
                              std::int64_t next_seq) {
  auto tx = transaction::begin(db);
  if (!tx)
    return tl::unexpected(tx.error());
  auto ok = db.run("DELETE FROM entry WHERE uid IN " OLD_SUMMARIES, before);
  if (ok)
    ok = db.run("DELETE FROM snapshot WHERE uid IN " OLD_SUMMARIES, before);
  if (ok)
    ok = db.run("DELETE FROM stream WHERE uid IN " OLD_SUMMARIES, before);
  auto gone = db.changes();
  if (ok && gone == 0)
    return false;
  if (ok)
    ok = db.run("INSERT OR REPLACE INTO meta VALUES('next_seq',?)", next_seq);
  if (ok)
    ok = tx->commit();
  if (!ok)
    return tl::unexpected(ok.error());
  return true;
}

/// Ended applications whose last row is older: first their rows, then they.
result<bool> trim_ended(database& db, std::int64_t rows_before,
                        std::int64_t summaries_before, std::int64_t next_seq) {
  auto old = find_ended(db, rows_before);
  if (!old)
    return tl::unexpected(old.error());
  if (!*old)
    return delete_summaries(db, summaries_before, next_seq);
  if (auto ok = shorten(db, **old, true, next_seq); !ok)
    return tl::unexpected(ok.error());
  return true;
}

struct pages {
  std::int64_t all = 0;
  std::int64_t free = 0;
  [[nodiscard]] std::int64_t used() const { return all - free; }
};

result<pages> count_pages(database& db) {
  auto all = db.integer("PRAGMA page_count");
  auto free = db.integer("PRAGMA freelist_count");
  if (!all || !free)
    return tl::unexpected(all ? free.error() : all.error());
  return pages{*all, *free};
}

/// Some free pages stay: the next rows want them.
result<bool> give_back(database& db, std::int64_t free) {
  constexpr std::int64_t kept = 256;
  if (free <= kept)
    return false;
  if (auto ok = db.exec("PRAGMA incremental_vacuum(256)"); !ok)
    return tl::unexpected(ok.error());
  auto left = count_pages(db);
  if (!left)
    return tl::unexpected(left.error());
  return left->free > kept && left->free < free;
}

} // namespace

result<std::int64_t> used_bytes(database& db) {
  auto count = count_pages(db);
  auto page_size = db.integer("PRAGMA page_size");
  if (!count || !page_size)
    return tl::unexpected(count ? page_size.error() : count.error());
  return count->used() * *page_size;
}

result<bool> trim_piece(database& db, const journal_options& options,
                        time_point now, std::int64_t next_seq) {
  auto over = find_over_cap(db, options.max_rows_per_app);
  if (!over)
    return tl::unexpected(over.error());
  if (*over) {
    if (auto ok = shorten(db, **over, false, next_seq); !ok)
      return tl::unexpected(ok.error());
    return true;
  }
  auto forget_before = to_millis(now - options.max_summary_age);
  if (auto ok = db.run("UPDATE stream SET ended=1 WHERE ended=0 AND last_at<?",
                       forget_before);
      !ok)
    return tl::unexpected(ok.error());
  auto done =
      trim_ended(db, to_millis(now - options.max_age), forget_before, next_seq);
  if (!done || *done)
    return done;
  auto used = used_bytes(db);
  if (!used)
    return tl::unexpected(used.error());
  if (*used > options.max_bytes) {
    done = trim_ended(db, no_limit, no_limit, next_seq);
    if (!done || *done)
      return done;
  }
  auto count = count_pages(db);
  if (!count)
    return tl::unexpected(count.error());
  return give_back(db, count->free);
}

result<void> make_room(database& db, std::int64_t next_seq,
                       std::int64_t enough_bytes) {
  constexpr int most_pieces = 256;
  auto done = db.checkpoint(false);
  for (int piece = 0; done && piece < most_pieces; ++piece) {
    auto used = used_bytes(db);
    if (!used)
      return tl::unexpected(used.error());
    if (*used <= enough_bytes)
      break;
    auto more = trim_ended(db, no_limit, no_limit, next_seq);
    if (!more)
      return tl::unexpected(more.error());
    if (!*more)
      break;
    done = db.checkpoint(false);
  }
  return done;
}

} // namespace spark
