"""A sender that keeps what was acknowledged to it, and the check of every tier
against that history."""

import json
import subprocess
import threading
import time
import uuid

RECORD_ATTEMPTS_MAX = 200
ATTEMPT_PAUSE_S = 0.5


def lines_of(node, count, first_ms):
    """A verksamhet's year: registered, reported, then one klient more with every
    correction. As (id, JSON line); the ids rise."""
    def line(number, event):
        # A UUIDv7 whose time rises with the number (RFC 9562, 5.7).
        unique = uuid.uuid5(uuid.NAMESPACE_URL, f"{node}/{number}").int & ((1 << 62) - 1)
        value = (first_ms + number) << 80 | 7 << 76 | (number & 0xfff) << 64 | 2 << 62 | unique
        return str(uuid.UUID(int=value)), event

    report = f"rapport/2024/{node}"
    events = [line(0, {"subject": f"verksamhet/{node}", "verksamhet_registered": {
        "namn": node, "driftsform": "kommunal_regi", "huvudman": "1780", "from": "2014-01-01"}}),
        line(1, {"subject": report, "report_submitted": {
            "ombud": {"personer": 1, "heltid_hundredths": 100},
            "klienter": [{"kon": "man", "alder": "18-29", "antal": 0}]}})]
    for number in range(2, count):
        events.append(line(number, {
            "subject": report, "reason_code": "rattelse", "reason": f"Rättelse {number}",
            "report_corrected": {"path": "klienter[man][18-29].antal", "old": number - 2,
                                 "new": number - 1}}))
    return [(event_id, json.dumps({"id": event_id, "actor": {"id": "fel"}, **event}))
            for event_id, event in events]


class Sender:
    """Sends a verksamhet's lines in a thread of its own until all are answered,
    whatever happens to the connection, and whoever dies. In so many parts, each when
    it is told to go on; the first at once."""

    def __init__(self, node, count, folder, start_recording, parts=1,
                 first_ms=1_735_689_600_000):
        self.node = node
        self.lines = lines_of(node, count, first_ms)
        name = node.replace("/", "_")
        self._file = folder / f"{name}.jsonl"
        self._answers = folder / f"{name}.answers.jsonl"
        self._answers.touch()
        self._start_recording = start_recording
        self._parts = parts
        self._turns = threading.Semaphore(1)
        self.failure = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def go_on(self):
        """The next part may be sent."""
        self._turns.release()

    def _run(self):
        for part in range(1, self._parts + 1):
            self._turns.acquire()  # pylint: disable=consider-using-with
            # What was sent before is sent again, and is the same event.
            lines = self.lines[:len(self.lines) * part // self._parts]
            self._file.write_text("".join(f"{line}\n" for _, line in lines), encoding="utf-8")
            if not self._send():
                return

    def _send(self):
        for _ in range(RECORD_ATTEMPTS_MAX):
            process = self._start_recording(self.node, self._file, self._answers)
            try:
                _, errors = process.communicate(timeout=600)
            except subprocess.TimeoutExpired:
                process.kill()
                self.failure = "did not end within 600 s"
                return False
            if process.returncode == 0:
                return True
            self.failure = errors
            time.sleep(ATTEMPT_PAUSE_S)
        self.failure = f"not recorded after {RECORD_ATTEMPTS_MAX} attempts: {self.failure}"
        return False

    def join(self, timeout_s):
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            raise AssertionError(f"{self.node}: {self.acknowledged_count()} of {len(self.lines)} "
                                 f"lines answered after {timeout_s} s")

    def running(self):
        return self._thread.is_alive()

    def acknowledged_count(self):
        return self._answers.read_bytes().count(b"\n")

    def acknowledged(self):
        """{event id: (log, index)}; an id that was acknowledged twice has one place."""
        places = {}
        for text in self._answers.read_text(encoding="utf-8").splitlines():
            answer = json.loads(text)
            event_id = self.lines[answer["line"] - 1][0]
            if "error" in answer:
                continue  # Refused for now: in the end every line must be in the log.
            place = (answer["log"], answer["index"])
            if places.setdefault(event_id, place) != place:
                raise AssertionError(f"{event_id} was acknowledged as {places[event_id]} and "
                                     f"as {place}")
        return places


def check_tiers(cluster, sender, tiers):
    """Every tier holds the sender's log, the same bytes, each event once and where
    it was acknowledged. The count of entries."""
    log = f"{sender.node}@1"
    origin, *others = (cluster.entries(tier, log) for tier in tiers)
    for tier, entries in zip(tiers[1:], others):
        if entries != origin:
            raise AssertionError(f"{tier} holds another {log} than {tiers[0]}")
    ids = [json.loads(entry)["event"]["id"] for entry in origin]
    if [json.loads(entry)["index"] for entry in origin] != list(range(len(origin))):
        raise AssertionError(f"{log} has a hole")
    if len(set(ids)) != len(ids):
        raise AssertionError(f"{log} holds an event twice")
    for event_id, (at_log, index) in sender.acknowledged().items():
        if at_log != log or index >= len(ids) or ids[index] != event_id:
            raise AssertionError(f"{event_id} was acknowledged as {at_log}#{index} and is not there")
    if set(ids) != {event_id for event_id, _ in sender.lines}:
        raise AssertionError(f"{log} holds other events than were sent")
    return len(ids)
