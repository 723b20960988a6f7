#include "actors/watch/watch_actor.hpp"

#include "k8s/watch/line_splitter.hpp"

#include <spdlog/spdlog.h>

namespace spark {
namespace {

namespace json = boost::json;

/// Lines the registry may owe us before the stream is given up for a list; that
/// is not asked for before half of them have been worked off.
constexpr int max_owed = 20000;
constexpr seconds look_again{1};

template<class T>
using pointer_to =
    typename watch_actor<T>::template stateful_pointer<watch_state<T>>;

/// The machine only compares, so it gets the clock that nobody can set.
time_point now_for_machine(const environment& env) {
  return time_point{
      std::chrono::floor<milliseconds>(env.steady().time_since_epoch())};
}

observed_application project_app(const json::object& o,
                                 const fact_settings& set) {
  auto app = read_application(json::value(o), set);
  return app ? std::move(*app) : observed_application{};
}

observed_schedule project_schedule(const json::object& o,
                                   const fact_settings& set) {
  auto made = read_schedule(json::value(o), set, false);
  return made ? std::move(*made) : observed_schedule{};
}

observed_pod project_pod(const json::object& o) {
  auto pod = read_pod(json::value(o));
  return pod ? std::move(*pod) : observed_pod{};
}

/// Lives on the transport's thread while a stream is open.
template<class T>
struct stream_reader {
  exchange_id id = 0;
  line_splitter lines;
  watch_decoder decoder;
  std::function<T(const json::object&)> project;
  std::shared_ptr<std::atomic<int>> owed;
  watch_actor<T> consumer;
  bool ended = false;

  void read(std::string_view chunk) {
    if (ended)
      return;
    stream_lines<T> out;
    out.id = id;
    auto fed = lines.feed(chunk, [&](std::string_view text) {
      if (out.is_malformed)
        return;
      auto line = parse_watch_line(decoder, text, project);
      if (line)
        out.lines.push_back(std::move(*line));
      else
        give_up(out, line.error());
    });
    if (!fed)
      give_up(out, fed.error());
    if (out.lines.empty() && !out.is_malformed)
      return;
    out.owed =
        std::make_shared<owed_lines>(owed, static_cast<int>(out.lines.size()));
    if (owed->load() > max_owed) {
      ended = true;
      caf::anon_send(consumer, stream_flooded{id});
      return;
    }
    caf::anon_send(consumer, std::move(out));
  }

  void give_up(stream_lines<T>& out, const error& why) {
    out.is_malformed = true;
    out.malformed = why;
    ended = true;
  }
};

template<class T>
std::function<T(const json::object&)> projector(const environment& env) {
  if constexpr (std::is_same_v<T, observed_application>)
    return [set = env.facts](const json::object& o) {
      return project_app(o, set);
    };
  else if constexpr (std::is_same_v<T, observed_schedule>)
    return [set = env.facts](const json::object& o) {
      return project_schedule(o, set);
    };
  else
    return project_pod;
}

template<class T>
void list(pointer_to<T> self, const send_list& what) {
  auto& st = self->state;
  request r;
  r.path = what.path;
  r.deadline = what.deadline;
  r.where = lane::watch;
  auto handle = caf::actor_cast<watch_actor<T>>(self);
  st.exchange = st.env->next_op();
  st.out->submit(st.exchange, std::move(r),
                 [handle, id = what.id,
                  project = projector<T>(*st.env)](op_id, reply got) {
                   list_reply<T> out;
                   out.id = id;
                   out.retry_after = got.retry_after;
                   out.failed = got.how != sent::answered || got.status != 200;
                   if (out.failed) {
                     out.why = error_of_reply(got, "list");
                   } else {
                     watch_decoder decoder;
                     auto page = parse_list_page(decoder, got.body, project);
                     out.failed = !page;
                     if (page)
                       out.page = std::move(*page);
                     else
                       out.why = page.error();
                   }
                   caf::anon_send(handle, std::move(out));
                 });
}

template<class T>
void open(pointer_to<T> self, const open_watch& what) {
  auto& st = self->state;
  request r;
  r.path = what.path;
  r.deadline = what.deadline;
  r.where = lane::watch;
  st.exchange = st.env->next_op();
  auto handle = caf::actor_cast<watch_actor<T>>(self);
  auto reader = std::make_shared<stream_reader<T>>();
  reader->id = what.id;
  reader->project = projector<T>(*st.env);
  reader->owed = st.owed;
  reader->consumer = handle;
  st.out->open(
      st.exchange, std::move(r),
      [reader](op_id, std::string_view chunk) { reader->read(chunk); },
      [handle, id = what.id](op_id, stream_end end) {
        caf::anon_send(handle, stream_over{id, std::move(end)});
      });
}

template<class T>
void arm(pointer_to<T> self, milliseconds wait) {
  self->delayed_send(self, std::max(wait, milliseconds{0}),
                     wake_up{++self->state.timer_generation});
}

/// Does what the machine says and passes on what the objects mean.
template<class T>
void follow(pointer_to<T> self, watch_step step, std::vector<T> objects,
            std::shared_ptr<const owed_lines> owed = {}) {
  auto& st = self->state;
  if (step.failed)
    spdlog::warn("{}: {}", st.resource, to_string(step.failure));
  if (step.list_begins && st.listed)
    st.env->counters->add(counter::watch_relists);
  st.listed = st.listed || step.list_complete;
  std::erase_if(objects, [](const T& o) { return o.key.name.empty(); });
  bool news = step.list_begins || step.list_complete ||
              (step.objects != object_use::ignore && !objects.empty());
  if (news) {
    collection_change<T> change;
    change.source = st.source;
    change.list_begins = step.list_begins;
    change.use = step.objects;
    change.objects = std::move(objects);
    change.list_complete = step.list_complete;
    change.owed = std::move(owed);
    self->send(st.consumer, std::move(change));
  }
  for (auto& action : step.actions) {
    if (auto* l = std::get_if<send_list>(&action))
      list<T>(self, *l);
    else if (auto* o = std::get_if<open_watch>(&action))
      open<T>(self, *o);
    else if (std::get_if<cancel_stream>(&action))
      st.out->cancel(st.exchange);
    else if (auto* a = std::get_if<arm_timer_at>(&action))
      arm<T>(self, a->at - now_for_machine(*st.env));
  }
}

template<class T>
void take_lines(pointer_to<T> self, const stream_lines<T>& batch) {
  auto& st = self->state;
  auto now = now_for_machine(*st.env);
  st.env->counters->watch_heard(st.resource);
  for (auto& line : batch.lines) {
    auto step = st.machine->line_arrived(batch.id, line, now);
    std::vector<T> objects;
    if (line.object && step.objects != object_use::ignore)
      objects.push_back(*line.object);
    follow<T>(self, std::move(step), std::move(objects), batch.owed);
  }
  if (batch.is_malformed)
    follow<T>(self, st.machine->line_malformed(batch.id, batch.malformed, now),
              {});
}

template<class T>
void take_list(pointer_to<T> self, const list_reply<T>& r) {
  auto& st = self->state;
  auto now = now_for_machine(*st.env);
  if (r.failed) {
    follow<T>(self, st.machine->list_failed(r.id, r.why, r.retry_after, now),
              {});
    return;
  }
  st.env->counters->watch_heard(st.resource);
  follow<T>(self, st.machine->page_arrived(r.id, r.page, now), r.page.items);
}

template<class T>
void take_timer(pointer_to<T> self, const wake_up& w) {
  auto& st = self->state;
  if (w.generation != st.timer_generation)
    return;
  if (st.owed->load() > max_owed / 2)
    arm<T>(self, look_again);
  else
    follow<T>(self, st.machine->timer(now_for_machine(*st.env)), {});
}

template<class T>
typename watch_actor<T>::behavior_type
run_watch(pointer_to<T> self, collection what, std::size_t source,
          std::shared_ptr<transport> out, environment_ptr env,
          watch_consumer<T> consumer) {
  auto& st = self->state;
  auto name = what.plural + (what.ns.empty() ? "" : " in " + what.ns);
  st.resource = what.plural;
  st.machine.emplace(std::move(what), std::move(name));
  st.source = source;
  st.out = std::move(out);
  st.env = std::move(env);
  st.consumer = std::move(consumer);
  st.owed = std::make_shared<std::atomic<int>>(0);
  follow<T>(self, st.machine->started(), {});
  return {
      [self](const list_reply<T>& r) { take_list<T>(self, r); },
      [self](const stream_lines<T>& batch) { take_lines<T>(self, batch); },
      [self](const stream_over& over) {
        auto& s = self->state;
        follow<T>(
            self,
            s.machine->stream_ended(over.id, over.end, now_for_machine(*s.env)),
            {});
      },
      [self](const stream_flooded& flood) {
        auto& s = self->state;
        follow<T>(self,
                  s.machine->overflowed(flood.id, now_for_machine(*s.env)), {});
      },
      [self](const wake_up& w) { take_timer<T>(self, w); },
  };
}

/// Of our own API group.
collection own_kind(std::string plural, std::string ns,
                    const environment& env) {
  collection what;
  what.prefix = "/apis/sparkoperator.k8s.io/v1beta2";
  what.plural = std::move(plural);
  what.ns = std::move(ns);
  what.label_selector = env.label_selector;
  return what;
}

} // namespace

watch_actor<observed_application>::behavior_type
watch_applications(pointer_to<observed_application> self, std::string ns,
                   std::size_t source, std::shared_ptr<transport> out,
                   environment_ptr env, registry_actor registry) {
  auto what = own_kind("sparkapplications", std::move(ns), *env);
  return run_watch<observed_application>(self, std::move(what), source,
                                         std::move(out), std::move(env),
                                         std::move(registry));
}

watch_actor<observed_schedule>::behavior_type
watch_schedules(pointer_to<observed_schedule> self, std::string ns,
                std::size_t source, std::shared_ptr<transport> out,
                environment_ptr env, scheduler_actor scheduler) {
  auto what = own_kind("scheduledsparkapplications", std::move(ns), *env);
  return run_watch<observed_schedule>(self, std::move(what), source,
                                      std::move(out), std::move(env),
                                      std::move(scheduler));
}

watch_actor<observed_pod>::behavior_type
watch_pods(pointer_to<observed_pod> self, std::string ns, std::size_t source,
           std::shared_ptr<transport> out, environment_ptr env,
           registry_actor registry) {
  collection what;
  what.prefix = "/api/v1";
  what.plural = "pods";
  what.ns = std::move(ns);
  what.label_selector = std::string{labels::launched} + "=true";
  if (!env->label_selector.empty())
    what.label_selector += "," + env->label_selector;
  return run_watch<observed_pod>(self, std::move(what), source, std::move(out),
                                 std::move(env), std::move(registry));
}

} // namespace spark
