#!/usr/bin/env python3
"""Records what the real spark-submit sends, as golden files.

    tests/differential/capture.py [--version 3.5.7] [case ...]

For each case in cases/*.json (metadata and spec of a SparkApplication) and
each Spark version: build the command as the Go operator does
(submit_command.py), run it against recording_stub.py, replace what is random
by tokens, and write captured/<version>/<case>.json: its "requests" and, if
that operator's webhook (webhook.py) changes it, the driver pod after that as
"pod".

In a case, "refused" is true, or lists the versions that refuse it; "older" and
"newer" say that those lines are captured too, which takes 3 s each; "stricter"
lists the versions that send what no API server takes, which we refuse.

Needs Java 17 and, for a version that is not yet in the cache, PyPI. The cache
is ${SPARK_OPERATOR_CACHE:-~/.cache/spark-operator-dev}/pyspark-<version>. One
submission runs at a time; all of them take half an hour.
"""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import webhook
from recording_stub import RecordingStub
from submit_command import command, template_files

HERE = os.path.dirname(os.path.abspath(__file__))
OLDER = ["3.0.3", "3.1.3", "3.2.4", "3.3.4", "3.4.4"]
NEWER = ["4.2.1", "4.3.0"]
VERSIONS = OLDER + ["3.5.7", "4.0.1", "4.1.1"] + NEWER
CACHE = os.environ.get("SPARK_OPERATOR_CACHE") or os.path.expanduser(
    "~/.cache/spark-operator-dev")
HEX16 = "[0-9a-fx][0-9a-f]{15}"
TEMPLATE_KEY = "podspec-configmap-key"


def spark_home(version):
    """The distribution inside PyPI's pyspark sdist, fetched once."""
    home = os.path.join(CACHE, "pyspark-" + version)
    done = os.path.join(home, ".complete")
    if not os.path.exists(done):
        downloads = os.path.join(CACHE, "pyspark-dl")
        os.makedirs(downloads, exist_ok=True)
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps",
                        "--no-binary", ":all:", "pyspark==" + version,
                        "-d", downloads], check=True)
        # Python 3.11.2 of Debian 12 has no filters yet.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        with tarfile.open(f"{downloads}/pyspark-{version}.tar.gz") as tar:
            for member in tar.getmembers():
                member.name = member.name.partition("/")[2]
                if member.name:
                    tar.extract(member, home, **safe)
        open(done, "w").close()
    return os.path.join(home, "deps")


def read_properties(text):
    """java.util.Properties.load, for what Properties.store writes."""
    comments, entries = [], {}
    for line in text.split("\n"):
        if line.startswith("#"):
            comments.append(line[1:])
        elif line:
            key, value, current, i = "", "", 0, 0
            parts = ["", ""]
            while i < len(line):
                c = line[i]
                if c == "\\":
                    i += 1
                    c = {"t": "\t", "n": "\n", "r": "\r",
                         "f": "\f"}.get(line[i], line[i])
                    parts[current] += c
                elif c == "=" and current == 0:
                    current = 1
                else:
                    parts[current] += c
                i += 1
            key, value = parts
            entries[key] = value
    return {"comment": comments[0], "entries": dict(sorted(entries.items()))}


def tokens(requests):
    """Pairs (random text, token)."""
    pod = next(r["object"] for r in requests if r["object"]["kind"] == "Pod")
    out = [(pod["metadata"]["labels"]["spark-app-selector"], "{{app_id}}")]
    text = json.dumps(requests)
    for uuid in re.findall(r"/var/data/spark-([0-9a-f-]{36})", text):
        out.append((uuid, "{{uuid}}"))
    for pattern in (rf'({HEX16})-driver-svc"', rf"spark-drv-({HEX16})-conf-map",
                    rf"({HEX16})-driver-(?:conf-map|pvc|podspec)"):
        for found in re.findall(pattern, text):
            out.append((found, "{{id}}"))
    return list(dict.fromkeys(out))


def normalised(requests, port, case):
    if not requests:
        return []
    text = json.dumps(requests, ensure_ascii=False)
    for random, token in tokens(requests):
        text = text.replace(random, token)
    text = text.replace(f"127.0.0.1\\\\:{port}", "127.0.0.1\\\\:{{port}}")
    out = json.loads(text)
    for request in out:
        data = request["object"].get("data", {})
        if "spark.properties" in data:
            data["spark.properties"] = read_properties(
                data["spark.properties"])
            entries = data["spark.properties"]["entries"]
            time = "spark.app.submitTime"
            given = case["spec"].get("sparkConf", {}).get(time)
            if entries.get(time, given) != given:
                entries[time] = "{{time}}"
        if TEMPLATE_KEY in data:
            data[TEMPLATE_KEY] = json.loads(data[TEMPLATE_KEY])
    return out


def refusal(stderr):
    """The exception or error that made spark-submit give up."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    for line in lines:
        if re.search(r"Exception|^Error:|requirement failed", line) \
                and not line.startswith("\tat "):
            return line.replace('Exception in thread "main" ', "")
    return lines[-1] if lines else ""


def put_file(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def put_packages(home, packages):
    """Empty ones in the local Maven repository, which is asked first: nothing
    that is captured depends on what is in them, or on a network."""
    for package in packages:
        group, name, version = package.split(":")
        base = os.path.join(home, ".m2/repository", *group.split("."), name,
                            version, f"{name}-{version}.")
        put_file(base + "pom", "<project><modelVersion>4.0.0</modelVersion>"
                 f"<groupId>{group}</groupId><artifactId>{name}</artifactId>"
                 f"<version>{version}</version></project>")
        with zipfile.ZipFile(base + "jar", "w"):
            pass


def environment(version, scratch):
    """Nothing of the machine, but for Java. Java takes its home directory from
    the account, and 3.0 reaches into the JDK in a way that 17 forbids."""
    options = "-Duser.home=" + scratch
    if version.startswith("3.0."):
        options += " --add-opens=java.base/java.nio=ALL-UNNAMED"
    os.makedirs(os.path.join(scratch, "conf"))
    return {"PATH": os.environ["PATH"], "HOME": scratch,
            "JAVA_HOME": os.environ.get("JAVA_HOME",
                                        "/usr/lib/jvm/java-17-openjdk-amd64"),
            "SPARK_HOME": spark_home(version),
            "SPARK_CONF_DIR": os.path.join(scratch, "conf"),
            "SPARK_SUBMIT_OPTS": options, "HADOOP_USER_NAME": "spark",
            "KUBECONFIG": "/nonexistent", "LC_ALL": "C.UTF-8"}


def submit(version, case, port, scratch):
    env = environment(version, scratch)
    for name, pod in template_files(case, version).items():
        put_file(os.path.join(scratch, name), json.dumps(pod))
    put_packages(scratch, case["spec"].get("deps", {}).get("packages", []))
    argv = [a.replace("{{port}}", str(port)) for a in command(case, version)]
    argv[0] = os.path.join(env["SPARK_HOME"], "bin", argv[0])
    return subprocess.run(["nice"] + argv, env=env, cwd=scratch, timeout=400,
                          capture_output=True, text=True)


def run(version, case):
    stub = RecordingStub()
    try:
        with tempfile.TemporaryDirectory() as scratch:
            done = submit(version, case, stub.port, scratch)
        out = {"spark": version, "command": command(case, version),
               "exit_code": done.returncode}
        if done.returncode != 0:
            out["refusal"] = refusal(done.stderr).replace(
                str(stub.port), "{{port}}").replace(scratch, "{{scratch}}")
        out["requests"] = normalised(stub.requests, stub.port, case)
        for request in out["requests"]:
            if request["object"]["kind"] == "Pod":
                mutated = webhook.mutate(request["object"], case)
                if mutated != request["object"]:
                    out["pod"] = mutated
        return out, done.stderr
    finally:
        stub.close()


def is_refused(case, version):
    refused = case.get("refused", False)
    return refused if isinstance(refused, bool) else version in refused


def capture(version, name, case):
    """Writes the golden file; False if it is not what the case says."""
    made, stderr = run(version, case)
    print(version, name, len(made["requests"]), "requests",
          made.get("refusal", ""), flush=True)
    if (made["exit_code"] != 0) != is_refused(case, version):
        print(stderr, file=sys.stderr)
        return False
    put_file(os.path.join(HERE, "captured", version, name + ".json"),
             json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True)
             + "\n")
    return True


def read_cases(names):
    out = {}
    for path in sorted(glob.glob(os.path.join(HERE, "cases", "*.json"))):
        name = os.path.splitext(os.path.basename(path))[0]
        if not names or name in names:
            with open(path, encoding="utf-8") as file:
                out[name] = json.load(file)
    return out


def main():
    options = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--version", action="append", choices=VERSIONS)
    options.add_argument("case", nargs="*", help="names; default: all")
    options = options.parse_args()
    failed = []
    for version in options.version or VERSIONS:
        for name, case in read_cases(options.case).items():
            if version in OLDER and not case.get("older"):
                continue
            if version in NEWER and not case.get("newer"):
                continue
            if not capture(version, name, case):
                failed.append(f"{version} {name}")
    for what in failed:
        print("not as its case says:", what, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
