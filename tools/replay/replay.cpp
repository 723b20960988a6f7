#include "tools/replay/replay.hpp"

#include "tools/replay/modes.hpp"
#include "tools/replay/narrate.hpp"
#include "tools/replay/options.hpp"
#include "tools/replay/printable.hpp"

#include <algorithm>
#include <ostream>

namespace spark::replay {
namespace {

namespace json = boost::json;

constexpr int found_differences = 1;
constexpr int unusable = 2;

int complain(std::ostream& err, const error& why) {
  err << "spark-replay: " << printable(to_string(why)) << "\n";
  if (why.code == errc::conflict)
    err << "The file is in use. Ask the running operator for a copy:\n"
           "  curl http://127.0.0.1:PORT/journal -o copy.db\n";
  return unusable;
}

error unknown(const options& o, const std::string& message) {
  auto what = o.uid.empty() ? o.ns + "/" + o.name : "uid " + o.uid;
  return error{errc::not_found, message, what, 0};
}

result<stream_list> by_uid(journal_reader& from, const options& o) {
  auto all = from.streams();
  if (!all)
    return all;
  stream_list out;
  for (auto& s : *all) {
    if (s.uid == o.uid)
      return stream_list{s};
    if (s.uid.starts_with(o.uid))
      out.push_back(s);
  }
  if (out.size() == 1)
    return out;
  if (out.empty())
    return tl::unexpected(
        unknown(o, "the journal has no application with this uid"));
  auto message = "begins several uids:";
  std::string uids;
  for (auto& s : out)
    uids += " " + s.uid;
  return tl::unexpected(unknown(o, message + uids));
}

/// The newest object of the name; with --until the one that lived then.
result<stream_list> by_name(journal_reader& from, const options& o) {
  auto all = from.find_streams(o.ns, o.name);
  if (!all)
    return all;
  if (all->empty())
    return tl::unexpected(
        unknown(o, "the journal has no application of this name"));
  if (o.all) {
    std::reverse(all->begin(), all->end()); // as it happened
    return all;
  }
  auto chosen = all->begin();
  if (o.until) {
    chosen = std::find_if(all->begin(), all->end(),
                          [&o](auto& s) { return s.first_seq <= *o.until; });
    if (chosen == all->end())
      chosen = std::prev(chosen); // says which row is its first
  }
  return stream_list{*chosen};
}

result<stream_list> select(journal_reader& from, const options& o) {
  if (!o.selects())
    return from.streams();
  return o.uid.empty() ? by_name(from, o) : by_uid(from, o);
}

result<int> verdict_code(const result<std::int64_t>& differences) {
  if (!differences)
    return tl::unexpected(differences.error());
  return *differences == 0 ? 0 : found_differences;
}

result<int> print(terminal out, journal_reader& from, const stream_list& of,
                  const options& o) {
  if (o.verify)
    return verdict_code(tell_verdict(out, from, of));
  if (!o.selects()) {
    list_streams(out, of);
    return 0;
  }
  for (auto& s : of) {
    auto done = o.until ? tell_state(out, from, s, *o.until)
                        : tell_history(out, from, s);
    if (!done)
      return tl::unexpected(done.error());
    if (&s != &of.back())
      out.end_line();
  }
  return 0;
}

result<int> print(json_stream& out, journal_reader& from, const stream_list& of,
                  const options& o) {
  if (o.verify)
    return verdict_code(tell_verdict(out, from, of));
  if (!o.selects()) {
    list_streams(out, of);
    return 0;
  }
  if (!o.until)
    out.open_array("applications");
  for (auto& s : of) {
    auto done = o.until ? tell_state(out, from, s, *o.until)
                        : tell_history(out, from, s);
    if (!done)
      return tl::unexpected(done.error());
  }
  return 0;
}

result<int> print_json(std::ostream& to, journal_reader& from,
                       const stream_list& of, const options& o) {
  json_stream out{to};
  out.open_object();
  out.value("file", json::string(o.file));
  return print(out, from, of, o);
}

} // namespace

int replay_main(int argc, const char* const* argv, std::ostream& out,
                std::ostream& err) {
  options o;
  switch (read_options(argc, argv, o, out, err)) {
  case start::go:
    break;
  case start::done:
    return 0;
  case start::bad_usage:
    return unusable;
  }
  auto from = open_journal_for_reading(o.file);
  if (!from)
    return complain(err, from.error());
  auto selected = select(**from, o);
  if (!selected)
    return complain(err, selected.error());
  auto code = o.json ? print_json(out, **from, *selected, o)
                     : print(terminal{out, o.color}, **from, *selected, o);
  if (!code)
    return complain(err, code.error());
  out.flush();
  if (!out) {
    err << "spark-replay: cannot write the output\n";
    return unusable;
  }
  return *code;
}

} // namespace spark::replay
