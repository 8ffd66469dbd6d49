#!/usr/bin/env python3
"""Checks that includes point down only (docs/architecture.md).

    .ci/check_includes.py [ROOT]

Prints file:line for every include that points up or past its layer, and every
ring of folders that include each other. Exit status: 0 none, 1 some, 2 usage.
The table LAYERS below is the rule; a folder that is not in it is refused, so
that a new folder gets its place on purpose.
"""

import os
import re
import sys
from pathlib import Path

GENERATED = "liggare/v1"  # of proto/liggare/v1; the services' are grpc, see kind_of

# Folder (the longest that fits counts) -> what it may include beside itself.
LAYERS = {
    "proto": ("proto", GENERATED),
    "proto/text": (),
    "eventstore/merkle": (),
    "eventstore/note": ("eventstore/merkle", "proto/text"),
    "eventstore/log": ("eventstore/note", "eventstore/merkle", "proto/error", "proto/text",
                       GENERATED + "/entry.pb.h", GENERATED + "/error.pb.h"),
    "services/domain": ("eventstore", "proto", GENERATED),
    "services": ("services", "eventstore", "proto", GENERATED),
    "clients/cpp": ("eventstore/merkle", "eventstore/note", "proto", GENERATED),
    "clients/cli": ("clients/cpp", "eventstore/merkle", "eventstore/note", "eventstore/log",
                    "services/domain", "proto", GENERATED),
    "tests": ("tests", "clients", "services", "eventstore", "proto", GENERATED),
}
# One gRPC service each; they know nothing of one another.
PEERS = ("services/ingest", "services/query", "services/audit", "services/admin")
# Wiring: nothing outside includes it, tests apart.
TOPS = ("services/node", "clients/cli")
# Who may include a library directly.
LIBRARIES = {
    "rocksdb": ("eventstore/log", "tests"),
    "grpc": ("services", "clients", "tests"),
}
# What is pure: no library of these is reached, through any header.
PURE = {
    "eventstore/merkle": ("rocksdb", "grpc"),
    "eventstore/note": ("rocksdb", "grpc"),
    "eventstore/log": ("grpc",),
    "proto": ("rocksdb", "grpc"),
    "services/domain": ("rocksdb", "grpc"),
    "services/state": ("grpc",),
    "services/replication/session": ("rocksdb", "grpc"),  # session.h, session_….cc
}
SUFFIXES = (".h", ".cc", ".cpp", ".hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
OURS = ("proto/", "eventstore/", "services/", "clients/", "tests/", GENERATED + "/")


def sources(root):
    """Paths, from the root, of every C++ file in the layers' folders."""
    found = []
    for top in sorted({folder.split("/")[0] for folder in LAYERS}):
        for folder, _, names in os.walk(root / top):
            found += [Path(folder, name).relative_to(root).as_posix()
                      for name in names if name.endswith(SUFFIXES)]
    return sorted(found)


def includes_of(root, path):
    """(line number, included) of one file."""
    with open(root / path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1)


def below(path, prefix):
    return path == prefix or path.startswith(prefix + "/")


def layer_of(path):
    fitting = [folder for folder in LAYERS if below(path, folder)]
    return max(fitting, key=len, default=None)


def kind_of(included):
    """The library that an include belongs to, or None."""
    if included.startswith("rocksdb/"):
        return "rocksdb"
    if included.startswith(("grpc/", "grpcpp/", "grpc++/")) or included.endswith(".grpc.pb.h"):
        return "grpc"
    return None


def folder_of(path):
    return "/".join(path.split("/")[:2])


def refusal(path, included):
    """Why a file may not include this, or None."""
    library = kind_of(included)
    if library and not any(below(path, folder) for folder in LIBRARIES[library]):
        return f"{library} is for {', '.join(LIBRARIES[library])} only"
    if not included.startswith(OURS):
        return None
    layer = layer_of(path)
    if layer is None:
        return "the folder has no place in LAYERS"
    if below(included, folder_of(path)):
        return None
    if not any(below(included, allowed) for allowed in LAYERS[layer]):
        return f"{layer} may include {', '.join(LAYERS[layer]) or 'nothing of ours'}"
    if folder_of(path) in PEERS and folder_of(included) in PEERS:
        return f"{', '.join(PEERS)} do not include each other"
    for top in TOPS:
        if below(included, top) and not below(path, "tests"):
            return f"nothing includes {top}"
    return None


def reached_library(start, graph, libraries):
    """The include that leads from a file to one of the libraries, through our own
    headers: (line, include, library), or None."""
    for line, included in graph[start]:
        pending, seen = [included], set()
        while pending:
            current = pending.pop()
            if kind_of(current) in libraries:
                return line, included, kind_of(current)
            if current in graph and current not in seen:
                seen.add(current)
                pending += [name for _, name in graph[current]]
    return None


def rings(graph):
    """Folders that include each other, as sorted tuples."""
    edges = {}
    for path, included in graph.items():
        if below(path, "tests"):
            continue
        for _, name in included:
            if name in graph and folder_of(name) != folder_of(path):
                edges.setdefault(folder_of(path), set()).add(folder_of(name))

    def reach(start):
        seen, pending = set(), list(edges.get(start, ()))
        while pending:
            folder = pending.pop()
            if folder not in seen:
                seen.add(folder)
                pending += edges.get(folder, ())
        return seen

    reached = {folder: reach(folder) for folder in edges}
    return {tuple(sorted(other for other in seen if folder in reached.get(other, ())))
            for folder, seen in reached.items() if folder in seen}


def violations(root):
    """Every violation as one line of text."""
    graph = {path: list(includes_of(root, path)) for path in sources(root)}
    found = []
    for path, included in graph.items():
        for line, name in included:
            reason = refusal(path, name)
            if reason:
                found.append(f"{path}:{line}: includes {name}: {reason}")
        for folder, libraries in PURE.items():
            prefix = folder if folder.endswith("session") else folder + "/"
            reached = path.startswith(prefix) and reached_library(path, graph, libraries)
            if reached:
                line, name, library = reached
                found.append(f"{path}:{line}: reaches {library} through {name}: it must not")
    for ring in sorted(rings(graph)):
        found.append(f"{ring[0]}:0: folders include each other: {', '.join(ring)}")
    return found


def main(arguments):
    if len(arguments) > 1 or (arguments and arguments[0].startswith("-")):
        print(__doc__, file=sys.stderr)
        return 2
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
    found = violations(root)
    for line in found:
        print(line)
    if not found:
        print(f"includes point down in {len(sources(root))} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
