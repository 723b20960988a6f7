"""Looks around on the driver and in a task of an executor, and fails when they
do not find what the file expected.json beside this one says:

    {role: {"files": {path: text}, "env": {name: value}, "user": number,
            "hosts": {name: address}, "modules": {name: its WORD},
            "hadoop": {name: value}, "jars": [name]}}

The last two are for the driver.
"""
import importlib
import json
import os
import socket
import sys
import time

from pyspark import SparkContext

PATIENCE = 30  # seconds: what a sidecar makes may come later


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip("\n")
    except OSError as why:
        return str(why)


def address(name):
    try:
        return socket.gethostbyname(name)
    except OSError as why:
        return str(why)


def word(module):
    try:
        return importlib.import_module(module).WORD
    except ImportError as why:
        return str(why)


def complaints(expected):
    seen = [(path, text, read(path))
            for path, text in expected.get("files", {}).items()]
    seen += [(name, value, os.environ.get(name))
             for name, value in expected.get("env", {}).items()]
    seen += [(name, value, address(name))
             for name, value in expected.get("hosts", {}).items()]
    seen += [(name, value, word(name))
             for name, value in expected.get("modules", {}).items()]
    if "user" in expected:
        seen.append(("the user", expected["user"], os.getuid()))
    return [f"{what} is {found!r}, not {wanted!r}"
            for what, wanted, found in seen if wanted != found]


def look(role, expected):
    end = time.monotonic() + PATIENCE
    while complaints(expected) and time.monotonic() < end:
        time.sleep(0.1)
    return [f"{role}: {one}" for one in complaints(expected)]


def about_spark(context, expected):
    java = context._jsc  # pylint: disable=protected-access
    conf = java.hadoopConfiguration()
    jars = java.sc().listJars().mkString(" ")
    wrong = [f"driver: Hadoop's {name} is {conf.get(name)!r}, not {value!r}"
             for name, value in expected.get("hadoop", {}).items()
             if conf.get(name) != value]
    return wrong + [f"driver: {jar} is not one of its jars: {jars}"
                    for jar in expected.get("jars", []) if jar not in jars]


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "expected.json"), encoding="utf-8") as file:
        expected = json.load(file)
    context = SparkContext()
    found = look("driver", expected["driver"])
    found += about_spark(context, expected["driver"])
    found += context.parallelize([expected["executor"]], 1).flatMap(
        lambda e: look("executor", e)).collect()
    print("\n".join(found) or "everything is as expected")
    context.stop()
    sys.exit(1 if found else 0)


main()
