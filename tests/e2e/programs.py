"""The programs under test, and those of the sandbox."""
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BIN = os.path.join(ROOT, "build/release/bin")
CRDS = os.path.join(ROOT, "crds/generated")  # a file for each
# Of each life: nothing died inside, nothing was set aside or forgotten.
MUST_BE_ZERO = ("spark_operator_actor_respawns_total",
                "spark_operator_quarantined",
                "spark_operator_idle_without_timer")


def poll(predicate, seconds, what, pause=0.1):
    end = time.monotonic() + seconds
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() >= end:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(pause)


def run(*words, text=None, check=True):
    done = subprocess.run(words, input=text, capture_output=True, text=True,
                          timeout=300)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(words)[:200]}: status "
                             f"{done.returncode}: {done.stderr[-1000:]}"
                             f"{done.stdout[-1000:]}")
    return done


def kubectl(*words, text=None, check=True):
    return run("kubectl", *words, text=text, check=check)


def sandbox(command, *words):
    return run(os.path.join(ROOT, "tools/sandbox"), command, "--name",
               os.environ["SANDBOX_NAME"], *words)


def missing_programs(*names):
    return [n for n in names if not os.access(os.path.join(BIN, n), os.X_OK)]


class Operator:
    """One spark-operator with its log and journal; may be killed and started
    again on the same journal."""

    ports = itertools.count(18080)

    def __init__(self, directory, name, *flags, kubeconfig=None, journal=None):
        self.name = name
        self.log = os.path.join(directory, f"{name}.log")
        self.journal = journal or os.path.join(directory, f"{name}.db")
        self.port = next(Operator.ports)
        self.words = [os.path.join(BIN, "spark-operator"), "-kubeconfig",
                      kubeconfig or os.environ["KUBECONFIG"], "-journal",
                      self.journal, "-listen", f"127.0.0.1:{self.port}",
                      *flags]
        self.process = None

    def start(self, ready=True, **environment):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.words, stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL,
                                            env={**os.environ, **environment})
        if ready:
            self.await_ready()
        return self

    def await_ready(self, seconds=120):
        poll(lambda: self.readiness()[0] == 200 or self._died(), seconds,
             f"{self.name} to be ready", pause=0.02)

    def _died(self):
        if self.process.poll() is None:
            return False
        raise AssertionError(f"{self.name} ended with status "
                             f"{self.process.returncode}\n{self.tail()}")

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, within=2.0):
        """As a kubelet would: it must end by itself, well and soon."""
        if self.process is None:
            return
        self._expect_untroubled()
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self._show_threads()
            self.kill()
            raise AssertionError(f"{self.name} ignores SIGTERM") from None
        took = time.monotonic() - began
        self.process = None
        assert status == 0, f"{self.name}: status {status} after SIGTERM"
        assert took < within, f"{self.name}: SIGTERM took {took:.1f} s"

    def _expect_untroubled(self):
        numbers = self.get("/metrics")[1].splitlines()
        for name in MUST_BE_ZERO:
            assert f"{name} 0" in numbers, (
                f"{self.name}: no '{name} 0' in its metrics: "
                f"{[n for n in numbers if n.startswith(name)]}")
        severe = [l for l in self.text().splitlines() if " critical " in l]
        assert not severe, f"{self.name} logged {severe}"

    def _show_threads(self):
        """Where it hangs, on machines that have a debugger."""
        if shutil.which("gdb"):
            done = run("gdb", "-p", str(self.process.pid), "-batch", "-ex",
                       "thread apply all bt 25", check=False)
            print(done.stdout[-12000:], flush=True)

    def get(self, path):
        """(status, text); (0, "") when nobody listens."""
        status, body = self.download(path)
        return status, body.decode(errors="replace")

    def download(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def readiness(self):
        return self.get("/readyz")

    def rows(self):
        """Those of this life; 0 while nobody listens."""
        found = re.search(r"(?m)^spark_operator_journal_rows_total (\d+)$",
                          self.get("/metrics")[1])
        return int(found[1]) if found else 0

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def tail(self, lines=40):
        return "\n".join(self.text().splitlines()[-lines:])


def replay(journal, *flags, check=True):
    return run(os.path.join(BIN, "spark-replay"), journal, *flags, check=check)


def verify(journal):
    """Its last line, when every recorded decision is made again the same."""
    done = replay(journal, "--verify", check=False)
    assert done.returncode == 0, (
        f"spark-replay --verify {journal}: status {done.returncode}\n"
        f"{done.stdout[-3000:]}{done.stderr}")
    return done.stdout.strip().splitlines()[-1]


def export(operator, suffix):
    """The journal as its running process hands it out, in a file."""
    def download():
        status, body = operator.download("/journal")
        # One at a time: another case may be asking, too.
        assert status in (200, 503), f"/journal: {status} {body[:200]}"
        return body if status == 200 else None
    body = poll(download, 60, "its turn at /journal")
    copy = f"{operator.journal}.{suffix}"
    with open(copy, "wb") as file:
        file.write(body)
    return copy


def explain(operator, application):
    """Why that one is where it is. application: namespace/name."""
    copy = export(operator, application.replace("/", "."))
    try:
        return run(os.path.join(BIN, "spark-replay"), "explain", copy,
                   application).stdout.rstrip()
    finally:
        os.remove(copy)


def explore(operator):
    """What its running process hands out can be read in every way."""
    copy = export(operator, "copy")
    streams = listing(copy)
    one = max(streams, key=lambda s: s["rows"])
    app = ["--app", f"{one['namespace']}/{one['name']}"]
    (found,) = json.loads(replay(copy, *app, "--json").stdout)["applications"]
    assert len(found["history"]) == one["rows"], (found, one)
    told = replay(copy, *app).stdout
    for row in found["history"]:
        assert f"#{row['seq']} " in told, told
        until = [*app, "--until", str(row["seq"])]
        assert replay(copy, *until).stdout
        then = json.loads(replay(copy, *until, "--json").stdout)
        assert then["asRecorded"] and then["seq"] == row["seq"], then
    assert then["state"]["at"] == one["phase"], then
    return f"{len(streams)} applications, {app[1]} told; {verify(copy)}"


def listing(journal):
    return json.loads(replay(journal, "--json").stdout)["applications"]
