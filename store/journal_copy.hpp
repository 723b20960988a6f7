#pragma once

#include "store/database.hpp"
#include "store/journal.hpp"

#include <optional>

struct sqlite3_backup;

namespace spark {

/// An export under way. SQLite repeats in it every page that the same
/// connection writes meanwhile, so the copy is of the moment of its last step.
/// The pages go to PATH.part; PATH appears when it is complete (an existing one
/// is replaced) and needs no write-ahead log to be read. It is not synced:
/// after a power failure take another.
class journal_copy final : public journal::copy {
public:
  static result<std::unique_ptr<journal_copy>> start(database& from,
                                                     std::string path);
  ~journal_copy() override;
  /// At most 64 pages.
  result<bool> step() override;
  /// `from` is about to close: step fails from now on, with `why`.
  void abandon(std::string why);
  [[nodiscard]] bool running() const { return !complete_ && !failed_; }

private:
  explicit journal_copy(std::string path) : path_(std::move(path)) {}
  result<bool> finish();
  [[nodiscard]] std::string part() const { return path_ + ".part"; }
  tl::unexpected<error> give_up(error why);

  std::string path_;
  std::optional<database> to_;
  sqlite3_backup* backup_ = nullptr;
  std::optional<error> failed_;
  bool complete_ = false;
};

} // namespace spark
