"""Runs a suite in a sandbox of its own, which goes away whatever happens."""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import programs


def run(name, up, script, wanted):
    """The exit status. up: words for `tools/sandbox up`."""
    def sandbox(*words):
        return subprocess.run([os.path.join(programs.ROOT, "tools/sandbox"),
                               words[0], "--name", name, *words[1:]],
                              check=False).returncode

    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, lambda *_: sys.exit(143))
    directory = tempfile.mkdtemp(prefix="spark-tests-", dir="/var/tmp")
    status = 1
    try:
        # One that somebody was stopped in would lend us its leftovers.
        sandbox("down")
        status = sandbox("up", *up) or sandbox(
            "exec", sys.executable, script, "--inside", directory, "--only",
            wanted.only)
    finally:
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(one, signal.SIG_IGN)
        status = sandbox("down") or status
        if wanted.keep_logs:
            shutil.copytree(directory, wanted.keep_logs, dirs_exist_ok=True)
        shutil.rmtree(directory, ignore_errors=True)
    return status
