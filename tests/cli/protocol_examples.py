#!/usr/bin/env python3
"""The page of the control protocol is true: protocol_examples.py PAGE VERBS SOCKET

Asks the switch at SOCKET all that PAGE asks, in its order, and compares the answers; and looks whether
each request of the enum in VERBS (include/ctl/command.h) is among them.  In blocks of ```json

    > a request, on a connection of the block's own     < a line of the answer
    >> a request on a second one                        << a line of that one's answer
    $ a command of a shell

and in an answer N is a number, TEXT a text and ... whatever else the object has."""

import json
import re
import socket
import subprocess
import sys

MARKS = re.compile(r"^(>>|<<|>|<|\$) (.*)$")
PLACES = {"N": r"-?[0-9]+(\.[0-9]+)?", "TEXT": r'[^"]*', "...": ".*"}


def blocks(page):
    """Each block as a list of (mark, words)."""
    for block in re.findall(r"^```json\n(.*?)^```", page, re.S | re.M):
        lines = [MARKS.match(line) for line in block.splitlines()]
        assert all(lines), "a line without a mark in: " + block
        yield [line.groups() for line in lines]


def pattern(words):
    parts = re.split(r"(\bN\b|\bTEXT\b|\.\.\.)", words)
    return "".join(PLACES.get(part) or re.escape(part) for part in parts)


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")

    def say(self, request):
        json.loads(request)
        self.socket.sendall(request.encode() + b"\n")

    def hear(self):
        try:
            return self.lines.readline().decode().rstrip("\n")
        except OSError: # nothing came
            return "(nothing)"

    def settle(self):
        """Whatever was said on other connections before has been read when this is answered."""
        self.say('{"v":1,"do":"status"}')
        while self.hear()[:13] == '{"v":1,"item"':
            pass


def carry_out(block, path):
    """The lines of @block that are not so, each with what was heard instead."""
    own, other = Connection(path), Connection(path)
    own.settle()
    wrong = []
    for mark, words in block:
        if mark == ">":
            own.say(words)
        elif mark == ">>":
            other.settle()
            other.say(words)
        elif mark == "$":
            other.settle()
            subprocess.run(words, shell=True, check=True, stdout=subprocess.DEVNULL)
        else:
            heard = (own if mark == "<" else other).hear()
            if not re.fullmatch(pattern(words), heard):
                wrong.append(f"the page has  {words}\nthe switch    {heard}")
    return wrong


def missing(verbs, asked):
    """The requests that are in the enum and not in @asked."""
    enum = re.search(r"enum command_verb_id \{(.*?)\}", verbs, re.S).group(1)
    names = {re.sub("[ -]", "_", json.loads(request)["do"]).upper() for request in asked}
    return [verb for verb in re.findall(r"VERB_(\w+)", enum) if verb not in names]


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        examples = list(blocks(file.read()))
    with open(sys.argv[2], encoding="utf-8") as file:
        verbs = file.read()
    asked = [words for block in examples for mark, words in block if mark in (">", ">>")]
    wrong = [line for block in examples for line in carry_out(block, sys.argv[3])]
    wrong += ["no example of VERB_" + verb for verb in missing(verbs, asked)]
    print("\n".join(wrong), end="\n" if wrong else "")
    print(f"{len(asked)} requests, {len(wrong)} faults")
    sys.exit(1 if wrong or not asked else 0)


main()
