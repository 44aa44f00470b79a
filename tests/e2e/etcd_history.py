#!/usr/bin/python3
"""Replays all that ever happened to flannel's records in an etcd, and says what must not have happened.

    etcd_history.py NODES DIRECTORY ENDPOINT

etcdctl watches from the first revision on, up to a key that is put now.  A fault is: a subnet that passes from one
owner (PublicIP) to another without having been free between; two subnets at once that overlap; and at the end, an owner
of none or of two, or one who holds another than DIRECTORY/NUMBER remembers.  Prints the faults and one line of figures.
"""

import base64
import ipaddress
import json
import subprocess
import sys

PREFIX = "/coreos.com/network/"


def etcdctl(endpoint, *words):
    return ["etcdctl", "--endpoints", endpoint, *words]


def text(coded):
    return base64.b64decode(coded or "").decode()


def events(endpoint):
    """(revision, key, owner or None) from the beginning until now."""
    put = subprocess.run(etcdctl(endpoint, "put", PREFIX + "now", "x", "-w", "json"),
                         check=True, stdout=subprocess.PIPE)
    now = json.loads(put.stdout)["header"]["revision"]
    command = etcdctl(endpoint, "watch", "--prefix", PREFIX, "--rev", "1", "-w", "json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        for line in watch.stdout:
            for event in json.loads(line).get("Events") or []:
                key = text(event["kv"]["key"])
                if event["kv"]["mod_revision"] >= now:
                    watch.kill()
                    return
                gone = event.get("type") in (1, "DELETE")
                value = None if gone else text(event["kv"].get("value"))
                yield event["kv"]["mod_revision"], key, value


def subnet_of(key):
    return ipaddress.ip_network(key.split("/")[-1].replace("-", "/"))


def replay(endpoint):
    """Who holds what at the end, the faults on the way, how many changes there were, and hands that changed."""
    holders, former, faults, changes, moved = {}, {}, [], 0, 0
    for revision, key, value in events(endpoint):
        if not key.startswith(PREFIX + "subnets/"):
            continue
        changes += 1
        if value is None:
            holders.pop(key, None)
            continue
        owner = json.loads(value)["PublicIP"]
        if holders.get(key, owner) != owner:
            faults.append(f"revision {revision}: {key} passes from {holders[key]} to {owner}")
        if key not in holders:
            faults += [f"revision {revision}: {key} overlaps {other}"
                       for other in holders if subnet_of(other).overlaps(subnet_of(key))]
        moved += former.get(key, owner) != owner
        holders[key] = former[key] = owner
    return holders, faults, changes, moved


def address_of(number):
    return f"192.0.{2 + number // 250}.{1 + number % 250}"


def ends(holders, nodes, directory):
    for number in range(nodes):
        held = [key.split("/")[-1] for key, owner in holders.items() if owner == address_of(number)]
        with open(f"{directory}/{number}") as file:
            kept = file.read().strip()
        if held != [kept]:
            yield f"node {number} holds {held} and remembers {kept}"


def main():
    nodes, directory, endpoint = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    holders, faults, changes, moved = replay(endpoint)
    faults += ends(holders, nodes, directory)
    for fault in faults:
        print(fault)
    print(f"{changes} changes of records replayed, {moved} subnets came to another owner, "
          f"{len(holders)} are held, {len(faults)} faults")
    return 1 if faults or changes < nodes else 0


if __name__ == "__main__":
    sys.exit(main())
