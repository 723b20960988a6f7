"""What the API server wrote down about the operator's requests: all of them,
watches too, of all lives of the operator."""
import collections
import glob
import json
import os

OPERATOR = "system:serviceaccount:spark-operator:spark-operator"

Request = collections.namedtuple("Request", "verb resource namespace name code")


def _requests():
    log = os.path.join(os.environ["SANDBOX_DIR"], "log", "audit*.log")
    for path in glob.glob(log):
        with open(path, encoding="utf-8") as file:
            for line in file:
                one = json.loads(line)
                if one["user"]["username"] == OPERATOR:
                    yield _request(one)


def _request(one):
    what = one.get("objectRef") or {"resource": one["requestURI"]}
    return Request(one["verb"], what.get("resource"),
                   what.get("namespace", ""), what.get("name", ""),
                   one.get("responseStatus", {}).get("code"))


def expect_forbidden(expected, granted):
    """expected: (verb, resource, namespace, name) of the only 403 there may be.
    granted: (verb, resource) that must have been asked for, so that an empty
    log proves nothing."""
    seen = list(_requests())
    forbidden = [tuple(r[:4]) for r in seen if r.code == 403]
    assert sorted(forbidden) == sorted(expected), f"forbidden: {forbidden}"
    missing = set(granted) - {(r.verb, r.resource) for r in seen
                              if r.code in (200, 201)}
    assert not missing, f"never asked for: {missing}"
    return f"{len(seen)} requests"
