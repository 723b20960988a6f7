"""Runs stages of slow tasks until two executors have worked on them."""
import operator
import os
import sys
import time

from pyspark import SparkContext

LIMIT = 120  # seconds
TASKS = 8


def slow(number):
    time.sleep(0.5)
    return os.environ["SPARK_EXECUTOR_ID"], number


def main():
    context = SparkContext()
    end = time.monotonic() + LIMIT
    executors = set()
    while len(executors) < 2 and time.monotonic() < end:
        done = context.parallelize(range(TASKS), TASKS).map(slow).reduceByKey(
            operator.add, 2).collect()
        executors |= {executor for executor, _ in done}
    print(f"executors {sorted(executors)}")
    context.stop()
    sys.exit(0 if len(executors) > 1 else 1)


main()
