"""The operator dies right after each durable step of a real run.

die_after_commit.c makes that exact; the operator itself knows nothing of it.
"""
import os
import signal

import manifests
import programs
from programs import Operator, poll
from world import RUN_LIMIT

MAKING_TABLES = 3  # syncs of a new journal before its first row
PHASES = ["", "claiming", "claimed", "submitted", "running", "completed"]
EXECUTOR_ROWS = ["pending", "running", "failed"]  # not in each run
HERE = os.path.dirname(os.path.abspath(__file__))


class Lives:
    def __init__(self, world, operators, kubeconfig):
        self.world = world
        self.operators = operators
        self.kubeconfig = kubeconfig
        self.died_in = []
        self.last = 0  # the number of the last commit, as far as is known
        self.shim = os.path.join(world.directory, "die_after_commit.so")
        programs.run("cc", "-shared", "-fPIC", "-o", self.shim,
                     os.path.join(HERE, "die_after_commit.c"))

    def _begin(self, name, commits):
        """An operator that dies after so many, and its application."""
        ns = name.replace("_", "-")
        self.world.make_namespace(ns)
        self.world.let_drivers_run_in(ns)
        operator = Operator(self.world.directory, name, "-namespace", ns,
                            kubeconfig=self.kubeconfig)
        self.operators.append(operator)
        operator.start(ready=False, LD_PRELOAD=self.shim,
                       DIE_AFTER_COMMIT=str(commits))
        return operator, self.world.create(
            manifests.java("killed", ns, "ExitWith", ["0"]))

    def plain(self, name):
        """How many commits there are to die after."""
        operator, app = self._begin(name, 0)
        app.await_state("COMPLETED")
        app.expect_events("SparkApplicationCompleted")  # the last that happens
        commits = operator.text().count("durable ")
        rows = operator.rows()
        operator.stop()
        self.last = commits
        # More rows than commits would be steps that nobody dies at.
        assert commits >= rows > 0, f"{commits} commits of {rows} rows"
        return commits

    def killed(self, name, commits):
        operator, app = self._begin(name, commits)
        app.wait(lambda: not operator.alive() or app.state() == "COMPLETED",
                 RUN_LIMIT, f"commit {commits}")
        try:
            poll(lambda: not operator.alive(), 20, "it to die")
        except AssertionError:
            # What its executor showed, and when, is another each time. No
            # stop(): that syncs the log once more.
            operator.kill()
            self.last = operator.text().count("durable ")
            return f"had only {self.last} commits"
        status = operator.process.wait()
        assert status == -signal.SIGKILL, f"status {status}"
        # The first syncs are of the log's header and of each migration.
        streams = programs.listing(operator.journal) \
            if commits > MAKING_TABLES else []
        phase = streams[0]["phase"] if streams else ""
        if phase != "completed":
            self.last = max(self.last, commits + 1)
        operator.start()
        app.await_state("COMPLETED")
        assert "FAILED" not in app.states(), app.states()
        ids = [p["metadata"]["labels"]["sparkoperator.k8s.io/submission-id"]
               for p in app.drivers()]
        # A claim may have been superseded, but never one that had a driver.
        assert ids == [app.status()["submissionID"]], (ids, app.status())
        operator.stop()
        programs.verify(operator.journal)
        self.died_in.append(phase)
        return f"in phase '{phase}', claim {app.status()['claim']['number']}"

    def expect_all_phases(self, commits):
        assert set(PHASES) <= set(self.died_in), self.died_in
        assert len(self.died_in) >= commits - len(EXECUTOR_ROWS), self.died_in
        return f"{len(self.died_in)} of {commits}"
