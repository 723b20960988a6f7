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

/// Of the kind that is asked for.
result<stream_list> wanted(result<stream_list> all, const options& o) {
  if (all && o.kind)
    std::erase_if(*all, [&o](auto& s) { return kind_of(s) != *o.kind; });
  return all;
}

/// `how`: "of this name"
error absent(const options& o, const std::string& how) {
  std::string noun{noun_of(o.kind.value_or(stream_kind::application))};
  return unknown(o, "the journal has no " + noun + " " + how +
                        (o.kind ? "" : ", nor a schedule"));
}

result<stream_list> by_uid(journal_reader& from, const options& o) {
  auto all = wanted(from.streams(), o);
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
    return tl::unexpected(absent(o, "with this uid"));
  auto message = "begins several uids:";
  std::string uids;
  for (auto& s : out)
    uids += " " + s.uid;
  return tl::unexpected(unknown(o, message + uids));
}

/// The newest object of the name and of each kind; with --until those that
/// lived then. `all` has the newest first.
stream_list newest(const stream_list& all, const options& o) {
  stream_list out;
  for (auto kind : all_kinds) {
    auto found = std::find_if(all.begin(), all.end(), [&](auto& s) {
      return kind_of(s) == kind && (!o.until || s.first_seq <= *o.until);
    });
    if (found != all.end())
      out.push_back(*found);
  }
  if (out.empty())
    out.push_back(all.back()); // says which row is its first
  return out;
}

result<stream_list> by_name(journal_reader& from, const options& o) {
  auto all = wanted(from.find_streams(o.ns, o.name), o);
  if (!all)
    return all;
  if (all->empty())
    return tl::unexpected(absent(o, "of this name"));
  if (o.all) {
    std::reverse(all->begin(), all->end()); // as it happened
    return all;
  }
  auto chosen = newest(*all, o);
  if (chosen.size() > 1 && o.wants_one())
    return tl::unexpected(
        unknown(o, "an application and a schedule have this name: choose one "
                   "with --kind"));
  return chosen;
}

result<stream_list> select(journal_reader& from, const options& o) {
  if (!o.selects())
    return wanted(from.streams(), o);
  return o.uid.empty() ? by_name(from, o) : by_uid(from, o);
}

result<int> verdict_code(const result<std::int64_t>& differences) {
  if (!differences)
    return tl::unexpected(differences.error());
  return *differences == 0 ? 0 : found_differences;
}

template<class Out>
result<void> tell_one(Out& out, journal_reader& from, const journal_stream& of,
                      const options& o) {
  if (o.explain)
    return tell_why(out, from, of, o.until);
  return o.until ? tell_state(out, from, of, *o.until)
                 : tell_history(out, from, of);
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
    auto done = tell_one(out, from, s, o);
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
  for (auto& [name, streams] : arrays_of(of)) {
    if (!o.wants_one())
      out.open_array(name);
    for (auto& s : streams) {
      auto done = tell_one(out, from, s, o);
      if (!done)
        return tl::unexpected(done.error());
    }
    if (!o.wants_one())
      out.close();
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
