"""Real liggared processes on loopback, with a proxy on every way between them."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

from fault_proxy import FaultProxy

ROOT = Path(__file__).resolve().parents[2]
PROCESSES = ("nation", "counties", "verksamheter")
COMMAND_TIMEOUT_S = 240


class FaultCluster:
    """Made, started and enrolled by deploy/cluster.sh; `nodes` are (path, name)."""

    def __init__(self, directory, binaries, nodes):
        self.directory = directory
        self._binaries = binaries
        self._environment = {**os.environ, "LIGGARE_BIN": str(binaries)}
        listed = [{"path": path, "display_name": name, "parent": path.rpartition("/")[0]}
                  for path, name in nodes]
        directory.mkdir(parents=True, exist_ok=True)
        names = directory / "listed.json"
        names.write_text(json.dumps(listed), encoding="utf-8")
        self._cluster("make", "--nodes", names)
        self._ports = dict(zip(PROCESSES, map(int, (directory / "ports").read_text().split())))
        self.links = {name: FaultProxy(port) for name, port in self._ports.items()}
        self._dial_through_proxies()
        self._cluster("start")
        self._cluster("enrol")

    def _dial_through_proxies(self):
        for child, parent in (("counties", "nation"), ("verksamheter", "counties")):
            config = self.directory / f"{child}.toml"
            text = config.read_text(encoding="utf-8")
            direct = f'address = "127.0.0.1:{self._ports[parent]}"'
            assert direct in text
            config.write_text(text.replace(
                direct, f'address = "127.0.0.1:{self.links[parent].port}"'), encoding="utf-8")

    def close(self):
        for process in PROCESSES:
            self.resume(process)
        self._cluster("stop")
        for link in self.links.values():
            link.close()

    def start(self, process):
        self._cluster("start", process)

    def stop(self, process):
        self._cluster("stop", process)

    def kill(self, process):
        self._cluster("kill", process)

    def pause(self, process):
        self._signal(process, signal.SIGSTOP)

    def resume(self, process):
        self._signal(process, signal.SIGCONT)

    def _signal(self, process, number):
        pid_file = self.directory / "run" / f"{process}.pid"
        if pid_file.exists():
            os.kill(int(pid_file.read_text()), number)

    def _cluster(self, command, *arguments):
        done = subprocess.run([ROOT / "deploy" / "cluster.sh", command, "--dir", self.directory,
                               *arguments], env=self._environment, timeout=COMMAND_TIMEOUT_S,
                              text=True, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"cluster.sh {command}: {done.stdout}{done.stderr}")

    def caller(self, node, through_proxy=False):
        """The environment in which `liggare` calls the node as its system."""
        process = PROCESSES[min(node.count("/"), 2)]
        port = self.links[process].port if through_proxy else self._ports[process]
        certificate = self.directory / "certificates" / f"{node.replace('/', '_')}.demo"
        return {**self._environment, "LIGGARE_SERVER": f"127.0.0.1:{port}",
                "LIGGARE_CA": str(self.directory / "ca" / "ca.crt"),
                "LIGGARE_CERT": f"{certificate}.crt", "LIGGARE_KEY": f"{certificate}.key",
                "LIGGARE_HOST": process, "LIGGARE_NODE": node}

    def liggare(self, node, *arguments):
        """The output of a call; fails with the errors if it fails."""
        done = subprocess.run([f"{self._binaries}/liggare", *map(str, arguments)],
                              env=self.caller(node), timeout=COMMAND_TIMEOUT_S, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(f"liggare {arguments} at {node} ended with {done.returncode}: "
                                 f"{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def entries(self, node, log):
        """The entries of a log as a node holds them, as JSON texts."""
        return self.liggare(node, "read", log, "--json").splitlines()

    def national_key(self):
        return self.directory / "keys" / "se.vkey"

    def process_log(self, process):
        return (self.directory / "run" / f"{process}.log").read_text(encoding="utf-8")


def record_process(cluster, binaries, node, file, answers):
    """Starts `liggare record` of a file, through the proxy."""
    return subprocess.Popen([f"{binaries}/liggare", "record", file, "--answers-out", answers],
                            env=cluster.caller(node, through_proxy=True),
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def indented(text):
    return re.sub(r"^", "    ", text.rstrip(), flags=re.MULTILINE)
