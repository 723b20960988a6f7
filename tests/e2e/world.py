"""What every case works with: the cluster, its observer, and the questions a
case asks about one application."""
import json
import os
import re

import api as apis
import programs
from observer import Observer, condition, error_of, state_of
from programs import kubectl, poll

# Where there may be something of an application.
CHILDREN = ("/api/v1/*/pods", "/api/v1/*/configmaps", "/api/v1/*/services",
            "/api/v1/*/persistentvolumeclaims",
            "/apis/networking.k8s.io/v1/*/ingresses",
            "/apis/networking.k8s.io/v1/*/networkpolicies",
            "/apis/policy/v1/*/poddisruptionbudgets")
# Seconds for a JVM to start and end. It takes ten when nobody else is there;
# this is for a machine that is busy with other things.
RUN_LIMIT = 480


class World:
    def __init__(self, directory):
        self.directory = directory
        self.api = apis.Api()
        self.observer = None
        self.operator = None  # whose journal explains

    def observe(self):
        self.observer = Observer(self.api)

    # -- making

    def create(self, app):
        meta = self.api.create(apis.applications(
            app["metadata"]["namespace"]), app)["metadata"]
        return App(self, meta["namespace"], meta["name"], meta["uid"])

    def install_crd(self):
        kubectl("apply", "--server-side", "-f", programs.CRDS)
        self.await_crd()

    def await_crd(self):
        """Not `kubectl wait`: it fails while there are no conditions at all."""
        def established(plural):
            found = self.api.get(apis.CRD_OF.format(plural)) or {}
            for one in (found.get("status") or {}).get("conditions") or []:
                if (one["type"], one["status"]) == ("Established", "True"):
                    return True
            return False
        for plural in apis.KINDS:
            poll(lambda p=plural: established(p), 120,
                 f"the CRD of {plural} to be established")
        # Served a moment later than it says.
        for path in (apis.applications(), apis.schedules()):
            poll(lambda p=path: self.api.get(p), 120, f"{path} to be served")

    def node_address(self):
        """Where pods reach what listens beside them."""
        (node,) = self.api.get("/api/v1/nodes")["items"]
        (address,) = [a["address"] for a in node["status"]["addresses"]
                      if a["type"] == "InternalIP"]
        return address

    def make_namespace(self, name):
        self.api.create("/api/v1/namespaces", {
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name}})

    def apply_in(self, namespace, path):
        """A file of deploy/, with the lines it marks edited as it says."""
        with open(os.path.join(programs.ROOT, path), encoding="utf-8") as file:
            text = file.read()
        text = re.sub(r"(name(?:space)?: )default( # \(\*\))",
                      rf"\g<1>{namespace}\g<2>", text)
        kubectl("apply", "-f", "-", text=text)

    def let_drivers_run_in(self, namespace):
        """There is a moment before a namespace has its CA certificate, which
        every pod mounts."""
        self.apply_in(namespace, "deploy/spark-rbac.yaml")
        poll(lambda: self.api.get(f"/api/v1/namespaces/{namespace}/configmaps/"
                                  "kube-root-ca.crt"), 120,
             f"the CA certificate in {namespace}")

    def describe(self, name):
        done = kubectl("describe", "sparkapplications", "-A", check=False)
        parts = re.split(r"(?m)^\n*(?=Name: )", done.stdout)
        return "\n".join(p for p in parts
                         if re.match(rf"Name: +{re.escape(name)}\b", p))


class App:
    """One application under observation."""

    def __init__(self, world, namespace, name, uid=None):
        """uid: of this one, when there was another of that name."""
        self.world = world
        self.namespace = namespace
        self.name = name
        self.path = apis.applications(namespace, name)

        def seen():
            found = self.observer.uid(namespace, name)
            return found and uid in (None, found)
        world.observer.wait(seen, 120, f"{name} to be seen")

    @property
    def observer(self):
        return self.world.observer

    @property
    def uid(self):
        return self.observer.uid(self.namespace, self.name)

    def newest(self):
        return self.observer.newest(self.namespace, self.name)

    def status(self):
        return self.newest().get("status") or {}

    def state(self):
        return state_of(self.newest())

    def states(self):
        return self.observer.states(self.namespace, self.name)

    def drivers(self):
        return self.observer.drivers(self.namespace, self.name)

    def executors(self):
        return self.observer.executors(self.namespace, self.name)

    def condition(self, kind):
        return condition(self.newest(), kind)

    # -- waiting

    def wait(self, predicate, seconds, what):
        try:
            return self.observer.wait(predicate, seconds,
                                      f"{self.name}: {what}")
        except AssertionError as late:
            raise AssertionError(
                f"{late}; states {self.states()}, status "
                f"{json.dumps(self.status())[:1500]}") from None

    def await_state(self, *states, seconds=RUN_LIMIT):
        """Fails at once when the application ended otherwise."""
        def there():
            now = self.state()
            assert now in states or now not in ("COMPLETED", "FAILED"), (
                f"{self.name} is {now}, not {'/'.join(states)}: "
                f"{error_of(self.newest())}\n{self._last_words()}")
            return now in states
        self.wait(there, seconds, "/".join(states))

    def _last_words(self):
        try:
            return self.driver_log()[-3000:]
        except (KeyError, apis.Answer):
            return "(no driver to ask)"

    def await_running(self):
        self.await_state("RUNNING")

    def await_pod(self, role, seconds=RUN_LIMIT):
        """A running one, as it is then."""
        pods = self.drivers if role == "driver" else self.executors

        def found():
            return [p for p in pods() if p["status"].get("phase") == "Running"]
        return self.wait(found, seconds, f"a running {role}")[0]

    def await_failed(self, seconds=RUN_LIMIT):
        self.await_state("FAILED", seconds=seconds)
        return error_of(self.newest())

    # -- checking

    def expect_states(self, *states):
        assert self.states() == list(states), f"states {self.states()}"

    def expect_outcome(self, outcome, number=1):
        claim = self.status().get("claim") or {}
        assert claim.get("number") == number, f"claim {claim}"
        assert claim.get("outcome") == outcome, f"claim {claim}"
        assert claim.get("specHash", "").startswith("2:"), f"claim {claim}"
        meta = self.newest()["metadata"]
        assert self.status().get("observedGeneration") == meta["generation"]

    def expect_condition(self, kind, reason=None):
        found = self.condition(kind)
        assert found and found["status"] == "True", \
            f"no condition {kind}: {self.status().get('conditions')}"
        assert reason is None or found["reason"] == reason, found
        return found["message"]

    def driver_log(self):
        name = self.status()["driverInfo"]["podName"]
        return self.world.api.text(
            "GET", apis.pods(self.namespace, name) + "/log")

    def describe(self):
        return kubectl("describe", "sparkapplication", self.name, "-n",
                       self.namespace).stdout

    def events(self):
        """{reason: message} of what the operator said about this object."""
        found = self.world.api.get(
            f"/api/v1/namespaces/{self.namespace}/events"
            f"?fieldSelector=involvedObject.uid%3D{self.uid}")
        return {e["reason"]: e["message"] for e in found["items"]}

    def expect_events(self, *reasons):
        """Events have the lowest priority: they may come after the status."""
        try:
            poll(lambda: set(reasons) <= set(self.events()), 120, "events")
        except AssertionError:
            raise AssertionError(f"not all of {reasons} in "
                                 f"{self.events()}") from None
        return self.events()

    def children(self):
        """{plural: objects} of what it or one of its drivers owns, and of
        pods that are labelled as its own."""
        owners = {self.uid} | {p["metadata"]["uid"] for p in self.drivers()}

        def is_its(child):
            meta = child["metadata"]
            labels = meta.get("labels") or {}
            return (labels.get("sparkoperator.k8s.io/app-name") == self.name or
                    any(o["uid"] in owners
                        for o in meta.get("ownerReferences") or []))
        found = {}
        for path in CHILDREN:
            answer = self.world.api.get(
                path.replace("*", f"namespaces/{self.namespace}"))
            found[path.rpartition("/")[2]] = [
                c for c in answer["items"] if is_its(c)]
        return found

    def expect_nothing_left(self, seconds=120):
        """The garbage collector comes in its own time."""
        def names():
            return [f"{plural}/{c['metadata']['name']}"
                    for plural, objects in self.children().items()
                    for c in objects]
        try:
            poll(lambda: not names(), seconds, "the end of its children",
                 pause=0.5)
        except AssertionError:
            raise AssertionError(f"{self.name} has left {names()}") from None

    def explanation(self, *phrases):
        """What spark-replay says of it, which has these words. The operator may
        see what we see a moment later."""
        def explain():
            return programs.explain(self.world.operator,
                                    f"{self.namespace}/{self.name}")
        try:
            text = poll(lambda: next((t for t in [explain()] if all(
                p in t for p in phrases)), None), 120, "its explanation")
        except AssertionError:
            raise AssertionError(f"not all of {phrases} in what explains it:\n"
                                 f"{explain()}") from None
        return "".join(f"\n          | {line}" for line in text.splitlines())

    def await_driver_gone(self, seconds=240):
        uids = [p["metadata"]["uid"] for p in self.drivers()]
        self.wait(lambda: all(u in self.observer.gone for u in uids), seconds,
                  "its drivers to go")
