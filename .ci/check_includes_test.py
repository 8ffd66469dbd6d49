#!/usr/bin/env python3
"""check_includes.py refuses what it should, where it should, and nothing else."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import check_includes  # noqa: E402


class CheckIncludesTest(unittest.TestCase):
    def check(self, files):
        """The violations of a tree {path: [included, ...]}."""
        with tempfile.TemporaryDirectory() as folder:
            for path, included in files.items():
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("// first line\n" + "".join(
                    f'#include "{name}"\n' for name in included), encoding="utf-8")
            return check_includes.violations(Path(folder))

    def refused(self, path, included, **others):
        found = self.check({path: [included], **others})
        self.assertTrue(any(line.startswith(f"{path}:2: ") for line in found),
                        f"{path} may include {included}: {found}")

    def accepted(self, files):
        self.assertEqual(self.check(files), [])

    def test_what_points_down_is_accepted(self):
        self.accepted({
            "eventstore/log/a.h": ["eventstore/note/n.h", "eventstore/merkle/m.h", "rocksdb/db.h",
                                   "liggare/v1/entry.pb.h", "proto/error/error.h"],
            "services/domain/fold.h": ["liggare/v1/event.pb.h", "proto/form/form.h", "string"],
            "services/ingest/s.h": ["services/domain/fold.h", "eventstore/log/a.h",
                                    "liggare/v1/event_service.grpc.pb.h", "grpcpp/grpcpp.h"],
            "services/replication/uplink.cc": ["grpcpp/grpcpp.h"],
            "services/node/main.cc": ["services/ingest/s.h"],
            "clients/cpp/c.h": ["eventstore/note/n.h", "grpcpp/grpcpp.h"],
            "clients/cli/l.cc": ["clients/cpp/c.h", "eventstore/log/a.h", "services/domain/fold.h"],
            "tests/log/t.cc": ["eventstore/log/a.h", "rocksdb/db.h", "services/node/config.h"],
        })

    def test_what_points_up_is_refused(self):
        self.refused("eventstore/merkle/tree.h", "eventstore/note/note.h")
        self.refused("eventstore/merkle/tree.h", "liggare/v1/entry.pb.h")
        self.refused("eventstore/note/note.h", "eventstore/log/log.h")
        self.refused("eventstore/log/log.h", "services/domain/fold.h")
        self.refused("eventstore/log/log.h", "clients/cpp/c.h")
        self.refused("eventstore/log/log.h", "liggare/v1/event.pb.h")
        self.refused("proto/json/json.h", "eventstore/merkle/hash.h")
        self.refused("proto/json/json.h", "services/domain/fold.h")
        self.refused("services/domain/fold.h", "services/rpc/status.h")
        self.refused("services/ingest/s.h", "clients/cpp/c.h")
        self.refused("services/ingest/s.h", "services/node/config.h")
        self.refused("services/ingest/s.h", "services/query/q.h")
        self.refused("services/ingest/s.h", "tests/testing/t.h")
        self.refused("clients/cpp/c.h", "services/rpc/status.h")
        self.refused("clients/cpp/c.h", "eventstore/log/log.h")
        self.refused("clients/cpp/c.h", "services/domain/fold.h")
        self.refused("clients/cli/main.cc", "services/state/state_reader.h")

    def test_libraries_stay_in_their_layer(self):
        self.refused("services/ingest/s.cc", "rocksdb/db.h")
        self.refused("clients/cli/main.cc", "rocksdb/db.h")
        self.refused("eventstore/log/log.h", "grpcpp/grpcpp.h")
        self.refused("services/domain/fold.h", "grpcpp/grpcpp.h")
        self.refused("services/domain/fold.h", "liggare/v1/event_service.grpc.pb.h")
        self.refused("services/replication/session.cc", "grpcpp/grpcpp.h")

    def test_what_is_pure_reaches_nothing_through_another_header(self):
        hidden = {"services/rpc/channel.h": ["grpcpp/grpcpp.h"],
                  "services/replication/chunk.h": ["services/rpc/channel.h"],
                  "eventstore/log/database.h": ["rocksdb/db.h"]}
        self.refused("services/replication/session.h", "services/replication/chunk.h", **hidden)
        self.refused("services/domain/table.h", "eventstore/log/database.h", **hidden)

    def test_a_folder_without_a_place_is_refused(self):
        self.refused("clients/gui/main.cc", "clients/cpp/c.h")
        self.refused("eventstore/other/o.h", "eventstore/merkle/hash.h")

    def test_folders_that_include_each_other_are_refused(self):
        found = self.check({"services/hosting/h.h": ["services/state/s.h"],
                            "services/state/s.h": ["services/replication/r.h"],
                            "services/replication/r.h": ["services/hosting/h.h"]})
        self.assertEqual(found, ["services/hosting:0: folders include each other: services/hosting, "
                                 "services/replication, services/state"])

    def test_angle_brackets_and_blanks_hide_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "eventstore/log/log.h")
            path.parent.mkdir(parents=True)
            path.write_text("  #  include <services/domain/fold.h>\n", encoding="utf-8")
            self.assertEqual(len(check_includes.violations(Path(folder))), 1)


if __name__ == "__main__":
    unittest.main()
