"""What an outsider sees: every version of every application and each pod ever.

Runs beside the operator for the whole suite. Cases wait on it instead of asking
the API server again and again.
"""
import http.client
import json
import threading
import time

import api as apis


def state_of(app):
    status = app.get("status") or {}
    return (status.get("applicationState") or {}).get("state", "")


def error_of(app):
    status = app.get("status") or {}
    return (status.get("applicationState") or {}).get("errorMessage", "")


def condition(app, kind):
    for one in (app.get("status") or {}).get("conditions") or []:
        if one["type"] == kind:
            return one
    return None


def runs_again(states):
    """Without repeats."""
    out = []
    for state in states:
        if not out or out[-1] != state:
            out.append(state)
    return out


def _but_executors(app):
    status = dict(app.get("status") or {})
    status.pop("executorState", None)
    status.pop("executorCounts", None)
    return status


class Observer:
    def __init__(self, api):
        self._api = api
        self._changed = threading.Condition()
        self._versions = {}  # uid -> every version seen, oldest first
        self._newest = {}  # (namespace, name) -> uid
        self.gone = {}  # uid -> the time at which somebody could know it
        self._pods = {}  # uid -> newest version; deleted ones stay
        self._stop = threading.Event()
        self._listed = set()
        for path, keep in ((apis.applications(), self._keep_application),
                           (apis.pods(), self._keep_pod)):
            threading.Thread(target=self._follow, args=(path, keep),
                             daemon=True).start()
        self.wait(lambda: len(self._listed) == 2, 120, "the first lists")

    def stop(self):
        self._stop.set()

    # -- watching

    def _follow(self, path, keep):
        while not self._stop.is_set():
            try:
                self._list_and_watch(path, keep)
            except (OSError, http.client.HTTPException, apis.Answer,
                    json.JSONDecodeError, AttributeError):
                pass  # the suites stop the API server on purpose
            self._stop.wait(0.2)

    def _list_and_watch(self, path, keep):
        found = self._api.call("GET", path)
        present = {o["metadata"]["uid"] for o in found["items"]}
        with self._changed:
            for item in found["items"]:
                keep("ADDED", item)
            self._forget_absent(path, present)
            self._listed.add(path)
            self._changed.notify_all()
        version = found["metadata"]["resourceVersion"]
        for event in self._api.lines(
                f"{path}?watch=1&allowWatchBookmarks=true&timeoutSeconds=3000"
                f"&resourceVersion={version}", self._stop):
            if event["type"] == "ERROR":
                return
            if event["type"] != "BOOKMARK":
                with self._changed:
                    keep(event["type"], event["object"])
                    self._changed.notify_all()

    def _forget_absent(self, path, present):
        known = (self._versions if path == apis.applications() else self._pods)
        for uid in set(known) - present:
            self.gone.setdefault(uid, time.time())

    def _keep_application(self, kind, app):
        meta = app["metadata"]
        versions = self._versions.setdefault(meta["uid"], [])
        if kind == "DELETED":
            self.gone.setdefault(meta["uid"], time.time())
        elif not versions or (versions[-1]["metadata"]["resourceVersion"] !=
                              meta["resourceVersion"]):
            versions.append(app)
            self._newest[meta["namespace"], meta["name"]] = meta["uid"]

    def _keep_pod(self, kind, pod):
        self._pods[pod["metadata"]["uid"]] = pod
        if kind == "DELETED":
            self.gone.setdefault(pod["metadata"]["uid"], time.time())

    # -- waiting

    def wait(self, predicate, seconds, what):
        """Until predicate() is true; returns what it returned."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                value = predicate()
                if value:
                    return value
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"waited {seconds} s for {what}")
                self._changed.wait(min(left, 1))

    # -- asking

    def uid(self, namespace, name):
        return self._newest.get((namespace, name))

    def versions(self, namespace, name):
        with self._changed:
            return list(self._versions.get(self.uid(namespace, name), []))

    def newest(self, namespace, name):
        versions = self.versions(namespace, name)
        return versions[-1] if versions else {}

    def is_gone(self, uid):
        """When it went, or nothing."""
        with self._changed:
            return self.gone.get(uid)

    def states(self, namespace, name):
        return runs_again(state_of(v) for v in self.versions(namespace, name))

    def status_writes(self, namespace, name):
        """Not counted: those about executors alone, which are limited by time."""
        seen = [_but_executors(v) for v in self.versions(namespace, name)]
        return sum(1 for a, b in zip(seen, seen[1:]) if a != b)

    def drivers(self, namespace, name=None):
        """All driver pods that ever were, of one application or of all."""
        return self._pods_of("driver", namespace, name)

    def executors(self, namespace, name):
        return self._pods_of("executor", namespace, name)

    def _pods_of(self, role, namespace, name):
        with self._changed:
            return [p for p in self._pods.values()
                    if p["metadata"]["namespace"] == namespace and
                    _has_role(p, role, name)]

    def all_applications(self, namespace):
        with self._changed:
            return [v[-1] for uid, v in self._versions.items()
                    if v and v[-1]["metadata"]["namespace"] == namespace]


def _has_role(pod, role, name):
    labels = pod["metadata"].get("labels") or {}
    if labels.get("spark-role") != role:
        return False
    return name is None or labels.get("sparkoperator.k8s.io/app-name") == name
