#!/usr/bin/env python3
"""Checks that includes point up the list of rooms only (docs/architecture.md).

    .ci/check_includes.py [ROOT]

A file includes its own room and rooms that stand before it in ROOMS, as far as
NARROW lets it. So no two rooms include each other. Prints file:line for every
include that does not. A folder that is not in ROOMS is refused, so that a new
folder gets its place on purpose. Exit status: 0 none, 1 some, 2 usage.
"""

import os
import re
import sys
from pathlib import Path

GENERATED = "liggare/v1"  # of proto/liggare/v1; the services' are grpc, see kind_of

# In the order of the layers. The longest that fits is a file's room.
ROOMS = (
    "proto/text", "proto/error", "proto/name", "proto/form", "proto/json",
    "eventstore/merkle", "eventstore/note",
    "eventstore/log/bytes", "eventstore/proof", "eventstore/log/database",
    "eventstore/log/read", "eventstore/log/write", "eventstore/log/care",
    "services/domain/place", "services/domain/calendar", "services/domain/figure",
    "services/domain/law", "services/domain/form", "services/domain/state",
    "services/domain/rapport", "services/domain/fold", "services/domain/register",
    "services/domain/table", "services/domain/kontroll", "services/domain/judge",
    "services/domain/duty", "services/domain/publish",
    "services/presentation", "services/work",
    "services/rpc/tls", "services/rpc/guard", "services/rpc/call",
    "services/state",
    "services/replication/session", "services/replication/chunks", "services/replication/drive",
    "services/restore", "services/hosting", "services/record", "services/ask",
    "services/grpc_api", "services/node",
    "clients/cpp", "clients/cli/shell", "clients/cli/verify", "clients/cli/commands",
    "clients/cli", "tests",
)
# Folder (the longest that fits counts) -> all that it may include beside its own room.
NARROW = {
    "proto/text": (),
    "eventstore/merkle": (),
    "eventstore/note": ("eventstore/merkle", "proto/text"),
    "eventstore/proof": ("eventstore/merkle", "eventstore/note", "eventstore/log/bytes", "proto",
                         GENERATED),
    "eventstore/log": ("eventstore", "proto/error", "proto/text", GENERATED + "/entry.pb.h",
                       GENERATED + "/error.pb.h"),
    "services/domain": ("services/domain", "eventstore/note", "eventstore/proof", "proto",
                        GENERATED),
    "services/presentation": ("services/domain", "eventstore/note", "eventstore/proof", "proto",
                              GENERATED),
    "services/work": ("proto",),
    "clients/cpp": ("eventstore/merkle", "eventstore/note", "eventstore/proof", "proto", GENERATED),
    "clients/cli": ("clients", "eventstore", "services/domain", "services/presentation", "proto",
                    GENERATED),
}
# Who may include a library directly.
LIBRARIES = {
    "rocksdb": ("eventstore/log", "tests"),
    "grpc": ("services", "clients", "tests"),
}
# What is pure: no library of these is reached, through any header.
PURE = {
    "proto": ("rocksdb", "grpc"),
    "eventstore/merkle": ("rocksdb", "grpc"),
    "eventstore/note": ("rocksdb", "grpc"),
    "eventstore/proof": ("rocksdb", "grpc"),
    "eventstore/log": ("grpc",),
    "services/domain": ("rocksdb", "grpc"),
    "services/presentation": ("rocksdb", "grpc"),
    "services/work": ("rocksdb", "grpc"),
    "services/state": ("grpc",),
    "services/replication/session": ("rocksdb", "grpc"),
}
SUFFIXES = (".h", ".cc", ".cpp", ".hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]')
OURS = ("proto/", "eventstore/", "services/", "clients/", "tests/", GENERATED + "/")


def sources(root):
    """Paths, from the root, of every C++ file of ours."""
    found = []
    for top in sorted({room.split("/")[0] for room in ROOMS}):
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


def longest(path, folders):
    return max((folder for folder in folders if below(path, folder)), key=len, default=None)


def kind_of(included):
    """The library that an include belongs to, or None."""
    if included.startswith("rocksdb/"):
        return "rocksdb"
    if included.startswith(("grpc/", "grpcpp/", "grpc++/")) or included.endswith(".grpc.pb.h"):
        return "grpc"
    return None


def refusal(path, included):
    """Why a file may not include this, or None."""
    library = kind_of(included)
    if library and not any(below(path, folder) for folder in LIBRARIES[library]):
        return f"{library} is for {', '.join(LIBRARIES[library])} only"
    room = longest(path, ROOMS)
    if room is None:
        return "the folder has no place in ROOMS"
    if not included.startswith(OURS) or below(included, room):
        return None
    narrow = NARROW.get(longest(path, NARROW))
    if narrow is not None and not any(below(included, allowed) for allowed in narrow):
        return f"{room} may include {', '.join(narrow) or 'nothing of ours'}"
    if below(included, GENERATED):
        return None
    included_room = longest(included, ROOMS)
    if included_room is None:
        return "the folder has no place in ROOMS"
    if ROOMS.index(included_room) > ROOMS.index(room):
        return f"{included_room} stands after {room} in ROOMS"
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
            reached = below(path, folder) and reached_library(path, graph, libraries)
            if reached:
                line, name, library = reached
                found.append(f"{path}:{line}: reaches {library} through {name}: it must not")
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
        print(f"includes point to earlier rooms in {len(sources(root))} files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
