"""All of the local cluster: up, down, status, and what is done to one node."""

import base64
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from .broker import UNKNOWN_OWNER, Broker, port_owner
from .process import locked
from .registry import Registry
from .settings import NODES, ROOT, Failure, Settings, make_folder, unwritable

START_SECONDS = 240
STOP_SECONDS = 45
PORT_SECONDS = 15


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


class Cluster:
    def __init__(self) -> None:
        self.settings = Settings()
        self.brokers = {n: Broker(self.settings, n) for n in NODES}
        self.registry = Registry(self.settings)
        self.parts = [*self.brokers.values(), self.registry]

    def up(self, with_registry: bool) -> None:
        parts = self.parts if with_registry else list(self.brokers.values())
        how = self._bring_up(parts, parts)
        registry = f", registry {self.settings.registry_url}" if with_registry else ""
        say(f"cluster {self.settings.name} is up {how}: {self.settings.brokers}{registry}")

    def start(self, name: str) -> None:
        part = self.part(name)
        awaited = [part]
        if part is not self.registry:  # the living brokers must know it again, and it them
            awaited += [b for b in self.brokers.values() if b is not part and b.alive]
        say(f"{part.name} is up {self._bring_up([part], awaited)}")

    def _bring_up(self, parts: list, awaited: list) -> str:
        """Starts the dead of `parts` and waits for `awaited`; undoes it all when that fails."""
        began = time.monotonic()
        started: list = []
        make_folder(self.settings.folder)
        with self._lock():
            self._check_ports_remembered()
            try:
                self._start(parts, started)
                self._wait(awaited)
            except BaseException as error:  # Ctrl-C too
                if started:
                    say(f"stopping {', '.join(p.name for p in started)} again")
                    self._stop(started)
                if isinstance(error, OSError):
                    raise Failure(unwritable(self.settings.folder, error)) from error
                raise
        return f"in {time.monotonic() - began:.1f} s" if started else "already"

    def _start(self, parts: list, started: list) -> None:
        for part in parts:
            if part.process.state == "paused":
                say(f"{part.name} was paused: resuming it")
                part.process.signal(signal.SIGCONT)
        dead = [p for p in parts if p.process.state == "dead"]
        if not dead:
            return
        if subprocess.run([ROOT / "script" / "deps", "run"]).returncode != 0:
            raise Failure("what the cluster needs could not be installed (see above)")
        self._check_ports(dead)
        self.settings.remember_ports()
        say(f"starting {', '.join(p.name for p in dead)}")
        self._prepare(dead)
        for part in dead:
            started.append(part)
            part.start()

    def _prepare(self, parts: list) -> None:
        cluster_id = self._cluster_id()

        def prepare(part) -> None:
            part.prepare(cluster_id) if isinstance(part, Broker) else part.prepare()

        with ThreadPoolExecutor() as pool:
            list(pool.map(prepare, parts))

    def _wait(self, parts: list) -> None:
        """Until each part answers, and each broker knows all the others."""
        expected = {p.node for p in parts if isinstance(p, Broker)}
        waiting = list(parts)
        until = time.monotonic() + START_SECONDS
        while waiting:
            for part in list(waiting):
                if part.ready(expected) if isinstance(part, Broker) else part.answers():
                    waiting.remove(part)
                elif part.process.state == "dead":
                    raise Failure(f"{part.name} ended while starting:\n{part.process.last_words()}")
            if waiting and time.monotonic() > until:
                names = ", ".join(p.name for p in waiting)
                raise Failure(f"{names} did not answer within {START_SECONDS} s:\n"
                              f"{waiting[0].process.last_words()}")
            if waiting:
                time.sleep(0.1)

    def down(self) -> None:
        if not self.settings.folder.exists():
            say(f"cluster {self.settings.name} is not there")
            return
        with self._lock():
            alive = [p for p in self.parts if p.process.pid is not None]
            self._stop(alive)
        say(f"cluster {self.settings.name} is down" + ("" if alive else " already"))

    def _stop(self, parts: list) -> None:
        """All at once, which takes half a second: one after another they would wait for each other.

        The last controller then waits 5 s for a successor that can't come. It has closed its data
        by then (checked), and is killed.
        """
        for part in parts:
            part.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        alive = parts
        while alive and time.monotonic() < until:
            alive = [p for p in alive if not p.process.wait_dead(0.1)]
            if len(alive) == 1 and isinstance(alive[0], Broker) and alive[0].data_is_closed:
                break
        for part in alive:
            part.process.kill()

    def wipe(self) -> None:
        self.down()
        shutil.rmtree(self.settings.folder, ignore_errors=True)
        say("its data is deleted")

    def status(self) -> bool:
        print(f"cluster {self.settings.name}")
        good = True
        for part in self.parts:
            process = part.process
            state = process.state
            if state == "up" and not part.answers():
                state = "silent"
            good = good and state == "up"
            pid = f"pid {process.pid}, {process.rss_mb} MB" if process.pid else ""
            metrics = self._metrics(part)
            print(f"  {part.name:<9} {state:<7} 127.0.0.1:{part.port:<6} {pid:<18} {metrics}".rstrip())
            for crash in sorted(process.folder.glob("hs_err_pid*.log")):
                print(f"    its Java machine crashed once: {crash.relative_to(ROOT)}")
        return good

    def _metrics(self, part) -> str:
        """Where its JMX exporter answers, if it does."""
        if not isinstance(part, Broker) or port_owner(self.settings.jmx_port(part.node)) is None:
            return ""
        return f"metrics 127.0.0.1:{self.settings.jmx_port(part.node)}"

    def part(self, name: str):
        for part in self.parts:
            if name in (part.name, part.name.removeprefix("broker ")):
                return part
        raise Failure(f"no node {name!r}: 1, 2, 3 or registry")

    def stop(self, name: str) -> None:
        part = self.part(name)
        part.process.terminate()
        if not part.process.wait_dead(60):
            raise Failure(f"{part.name} does not end; script/cluster kill {name} does it")
        say(f"{part.name} is stopped")

    def kill(self, name: str) -> None:
        part = self.part(name)
        say(f"{part.name} is killed" if part.process.kill() else f"{part.name} was dead already")

    def send(self, name: str, number: int, done: str) -> None:
        part = self.part(name)
        if not part.process.signal(number):
            raise Failure(f"{part.name} is dead: script/cluster start {name} starts it")
        say(f"{part.name} is {done}")

    def logs(self, name: str, follow: bool) -> None:
        log = self.part(name).process.log
        if not log.exists():
            raise Failure(f"there is no log yet at {log.relative_to(ROOT)}")
        os.execvp("tail", ["tail", "-n", "200", *(["-F"] if follow else []), str(log)])

    def _cluster_id(self) -> str:
        file = self.settings.folder / "cluster_id"
        if not file.exists():
            # A leading '-' would be taken for an option by Kafka's tools: A in front of 15 bytes.
            text = base64.urlsafe_b64encode(b"\0" + uuid.uuid4().bytes[:15]).decode()
            file.write_text(text.rstrip("="))
        return file.read_text()

    def _check_ports(self, parts: list) -> None:
        for part in parts:
            for port in part.ports:
                owner = port_owner(port)
                # A node that was just killed may hold its port while its threads end.
                until = time.monotonic() + PORT_SECONDS
                while owner == UNKNOWN_OWNER and time.monotonic() < until:
                    time.sleep(0.1)
                    owner = port_owner(port)
                if owner:
                    raise Failure(
                        f"port {port} of {part.name} is taken by {owner}: stop that, or set "
                        f"CAAS_PORT_BASE to another number (now {self.settings.base})"
                    )

    def _check_ports_remembered(self) -> None:
        """Living nodes hold the ports they were started with: new ones can't join on others."""
        file = self.settings.folder / "port_base"
        if not file.exists() or file.read_text().strip() == str(self.settings.base):
            return
        if any(p.process.pid for p in self.parts):
            raise Failure(
                f"cluster {self.settings.name} runs with CAAS_PORT_BASE={file.read_text().strip()}"
                f", and {self.settings.base} was asked for: script/cluster down first"
            )

    def _lock(self):
        where = self.settings.folder / "lock"
        return locked(where, lambda: say(f"waiting for another script/cluster ({where.name})"))
