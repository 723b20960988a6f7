"""Runs cases, several at a time, and says how each went."""
import concurrent.futures
import threading
import time
import traceback


class Suite:
    def __init__(self, explain):
        """explain(case_name) -> what to print when a case has failed."""
        self._explain = explain
        self._print = threading.Lock()
        self.began = time.monotonic()
        self.passed = 0
        self.failures = []  # (name, why), told again at the end

    def say(self, text):
        with self._print:
            print(f"[{time.monotonic() - self.began:5.0f} s] {text}",
                  flush=True)

    def case(self, name, body):
        began = time.monotonic()
        try:
            note = body()
        except Exception as why:  # pylint: disable=broad-except
            self._failed(name, why, time.monotonic() - began)
            return False
        with self._print:
            self.passed += 1
        self.say(f"ok      {name} ({time.monotonic() - began:.1f} s)" +
                 (f": {note}" if note else ""))
        return True

    def _failed(self, name, why, seconds):
        words = str(why) if isinstance(why, AssertionError) and str(why) \
            else "".join(traceback.format_exception(why))
        with self._print:
            self.failures.append((name, words))
        self.say(f"FAILED  {name} ({seconds:.1f} s): {words}")
        try:
            text = self._explain(name)
        except Exception as more:  # pylint: disable=broad-except
            text = f"(nothing more to say: {more})"
        with self._print:
            print(text, flush=True)

    def together(self, cases, at_once):
        """cases: (name, body) in the order in which they begin."""
        with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
            for done in [pool.submit(self.case, *c) for c in cases]:
                done.result()

    def end(self):
        """The process's exit status."""
        for name, words in self.failures:
            print(f"FAILED  {name}: {words[-1000:]}")
        print(f"{self.passed} passed, {len(self.failures)} failed in "
              f"{time.monotonic() - self.began:.0f} s", flush=True)
        return 0 if not self.failures and self.passed > 0 else 1
