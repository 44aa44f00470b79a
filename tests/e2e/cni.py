"""What a container runtime does with a CNI configuration list, by the CNI specification 0.4.0 and nothing else.

cni.py add|check|del CONFLIST ID NETNS [CNI_ARGS]    the last result is printed, and kept beside the list for the rest

CNI_PATH is where the plugins are.
"""
import json
import os
import re
import subprocess
import sys

# "Network configuration lists", and what the runtime has to refuse.
NAME = re.compile(r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$")
LIST_KEYS = {"cniVersion", "name", "disableCheck", "plugins"}


def read_list(path):
    with open(path, encoding="utf-8") as file:
        conflist = json.load(file)
    assert LIST_KEYS >= conflist.keys() >= {"cniVersion", "name", "plugins"}, conflist.keys()
    assert NAME.match(conflist["name"]), conflist["name"]
    assert conflist["plugins"], "a list without plugins"
    return conflist


def run(verb, conflist, plugin, previous, where):
    """One plugin: its part of the list on stdin, a result or an error on stdout."""
    config = {key: value for key, value in plugin.items() if key != "capabilities"}
    config |= {"name": conflist["name"], "cniVersion": conflist["cniVersion"]}
    if previous is not None:
        config["prevResult"] = previous
    program = os.path.join(os.environ["CNI_PATH"], plugin["type"])
    done = subprocess.run([program], input=json.dumps(config).encode(), stdout=subprocess.PIPE, check=False,
                          env=os.environ | where | {"CNI_COMMAND": verb}, timeout=60)
    if done.returncode != 0:
        sys.exit(f"{plugin['type']}: {done.stdout.decode()}")
    return json.loads(done.stdout) if verb == "ADD" else previous


def main():
    verb, path, container, netns = sys.argv[1:5]
    where = {"CNI_CONTAINERID": container, "CNI_NETNS": netns, "CNI_IFNAME": "eth0", "CNI_ARGS": "".join(sys.argv[5:6])}
    conflist, kept = read_list(path), f"{path}.{container}"
    previous = None
    if verb != "add" and os.path.exists(kept):
        with open(kept, encoding="utf-8") as file:
            previous = json.load(file)
    plugins = conflist["plugins"]
    for plugin in reversed(plugins) if verb == "del" else plugins:
        previous = run(verb.upper(), conflist, plugin, previous, where)
    if verb == "add":
        with open(kept, "w", encoding="utf-8") as file:
            json.dump(previous, file)
        print(json.dumps(previous))


main()
