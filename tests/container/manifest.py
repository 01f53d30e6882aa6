#!/usr/bin/env python3
# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""What docs/kubernetes/carp-xdp.yaml says, for the shell:

manifest.py FILE capabilities|arguments|environment|liveness|readiness|grace
manifest.py FILE lay DIRECTORY   each volume as kubelet would lay it: a line
                                 "KIND SOURCE MOUNTPATH ro|rw" per mount
manifest.py FILE judge           what a careful operator would not accept
"""
import base64
import pathlib
import sys

import yaml

documents = list(yaml.safe_load_all(pathlib.Path(sys.argv[1]).read_text()))
KINDS = {d["kind"]: d for d in documents}
POD = KINDS["DaemonSet"]["spec"]["template"]["spec"]
CONTAINER = POD["containers"][0]
SECURITY = CONTAINER["securityContext"]


def lay_files(directory, files, mode):
    """kubelet's way: the files in a directory of their own, names as links."""
    inner = directory / "..2026"
    inner.mkdir(parents=True)
    (directory / "..data").symlink_to(inner.name)
    for name, text in files.items():
        (inner / name).write_text(text)
        (inner / name).chmod(mode)
        (directory / name).symlink_to(f"..data/{name}")


def secret():
    files = dict(KINDS["Secret"].get("stringData", {}))
    for name, text in KINDS["Secret"].get("data", {}).items():
        files[name] = base64.b64decode(text).decode()
    return files


def lay(top):
    volumes = {v["name"]: v for v in POD["volumes"]}
    for mount in CONTAINER["volumeMounts"]:
        volume = volumes.pop(mount["name"])
        place = pathlib.Path(top) / mount["name"]
        if "configMap" in volume:
            kind = "files"
            lay_files(place, KINDS["ConfigMap"]["data"], 0o644)
        elif "secret" in volume:
            kind = "files"
            lay_files(place, secret(), volume["secret"]["defaultMode"])
        elif "emptyDir" in volume:
            kind = "files"
            place.mkdir(mode=0o777)
            place.chmod(0o777)
        else:
            kind = volume["hostPath"]["path"]
            place.mkdir(mode=0o755)
        way = "ro" if mount.get("readOnly") else "rw"
        print(kind, place, mount["mountPath"], way)
    assert not volumes, f"mounted nowhere: {volumes}"


def judge():
    names = {KINDS[k]["metadata"]["name"] for k in ("ConfigMap", "Secret")}
    used = {v.get("configMap", {}).get("name") or
            v.get("secret", {}).get("secretName") for v in POD["volumes"]}
    claims = {
        "no privilege": not SECURITY.get("privileged"),
        "none to be gained": SECURITY["allowPrivilegeEscalation"] is False,
        "a root that is read only": SECURITY["readOnlyRootFilesystem"],
        "system calls filtered": SECURITY["seccompProfile"]["type"] ==
                                 "RuntimeDefault",
        "all other capabilities dropped": SECURITY["capabilities"]["drop"] ==
                                          ["ALL"],
        "the host's network": POD["hostNetwork"] is True,
        "no access to the cluster": POD["automountServiceAccountToken"] is
                                    False,
        "its own files": names == used - {None},
        "its own pods": KINDS["DaemonSet"]["spec"]["selector"]["matchLabels"]
        == KINDS["DaemonSet"]["spec"]["template"]["metadata"]["labels"],
        "one namespace": len({d["metadata"].get("namespace",
                                                d["metadata"]["name"])
                              for d in documents}) == 1,
    }
    print("\n".join(k for k, good in claims.items() if not good))


def main():
    what = sys.argv[2]
    if what == "lay":
        lay(sys.argv[3])
    elif what == "judge":
        judge()
    elif what == "capabilities":
        print(*SECURITY["capabilities"]["add"])
    elif what == "arguments":
        print(*CONTAINER["args"])
    elif what == "environment":
        print(*(f"{e['name']}={e['value']}" for e in CONTAINER["env"]))
    elif what == "liveness":
        print(*CONTAINER["livenessProbe"]["exec"]["command"])
    elif what == "readiness":
        get = CONTAINER["readinessProbe"]["httpGet"]
        print(f"http://{get['host']}:{get['port']}{get['path']}")
    elif what == "grace":
        print(POD["terminationGracePeriodSeconds"])
    else:
        sys.exit(__doc__)


main()
