#!/usr/bin/env python3
"""Packs layer tars into a docker archive that `ctr images import` reads.

pack.py --out FILE --name IMAGE:TAG [--entrypoint PATH] [--env K=V]… LAYER.tar…

The layers stay uncompressed: reading them back is then bound by the disk, not
by the two cores that build and test at the same time.
"""
import argparse
import hashlib
import json
import pathlib
import tarfile
import io


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def add_bytes(archive, name, content):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--entrypoint", required=True)
    parser.add_argument("--workdir", default="/")
    parser.add_argument("--env", action="append", default=[])
    parser.add_argument("layers", nargs="+", type=pathlib.Path)
    args = parser.parse_args()

    digests = [digest_of(layer) for layer in args.layers]
    config = json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "config": {
            "Env": args.env,
            "Entrypoint": [args.entrypoint],
            "WorkingDir": args.workdir,
        },
        "rootfs": {
            "type": "layers",
            "diff_ids": ["sha256:" + digest for digest in digests],
        },
    }).encode()
    config_name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{
        "Config": config_name,
        "RepoTags": [args.name],
        "Layers": [digest + ".tar" for digest in digests],
    }]).encode()

    with tarfile.open(args.out, "w", format=tarfile.GNU_FORMAT) as archive:
        add_bytes(archive, "manifest.json", manifest)
        add_bytes(archive, config_name, config)
        for layer, digest in zip(args.layers, digests):
            archive.add(layer, arcname=digest + ".tar", recursive=False)


if __name__ == "__main__":
    main()
