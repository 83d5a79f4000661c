"""A peer: a process that takes a request a line on its stdin and answers with a line on its stdout,
both JSON (tests/cross/peer/requests.hpp says which)."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CROSS = ROOT / "tests" / "cross"
# For one answer. It takes a second or two.
PATIENCE_SECONDS = 60


class Peer:
    def __init__(self, name: str, *command: str, **environment: str):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=os.environ | environment)

    def ask(self, what: str, **request) -> dict:
        return self.begin(what, **request)()

    def begin(self, what: str, **request):
        """Hands it the request, and gives what waits for the answer: peers work side by side. One
        request at a time."""
        self.process.stdin.write(json.dumps({"do": what} | request).encode() + b"\n")
        self.process.stdin.flush()

        def answer() -> dict:
            late = threading.Timer(PATIENCE_SECONDS, self.process.kill)
            late.start()
            line = self.process.stdout.readline()
            late.cancel()
            if line:
                return json.loads(line)
            code = self.process.wait()
            how = (f"did not answer within {PATIENCE_SECONDS} s" if code == -signal.SIGKILL
                   else f"ended with {code}")
            raise RuntimeError(f"{self.name} {how}, asked for {what}: "
                               + json.dumps(request)[:2_000])

        return answer

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *ignored) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()


def ours() -> Peer:
    return Peer("ours", os.environ["CAAS_CROSS_PEER"])


def java() -> Peer:
    return Peer("Java", str(ROOT / "tests" / "support" / "run-java"),
                str(CROSS / "java" / "Peer.java"), str(ROOT / ".cache" / "cross" / "java"),
                JAVA_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss4m")


def node() -> Peer:
    return Peer("Node", "node", str(CROSS / "node" / "peer.js"))
