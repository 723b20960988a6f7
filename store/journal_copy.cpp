#include "store/journal_copy.hpp"

#include <sqlite3.h>

#include <cstdio>
#include <filesystem>

namespace spark {
namespace {

constexpr int pages_per_step = 64;

void remove_part(const std::string& part) {
  for (const char* suffix : {"", "-journal", "-wal"})
    std::remove((part + suffix).c_str());
}

} // namespace

result<std::unique_ptr<journal_copy>> journal_copy::start(database& from,
                                                          std::string path) {
  std::unique_ptr<journal_copy> copy{new journal_copy{std::move(path)}};
  remove_part(copy->part());
  auto to = database::open(copy->part(), database::access::create);
  if (!to)
    return tl::unexpected(to.error());
  copy->to_ = std::move(*to);
  if (auto ok = copy->to_->exec("PRAGMA locking_mode=EXCLUSIVE;"
                                "PRAGMA synchronous=OFF;"
                                "PRAGMA temp_store=MEMORY");
      !ok)
    return tl::unexpected(ok.error());
  copy->backup_ =
      sqlite3_backup_init(copy->to_->handle(), "main", from.handle(), "main");
  if (!copy->backup_)
    return tl::unexpected(copy->to_->failure(
        sqlite3_extended_errcode(copy->to_->handle()), "start copying"));
  return copy;
}

journal_copy::~journal_copy() {
  if (!complete_)
    abandon("dropped");
}

tl::unexpected<error> journal_copy::give_up(error why) {
  if (backup_)
    sqlite3_backup_finish(std::exchange(backup_, nullptr));
  to_.reset();
  remove_part(part());
  failed_ = why;
  return tl::unexpected(std::move(why));
}

void journal_copy::abandon(std::string why) {
  if (!complete_ && !failed_)
    give_up(error{errc::cancelled, std::move(why), "copy to " + path_, 0});
}

result<bool> journal_copy::step() {
  if (failed_)
    return tl::unexpected(*failed_);
  if (complete_)
    return true;
  int code = sqlite3_backup_step(backup_, pages_per_step);
  if (code == SQLITE_OK || means_locked(code))
    return false;
  if (code == SQLITE_DONE)
    return finish();
  return give_up(to_->failure(code, "copy"));
}

result<bool> journal_copy::finish() {
  int code = sqlite3_backup_finish(std::exchange(backup_, nullptr));
  if (code != SQLITE_OK)
    return give_up(to_->failure(code, "copy"));
  // The header came from a file with a write-ahead log.
  auto mode = to_->text("PRAGMA journal_mode=DELETE");
  if (!mode)
    return give_up(mode.error());
  if (*mode != "delete")
    return give_up(error{errc::io, "the copy stays in journal_mode " + *mode,
                         "copy to " + path_, 0});
  to_.reset();
  std::error_code ec;
  std::filesystem::rename(part(), path_, ec);
  if (ec)
    return give_up(
        error{errc::io, "rename: " + ec.message(), "copy to " + path_, 0});
  complete_ = true;
  return true;
}

} // namespace spark
