"""A node that is not there. Everybody sees it: the API server, which lets its
pods end gracefully; the controller manager, which collects what it does not
run. Its kubelet runs driver pods without running anything, as its case says."""
import datetime
import http.client
import itertools
import threading

import api as apis
from kubelet import RUNNING, ended

LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
NODES = "/api/v1/nodes"
READY = [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]
ROOM = {"cpu": "64", "memory": "256Gi", "pods": "1000"}
BETWEEN = 7  # seconds from one sign of life to the next, of the 40 it has


class Node:
    """For one namespace."""

    numbers = itertools.count(1)

    def __init__(self, world, namespace):
        self._world = world
        self._namespace = namespace
        self._name = f"nowhere-{next(Node.numbers)}"
        self._codes = {}  # pod uid -> how it shall end
        self._keeps = False
        self._stop = threading.Event()
        self._register()
        for work in (self._live, self._work):
            threading.Thread(target=work, daemon=True).start()

    # -- what a case wants

    def end(self, app, code):
        """Of the driver that it has now."""
        (uid,) = [p["metadata"]["uid"] for p in app.drivers()
                  if not app.observer.is_gone(p["metadata"]["uid"])]
        self._codes[uid] = code

    def keep_what_is_deleted(self):
        """As a driver does that takes its time to end."""
        self._keeps = True

    def let_go(self):
        self._keeps = False

    def stop(self):
        self._stop.set()
        self._world.api.delete(f"{NODES}/{self._name}")

    # -- being one

    def _register(self):
        self._world.api.create(NODES, {
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": self._name}})
        self._world.api.patch(f"{NODES}/{self._name}/status", {"status": {
            "conditions": READY, "capacity": ROOM, "allocatable": ROOM}})
        self._world.api.create(LEASES, {
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": {"name": self._name}, "spec": self._sign_of_life()})

    def _sign_of_life(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        return {"holderIdentity": self._name, "leaseDurationSeconds": 40,
                "renewTime": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}

    def _live(self):
        while not self._stop.wait(BETWEEN):
            self._try(lambda: self._world.api.patch(
                f"{LEASES}/{self._name}", {"spec": self._sign_of_life()}))

    def _work(self):
        while not self._stop.wait(0.05):
            for pod in self._world.observer.drivers(self._namespace):
                if not self._world.observer.is_gone(pod["metadata"]["uid"]):
                    self._try(lambda pod=pod: self._care_for(pod))

    @staticmethod
    def _try(action):
        """Again in the next round: the pod was changed, the server went."""
        try:
            action()
        except (OSError, http.client.HTTPException, apis.Answer):
            pass

    def _care_for(self, pod):
        meta = pod["metadata"]
        phase = pod["status"].get("phase")
        if "deletionTimestamp" in meta:
            if not self._keeps:
                self._remove(pod)
        elif "nodeName" not in pod["spec"]:
            self._bind(meta)
        elif phase == "Pending":
            self._report(meta, RUNNING)
        elif phase == "Running" and meta["uid"] in self._codes:
            self._report(meta, ended(self._codes[meta["uid"]]))

    def _bind(self, meta):
        self._world.api.create(
            apis.pods(meta["namespace"], meta["name"]) + "/binding", {
                "apiVersion": "v1", "kind": "Binding",
                "metadata": {"name": meta["name"], "uid": meta["uid"]},
                "target": {"apiVersion": "v1", "kind": "Node",
                           "name": self._name}})

    def _remove(self, pod):
        meta = pod["metadata"]
        if pod["status"].get("phase") == "Running":
            self._report(meta, ended(143))
        self._world.api.delete(
            apis.pods(meta["namespace"], meta["name"]), gracePeriodSeconds=0,
            preconditions={"uid": meta["uid"]})

    def _report(self, meta, status):
        self._world.api.patch(
            apis.pods(meta["namespace"], meta["name"]) + "/status",
            {"metadata": {"uid": meta["uid"]}, "status": status})
