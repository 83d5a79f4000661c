"""A child that outlives the script that started it.

It is known by a pid file, which holds the pid and the process's start time: after the process is
gone the kernel may give its pid to another one, and that one must never get our signals.
"""

import fcntl
import os
import re
import resource
import signal
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator


WHY = re.compile(r"ERROR|FATAL|Exception|Error:|OutOfMemory|Unrecognized|Could not|No space")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on, or None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return text[text.rindex(")") + 2 :].split()


class Process:
    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.pid_file = folder / f"{name}.pid"
        self.log = folder / f"{name}.log"
        self.output = folder / f"{name}.out"  # what the log doesn't catch: JVM errors

    @property
    def pid(self) -> int | None:
        """Its pid, or None when it is dead (a zombie is)."""
        try:
            pid, started = self.pid_file.read_text().split()
        except (OSError, ValueError):
            return None
        stat = _stat(int(pid))
        return int(pid) if stat and stat[19] == started and stat[0] not in "ZX" else None

    @property
    def state(self) -> str:
        pid = self.pid
        stat = _stat(pid) if pid else None
        if not stat:
            return "dead"
        return "paused" if stat[0] in "Tt" else "up"

    @property
    def rss_mb(self) -> int:
        try:
            text = Path(f"/proc/{self.pid}/statm").read_text()
        except OSError:
            return 0
        return int(text.split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000

    def start(self, command: list[str], environment: dict[str, str] | None = None) -> None:
        with open(self.output, "w") as output:
            child = subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's Ctrl-C is not for it
            )
        stat = _stat(child.pid)
        self.pid_file.write_text(f"{child.pid} {stat[19] if stat else 0}\n")

    def signal(self, number: int) -> bool:
        """Sends a signal; False when there is no process to take it."""
        pid = self.pid
        if pid is None:
            return False
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True

    def terminate(self) -> None:
        """Asks it to end. A paused one is woken, or it would never hear of it."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)

    def wait_dead(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while self.pid is not None:
            if time.monotonic() > until:
                return False
            _reap()
            time.sleep(0.02)
        self.pid_file.unlink(missing_ok=True)
        return True

    def kill(self) -> bool:
        sent = self.signal(signal.SIGKILL)
        self.wait_dead(10)
        return sent

    def last_words(self) -> str:
        """Why it died, as far as its output and its log tell."""
        lines: list[str] = []
        for file in (self.output, self.log):
            if file.exists():
                lines += file.read_text(errors="replace").splitlines()[-200:]
        why = [l for l in lines if WHY.search(l) and "java.lang.Thread" not in l][-8:] or lines[-8:]
        return "\n".join(f"    {line[:240]}" for line in why) + f"\n    more: {self.log}"


def _reap() -> None:
    """Takes the exit status of children of this very process, which would stay zombies."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def raise_file_limit() -> None:
    """A broker holds a few files per partition: take all that we may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextmanager
def locked(file: Path, on_wait=lambda: None) -> Iterator[None]:
    """One at a time, across processes; the lock goes with its holder."""
    with open(file, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
