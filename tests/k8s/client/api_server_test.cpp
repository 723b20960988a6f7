// Against a real kube-apiserver; hidden, because it needs one. What
// tests/integration/run does, in short:
//   tools/sandbox up --control-plane --name k8s
//   tools/sandbox exec --name k8s kubectl apply --server-side -f crds/generated
//   tools/sandbox exec --name k8s env SPARK_TEST_KUBECONFIG=FILE
//     .../client_tests '[integration]'
// SPARK_TEST_APISERVER_PID, if set, is stopped and continued by a test.
#include "k8s/client/curl_transport.hpp"
#include "k8s/client/kubeconfig.hpp"
#include "k8s/requests.hpp"
#include "k8s/watch/line_splitter.hpp"
#include "k8s/watch/watch_machine.hpp"
#include "tests/k8s/client/waiting.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <set>

using namespace spark;
using namespace spark::test;
using namespace std::chrono_literals;

namespace {

const std::string maps = "/api/v1/namespaces/default/configmaps";

std::shared_ptr<credential_source> real_cluster() {
  const char* file = std::getenv("SPARK_TEST_KUBECONFIG");
  if (!file) {
    WARN("skipped: SPARK_TEST_KUBECONFIG names no kubeconfig");
    return nullptr;
  }
  auto access = load_kubeconfig(file);
  REQUIRE(access);
  auto source = open_credentials(access->recipe);
  REQUIRE(source);
  return *source;
}

request make(verb method, std::string path, std::string body = {}) {
  request r;
  r.method = method;
  r.path = std::move(path);
  r.body = std::move(body);
  return r;
}

request map_named(const std::string& name) {
  return make(verb::post, maps + "?timeout=5s",
              R"({"metadata":{"name":")" + name +
                  R"(","labels":{"test":"curl"}}})");
}

void remove_all(transport& t, inbox& in) {
  static op_id id = 1'000'000; // each time another: an inbox keeps them all
  t.submit(++id, make(verb::del, maps + "?labelSelector=test%3Dcurl"),
           in.replies());
  REQUIRE(in.await_reply(id).status == 200);
}

/// The least a watch actor does, in one thread.
struct mirror {
  transport& t;
  watch_machine machine{
      {"/api/v1", "configmaps", "default", "test=curl", ""}, "maps", [] {
        watch_timing timing;
        timing.page_limit = 2;
        return timing;
      }()};
  std::mutex mutex;
  std::set<std::string> store, fresh;
  watch_decoder decoder;
  line_splitter splitter = line_splitter();
  op_id base = 5000;
  op_id stream = 0;
  int lists = 0;

  static time_point now() {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
  static std::string name(const boost::json::object& o) {
    return o.at("metadata").at("name").as_string().c_str();
  }
  void start() {
    std::lock_guard guard{mutex};
    follow(machine.started(), {});
  }
  void follow(watch_step step, std::vector<std::string> objects) {
    if (step.list_begins) {
      fresh.clear();
      ++lists;
    }
    for (auto& o : objects) {
      if (step.objects == object_use::initial)
        fresh.insert(o);
      else if (step.objects == object_use::applied)
        store.insert(o);
      else if (step.objects == object_use::deleted)
        store.erase(o);
    }
    if (step.list_complete)
      store = fresh;
    for (auto& a : step.actions)
      act(a);
  }
  void act(const watch_action& a) {
    if (auto* list = std::get_if<send_list>(&a)) {
      auto r = make(verb::get, list->path);
      r.deadline = list->deadline;
      t.submit(base + list->id, r, [this, id = list->id](op_id, reply got) {
        std::lock_guard guard{mutex};
        auto page = parse_list_page(decoder, got.body, &mirror::name);
        if (got.status == 200 && page)
          follow(machine.page_arrived(id, *page, now()), page->items);
        else
          follow(machine.list_failed(id, error_of_reply(got, ""),
                                     got.retry_after, now()),
                 {});
      });
    } else if (auto* open = std::get_if<open_watch>(&a)) {
      request r = make(verb::get, open->path);
      r.deadline = open->deadline;
      r.where = lane::watch;
      splitter = line_splitter();
      stream = base + open->id;
      t.open(
          stream, r,
          [this, id = open->id](op_id, std::string_view bytes) {
            std::lock_guard guard{mutex};
            (void)splitter.feed(bytes, [&](std::string_view text) {
              auto line = parse_watch_line(decoder, text, &mirror::name);
              REQUIRE(line);
              std::vector<std::string> objects;
              if (line->object)
                objects.push_back(*line->object);
              follow(machine.line_arrived(id, *line, now()), objects);
            });
          },
          [this, id = open->id](op_id, stream_end end) {
            std::lock_guard guard{mutex};
            follow(machine.stream_ended(id, end, now()), {});
          });
    } else if (auto* end = std::get_if<cancel_stream>(&a)) {
      t.cancel(base + end->id);
    }
  }
  bool holds(const std::set<std::string>& names) {
    return eventually([&] {
      std::lock_guard guard{mutex};
      return store == names;
    });
  }
};

} // namespace

TEST_CASE("writes against a real API server", "[.][integration]") {
  auto source = real_cluster();
  if (!source)
    return;
  inbox in;
  auto t = make_curl_transport(source);
  remove_all(*t, in);
  t->submit(1, map_named("curl-a"), in.replies());
  auto made = in.await_reply(1);
  REQUIRE(made.status == 201);
  t->submit(2, map_named("curl-a"), in.replies());
  CHECK(error_of_reply(in.await_reply(2), "").code == errc::already_exists);
  auto patch = make(verb::patch, maps + "/curl-a?timeout=5s",
                    R"({"metadata":{"resourceVersion":"1"}})");
  patch.content_type = "application/merge-patch+json";
  t->submit(3, patch, in.replies());
  CHECK(error_of_reply(in.await_reply(3), "").code == errc::conflict);
  patch.body = R"({"data":{"a":"b"}})";
  t->submit(4, patch, in.replies());
  CHECK(in.await_reply(4).status == 200);
  auto del = make(verb::del, maps + "/curl-a?timeout=5s",
                  R"({"preconditions":{"uid":"wrong"}})");
  t->submit(5, del, in.replies());
  CHECK(error_of_reply(in.await_reply(5), "").code == errc::conflict);
  del.body.clear();
  t->submit(6, del, in.replies());
  CHECK(in.await_reply(6).status == 200);
  for (op_id id = 100; id < 400; ++id)
    t->submit(id, map_named("curl-" + std::to_string(id)), in.replies());
  for (op_id id = 100; id < 400; ++id)
    CHECK(in.await_reply(id).status == 201);
  remove_all(*t, in);
}

TEST_CASE("server-side apply against a real API server", "[.][integration]") {
  auto source = real_cluster();
  if (!source)
    return;
  inbox in;
  auto t = make_curl_transport(source);
  remove_all(*t, in);
  auto apply = [&, id = op_id{1}](const char* color, std::string_view manager,
                                  requests::on_conflict what) mutable {
    boost::json::value object{
        {"apiVersion", "v1"},
        {"kind", "ConfigMap"},
        {"metadata", {{"name", "curl-a"}, {"labels", {{"test", "curl"}}}}},
        {"data", {{"color", color}}}};
    t->submit(id, requests::apply(maps + "/curl-a", object, manager, what),
              in.replies());
    return in.await_reply(id++);
  };
  auto color_in = [](const reply& r) {
    boost::json::error_code none;
    auto v = boost::json::parse(r.body, none);
    auto* found = v.find_pointer("/data/color", none);
    return found ? *found : boost::json::value{};
  };
  using requests::field_manager;
  using requests::on_conflict;
  auto made = apply("red", field_manager, on_conflict::refuse);
  CHECK(made.status == 201);
  CHECK(color_in(made) == "red");
  auto changed = apply("green", field_manager, on_conflict::refuse);
  CHECK(changed.status == 200);
  CHECK(color_in(changed) == "green");
  auto refused = apply("blue", "somebody-else", on_conflict::refuse);
  CHECK(refused.status == 409);
  auto why = error_of_reply(refused, "");
  CHECK(why.code == errc::conflict);
  CHECK(why.message.find("data.color") != std::string::npos);
  auto forced = apply("blue", "somebody-else", on_conflict::take_over);
  CHECK(forced.status == 200);
  CHECK(color_in(forced) == "blue");
  // What was ours is not any more, so our old wish is the conflict now.
  CHECK(apply("green", field_manager, on_conflict::refuse).status == 409);
  remove_all(*t, in);
}

TEST_CASE("list and watch follow a real API server", "[.][integration]") {
  auto source = real_cluster();
  if (!source)
    return;
  inbox in;
  auto t = make_curl_transport(source);
  remove_all(*t, in);
  for (op_id id : {1, 2, 3, 4, 5}) {
    t->submit(id, map_named("curl-" + std::to_string(id)), in.replies());
    REQUIRE(in.await_reply(id).status == 201);
  }
  mirror m{*t};
  m.start();
  CHECK(m.holds({"curl-1", "curl-2", "curl-3", "curl-4", "curl-5"}));
  t->submit(6, map_named("curl-6"), in.replies());
  t->submit(7, make(verb::del, maps + "/curl-1"), in.replies());
  CHECK(m.holds({"curl-2", "curl-3", "curl-4", "curl-5", "curl-6"}));
  CHECK(m.lists == 1);
  remove_all(*t, in);
  CHECK(m.holds({}));
  t.reset();
}

TEST_CASE("a real too old version says 410 in the stream", "[.][integration]") {
  auto source = real_cluster();
  if (!source)
    return;
  inbox in;
  auto t = make_curl_transport(source);
  // The server knows no event of a custom resource from before its CRD, and
  // never had version 1 of it.
  request w = make(verb::get, "/apis/sparkoperator.k8s.io/v1beta2/"
                              "sparkapplications?watch=true&resourceVersion=1"
                              "&timeoutSeconds=2");
  w.where = lane::watch;
  t->open(1, w, in.chunks(), in.ends());
  auto end = in.await_end(1);
  REQUIRE(end);
  auto text = in.bytes(1);
  CAPTURE(text, end->status);
  CHECK(end->status == 200);
  watch_decoder decoder;
  auto line = decoder.line(text.substr(0, text.find('\n')), [](auto&) {});
  REQUIRE(line);
  CHECK(line->kind == watch_kind::error);
  CHECK(line->code == 410);
}

TEST_CASE("a frozen API server is left and found again", "[.][integration]") {
  auto source = real_cluster();
  const char* text = std::getenv("SPARK_TEST_APISERVER_PID");
  if (!source || !text) {
    WARN("skipped: SPARK_TEST_APISERVER_PID is not set");
    return;
  }
  const auto pid = static_cast<pid_t>(std::atoi(text));
  inbox in;
  curl_options options;
  options.watch_silence = 1s;
  options.probe_deadline = 500ms;
  auto t = make_curl_transport(source, options);
  auto w = make(verb::get, maps + "?watch=true&timeoutSeconds=60");
  w.where = lane::watch;
  w.deadline = 65s;
  t->open(1, w, in.chunks(), in.ends());
  std::this_thread::sleep_for(3s);
  CHECK(in.end_count(1) == 0); // probes were answered
  // A warm connection, or the handshake would be what is frozen.
  t->submit(9, make(verb::get, "/version"), in.replies());
  CHECK(in.await_reply(9).status == 200);
  ::kill(pid, SIGSTOP);
  auto slow = make(verb::get, "/version");
  slow.deadline = 700ms;
  t->submit(2, slow, in.replies());
  t->submit(3, slow, in.replies());
  CHECK(in.await_reply(2).how == sent::maybe);
  CHECK(in.await_reply(3).how == sent::maybe);
  auto end = in.await_end(1);
  ::kill(pid, SIGCONT);
  REQUIRE(end);
  CHECK(end->why == end_kind::broken);
  slow.deadline = 5s;
  t->submit(4, slow, in.replies());
  CHECK(in.await_reply(4).status == 200);
  t->open(5, w, in.chunks(), in.ends());
  std::this_thread::sleep_for(1500ms);
  CHECK(in.end_count(5) == 0);
}
