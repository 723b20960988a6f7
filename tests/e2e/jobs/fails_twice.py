"""Fails when it runs for the first time and for the second. The file that the
argument names has a line for each run."""
import sys

from pyspark import SparkContext


def main():
    context = SparkContext()
    with open(sys.argv[1], "a+", encoding="utf-8") as file:
        file.write("run\n")
        file.seek(0)
        runs = len(file.readlines())
    print(f"run {runs}")
    context.stop()
    sys.exit(0 if runs > 2 else 1)


main()
