"""Shuffles, and fails when its files are not in the directories that the
arguments name: all that SPARK_LOCAL_DIRS may have."""
import glob
import operator
import os
import sys

from pyspark import SparkContext

PARTS = 32


def wrong_with(role, dirs, wanted, pattern):
    if sorted(dirs) != sorted(wanted):
        return [f"{role}: {dirs} are not {wanted}"]
    return [f"{role}: nothing in {one} is {pattern}" for one in wanted
            if not glob.glob(os.path.join(one, pattern))]


def local_dirs():
    return os.environ.get("SPARK_LOCAL_DIRS", "").split(",")


def on_executor(wanted):
    """Spark gives Python what it has made in the directories."""
    return wrong_with("executor", [os.path.dirname(d) for d in local_dirs()],
                      wanted, "blockmgr-*/*/shuffle_*.data")


def main():
    wanted = sys.argv[1:]
    context = SparkContext()
    sums = context.parallelize(range(1000), PARTS).map(
        lambda n: (n % 10, n)).reduceByKey(operator.add, 2)
    found = [] if sums.count() == 10 else ["not ten sums"]
    found += wrong_with("driver", local_dirs(), wanted, "blockmgr-*")
    found += context.parallelize([wanted], 1).flatMap(on_executor).collect()
    print("\n".join(found) or "everything is as expected")
    context.stop()
    sys.exit(1 if found else 0)


main()
