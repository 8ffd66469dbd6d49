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

    def test_what_points_to_an_earlier_room_is_accepted(self):
        self.accepted({
            "proto/name/n.h": ["proto/error/error.h"],
            "eventstore/log/read/a.h": ["eventstore/note/n.h", "eventstore/merkle/m.h",
                                        "eventstore/log/bytes/b.h", "liggare/v1/entry.pb.h",
                                        "proto/error/error.h"],
            "eventstore/log/database/d.cc": ["rocksdb/db.h"],
            "eventstore/proof/p.h": ["eventstore/log/bytes/b.h", "liggare/v1/event.pb.h",
                                     "proto/json/j.h"],
            "services/domain/fold/fold.h": ["services/domain/state/s.h", "liggare/v1/event.pb.h",
                                            "proto/form/form.h", "string"],
            "services/presentation/p.h": ["services/domain/table/t.h", "eventstore/proof/p.h"],
            "services/record/r.h": ["services/domain/fold/fold.h", "services/work/strand.h"],
            "services/grpc_api/s.h": ["services/record/r.h", "eventstore/log/read/a.h",
                                      "liggare/v1/event_service.grpc.pb.h", "grpcpp/grpcpp.h"],
            "services/replication/drive/uplink.cc": ["services/replication/session/s.h",
                                                     "grpcpp/grpcpp.h"],
            "services/node/main.cc": ["services/grpc_api/s.h"],
            "clients/cpp/c.h": ["eventstore/proof/p.h", "eventstore/note/n.h", "grpcpp/grpcpp.h"],
            "clients/cli/commands/l.cc": ["clients/cpp/c.h", "eventstore/log/read/a.h",
                                          "services/domain/fold/fold.h",
                                          "services/presentation/p.h", "clients/cli/shell/s.h"],
            "clients/cli/main.cc": ["clients/cli/commands/c.h"],
            "tests/eventstore/log/t.cc": ["eventstore/log/read/a.h", "rocksdb/db.h",
                                          "services/node/config.h"],
        })

    def test_what_points_to_a_later_room_is_refused(self):
        self.refused("eventstore/merkle/tree.h", "eventstore/note/note.h")
        self.refused("eventstore/merkle/tree.h", "liggare/v1/entry.pb.h")
        self.refused("eventstore/note/note.h", "eventstore/log/bytes/entry.h")
        self.refused("eventstore/log/bytes/entry.h", "eventstore/log/read/event_log.h")
        self.refused("eventstore/log/read/event_log.h", "eventstore/log/write/sequencer.h")
        self.refused("eventstore/log/read/event_log.h", "services/domain/fold/fold.h")
        self.refused("eventstore/log/read/event_log.h", "clients/cpp/c.h")
        self.refused("eventstore/log/read/event_log.h", "liggare/v1/event.pb.h")
        self.refused("proto/json/json.h", "eventstore/merkle/hash.h")
        self.refused("proto/error/error.h", "proto/json/json.h")
        self.refused("services/domain/form/shape.h", "services/domain/table/table.h")
        self.refused("services/domain/state/state.h", "services/domain/fold/fold.h")
        self.refused("services/domain/fold/fold.h", "services/rpc/call/status.h")
        self.refused("services/replication/session/s.h", "services/replication/drive/d.h")
        self.refused("services/presentation/p.h", "services/state/state_reader.h")
        self.refused("services/record/s.h", "clients/cpp/c.h")
        self.refused("services/record/s.h", "services/node/config.h")
        self.refused("services/record/s.h", "services/grpc_api/q.h")
        self.refused("services/record/s.h", "tests/testing/t.h")
        self.refused("clients/cpp/c.h", "services/rpc/call/status.h")
        self.refused("clients/cpp/c.h", "eventstore/log/read/event_log.h")
        self.refused("clients/cpp/c.h", "services/domain/fold/fold.h")
        self.refused("clients/cli/shell/s.h", "clients/cli/commands/c.h")
        self.refused("clients/cli/commands/c.cc", "services/state/state_reader.h")

    def test_libraries_stay_in_their_layer(self):
        self.refused("services/record/s.cc", "rocksdb/db.h")
        self.refused("clients/cli/commands/c.cc", "rocksdb/db.h")
        self.refused("eventstore/log/read/event_log.h", "grpcpp/grpcpp.h")
        self.refused("services/domain/fold/fold.h", "grpcpp/grpcpp.h")
        self.refused("services/domain/fold/fold.h", "liggare/v1/event_service.grpc.pb.h")
        self.refused("services/replication/session/session.cc", "grpcpp/grpcpp.h")
        self.refused("services/work/strand.h", "grpcpp/grpcpp.h")

    def test_what_is_pure_reaches_nothing_through_another_header(self):
        hidden = {"services/rpc/call/channel.h": ["grpcpp/grpcpp.h"],
                  "services/rpc/call/chunk.h": ["services/rpc/call/channel.h"],
                  "eventstore/log/database/database.h": ["rocksdb/db.h"]}
        self.refused("services/replication/session/session.h", "services/rpc/call/chunk.h", **hidden)
        self.refused("services/replication/session/session.h",
                     "eventstore/log/database/database.h", **hidden)

    def test_a_folder_without_a_place_is_refused(self):
        self.refused("clients/gui/main.cc", "clients/cpp/c.h")
        self.refused("eventstore/other/o.h", "eventstore/merkle/hash.h")
        self.refused("services/domain/stray.h", "services/domain/fold/fold.h")
        self.refused("services/domain/fold/fold.h", "services/domain/stray.h")

    def test_angle_brackets_and_blanks_hide_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "eventstore/log/read/log.h")
            path.parent.mkdir(parents=True)
            path.write_text("  #  include <services/domain/fold/fold.h>\n", encoding="utf-8")
            self.assertEqual(len(check_includes.violations(Path(folder))), 1)


if __name__ == "__main__":
    unittest.main()
