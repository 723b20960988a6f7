#include "store/chain.hpp"

#include <openssl/sha.h>

namespace spark {
namespace {

/// Bytes with no two meanings: every field carries its length. The format is
/// in people's files; changing it needs a new tag and a migration.
class digest_input {
public:
  explicit digest_input(std::string_view tag) { add(tag); }
  void add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    bytes_ += text;
  }
  void add(std::int64_t number) {
    auto n = static_cast<std::uint64_t>(number);
    for (int shift = 0; shift < 64; shift += 8)
      bytes_ += static_cast<char>(n >> shift & 0xff);
  }
  void add(const row_hash& hash) {
    bytes_.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  [[nodiscard]] row_hash sha256() const {
    row_hash out;
    SHA256(reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size(),
           out.data());
    return out;
  }

private:
  std::string bytes_;
};

} // namespace

row_hash hash_of(const journal_row& row, const row_hash& previous) {
  // A row that follows on the one before is hashed as before gaps were marked.
  digest_input in{row.lost == 0 ? "row 1" : "row 2"};
  in.add(previous);
  in.add(row.seq);
  in.add(row.uid);
  in.add(row.ns);
  in.add(row.name);
  in.add(to_millis(row.at));
  in.add(row.epoch);
  in.add(row.rules_version);
  in.add(row.stimulus);
  in.add(row.events);
  in.add(row.effects);
  in.add(row.phase_before);
  in.add(row.phase_after);
  in.add(row.state_hash);
  if (row.lost != 0)
    in.add(row.lost);
  return in.sha256();
}

row_hash hash_of(const journal_snapshot& snapshot, const row_hash& row) {
  digest_input in{"snapshot 1"};
  in.add(row);
  in.add(snapshot.seq);
  in.add(snapshot.uid);
  in.add(snapshot.rules_version);
  in.add(snapshot.state);
  in.add(snapshot.state_hash);
  return in.sha256();
}

result<void> check(const journal_row& row) {
  auto name = row.ns + "/" + row.name;
  if (row.uid.empty())
    return fail(errc::invalid, "a journal row without uid", name);
  auto size = row.uid.size() + row.ns.size() + row.name.size() +
              row.stimulus.size() + row.events.size() + row.effects.size() +
              row.phase_before.size() + row.phase_after.size() +
              row.state_hash.size();
  if (size > max_row_bytes)
    return fail(errc::invalid,
                "a journal row of " + std::to_string(size) +
                    " bytes; the limit is " + std::to_string(max_row_bytes),
                name);
  return {};
}

result<void> check(const journal_snapshot& snapshot) {
  auto size = snapshot.state.size() + snapshot.state_hash.size();
  if (size > max_snapshot_bytes)
    return fail(errc::invalid,
                "a journal snapshot of " + std::to_string(size) +
                    " bytes; the limit is " +
                    std::to_string(max_snapshot_bytes),
                snapshot.uid);
  return {};
}

} // namespace spark
