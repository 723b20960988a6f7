"""A small client of the sandbox's API server, as its administrator.

kubectl costs a tenth of a second of processor time a call, and two cores carry
the whole cluster: what is asked often is asked here.
"""
import http.client
import json
import os
import ssl
import threading
import time

GROUP = "/apis/sparkoperator.k8s.io/v1beta2"
IDLE_LIMIT = 20
MERGE = "application/merge-patch+json"
CRD_OF = ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
          "{}.sparkoperator.k8s.io")
CRD = CRD_OF.format("sparkapplications")
KINDS = ("sparkapplications", "scheduledsparkapplications")


class Answer(Exception):
    """The server said no."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text[:300]}")
        self.code = code


def applications(namespace=None, name=None):
    return _path(GROUP, "sparkapplications", namespace, name)


def schedules(namespace=None, name=None):
    return _path(GROUP, "scheduledsparkapplications", namespace, name)


def pods(namespace=None, name=None):
    return _path("/api/v1", "pods", namespace, name)


def _path(base, plural, namespace, name):
    if namespace:
        base += f"/namespaces/{namespace}"
    return f"{base}/{plural}" + (f"/{name}" if name else "")


class Api:
    def __init__(self, directory=None):
        directory = directory or os.environ["SANDBOX_DIR"]
        pki = os.path.join(directory, "pki")
        self._tls = ssl.create_default_context(cafile=f"{pki}/ca.crt")
        self._tls.load_cert_chain(f"{pki}/admin.crt", f"{pki}/admin.key")
        self._kept = threading.local()

    def connect(self, timeout=30):
        return http.client.HTTPSConnection("127.0.0.1", 6443, timeout=timeout,
                                           context=self._tls)

    def call(self, method, path, body=None, kind="application/json"):
        text = self.text(method, path, body, kind)
        return json.loads(text) if text else {}

    def text(self, method, path, body=None, kind="application/json"):
        sent = json.dumps(body) if body is not None else None
        end = time.monotonic() + 60
        while True:
            try:
                status, text = self._send(method, path, sent, kind)
            except (http.client.HTTPException, OSError):
                self._kept.connection = None
                raise
            # For a second after a new CRD. Others have their reasons, such as
            # a PodDisruptionBudget.
            if (status != 429 or "(re)initializing" not in text or
                    time.monotonic() >= end):
                break
            time.sleep(0.2)
        if status >= 400:
            raise Answer(status, text)
        return text

    def _kept_connection(self):
        """The server ends one that was idle for a while."""
        now = time.monotonic()
        if (getattr(self._kept, "connection", None) is None or
                now - self._kept.used > IDLE_LIMIT):
            self._kept.connection = self.connect()
        self._kept.used = now
        return self._kept.connection

    def _send(self, method, path, body, kind):
        connection = self._kept_connection()
        connection.request(method, path, body, {"Content-Type": kind})
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        if response.will_close:
            connection.close()
            self._kept.connection = None
        return response.status, text

    def get(self, path):
        """None when it does not exist."""
        try:
            return self.call("GET", path)
        except Answer as no:
            if no.code == 404:
                return None
            raise

    def create(self, path, body):
        return self.call("POST", path, body)

    def patch(self, path, body):
        return self.call("PATCH", path, body, MERGE)

    def delete(self, path, **options):
        try:
            return self.call("DELETE", path, {"apiVersion": "v1",
                                              "kind": "DeleteOptions",
                                              **options})
        except Answer as no:
            if no.code != 404:
                raise
            return None

    def lines(self, path, stop):
        """The events of a watch, until its end or until stop.is_set()."""
        connection = self.connect(timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            if response.status != 200:
                raise Answer(response.status, response.read().decode())
            # Bookmarks come once a minute; a stop must be noticed sooner.
            connection.sock.settimeout(120)
            while not stop.is_set():
                line = response.readline()
                if not line:
                    return
                yield json.loads(line)
        finally:
            connection.close()
