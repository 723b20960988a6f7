"""A kubelet for driver pods: runs nothing, and says that it went well.

spark-loadgen has one of its own; this one lives on when the API server does not.
"""
import http.client
import threading
import time

import api as apis

RUNNING = {"phase": "Running", "containerStatuses": [{
    "name": "spark-kubernetes-driver", "image": "x", "imageID": "",
    "ready": True, "restartCount": 0,
    "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}


def ended(code):
    return {"phase": "Failed" if code else "Succeeded", "containerStatuses": [{
        "name": "spark-kubernetes-driver", "image": "x", "imageID": "",
        "ready": False, "restartCount": 0, "state": {"terminated": {
            "exitCode": code, "reason": "Error" if code else "Completed",
            "startedAt": "2026-01-01T00:00:00Z",
            "finishedAt": "2026-01-01T00:00:01Z"}}}]}


class Kubelet:
    def __init__(self, world, namespace, run_for):
        self._world = world
        self._namespace = namespace
        self._run_for = run_for
        self._began = {}  # pod uid -> when it was set to run
        self._stop = threading.Event()
        threading.Thread(target=self._work, daemon=True).start()

    def stop(self):
        self._stop.set()

    def _work(self):
        while not self._stop.wait(0.1):
            for pod in self._world.observer.drivers(self._namespace):
                if self._stop.is_set():
                    return
                try:
                    self._care_for(pod)
                except (OSError, http.client.HTTPException, apis.Answer):
                    break  # again in the next round

    def _care_for(self, pod):
        uid = pod["metadata"]["uid"]
        if pod.get("status", {}).get("phase") in ("Succeeded", "Failed"):
            return
        began = self._began.get(uid)
        if began is None:
            self._set(pod, RUNNING)
            self._began[uid] = time.monotonic()
        elif began and time.monotonic() - began >= self._run_for:
            self._set(pod, ended(0))
            self._began[uid] = 0

    def _set(self, pod, status):
        meta = pod["metadata"]
        try:
            self._world.api.patch(
                apis.pods(meta["namespace"], meta["name"]) + "/status",
                {"metadata": {"uid": meta["uid"]}, "status": status})
        except apis.Answer as no:
            if no.code not in (404, 409):  # gone, or another one of that name
                raise
