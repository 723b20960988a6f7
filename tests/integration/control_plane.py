"""Stopping and starting the sandbox's API server."""
import errno
import os
import signal
import socket
import subprocess

from programs import poll

PORT = 6443


class ApiServer:
    def __init__(self, world):
        self._world = world
        directory = os.environ["SANDBOX_DIR"]
        self._pid_file = f"{directory}/run/kube-apiserver.pid"
        self._log = f"{directory}/log/kube-apiserver.log"

    def pid(self):
        with open(self._pid_file, encoding="utf-8") as file:
            return int(file.read())

    def freeze(self):
        os.kill(self.pid(), signal.SIGSTOP)

    def thaw(self):
        os.kill(self.pid(), signal.SIGCONT)

    def kill(self):
        """Returns how it was called, for start()."""
        pid = self.pid()
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            words = file.read().rstrip("\0").split("\0")
        os.kill(pid, signal.SIGKILL)
        # Its last threads hold the port for a moment after its /proc/PID/exe
        # is gone, and the next one gives up when it cannot have it.
        poll(self._port_is_free, 10, "the API server to die")
        return words

    def start(self, words):
        with open(self._log, "ab") as log:
            started = subprocess.Popen(words, stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL,
                                       start_new_session=True)
        with open(self._pid_file, "w", encoding="utf-8") as file:
            file.write(f"{started.pid}\n")
        poll(self._answers, 60, "the API server", pause=0.2)

    @staticmethod
    def _port_is_free():
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", PORT)) == errno.ECONNREFUSED

    def _answers(self):
        try:
            return self._world.api.text("GET", "/readyz") == "ok"
        except Exception:  # pylint: disable=broad-except
            return False
