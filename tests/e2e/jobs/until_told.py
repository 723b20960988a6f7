"""Ends well when it is told to, as a streaming job would: by the file that the
preStop hook of the user guide makes in the driver."""
import os
import time

from pyspark import SparkContext

TOLD = "/var/run/killspark"


def note(what):
    with open(f"/var/run/{what}", "w", encoding="utf-8"):
        pass


def main():
    context = SparkContext()
    note("ready")
    while not os.path.exists(TOLD):
        time.sleep(0.1)
    context.stop()
    note("ended-well")


main()
