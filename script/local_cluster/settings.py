"""Which cluster: its name, its folder and its ports."""

import os
import re
from pathlib import Path

HOST = "127.0.0.1"
NODES = (1, 2, 3)
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
JAVA = CACHE / "java" / "bin" / "java"

# Other names need CAAS_PORT_BASE once; it is remembered in the cluster's folder.
PORT_BASES = {"dev": 19090, "test": 19190, "bench": 19690}


class Failure(Exception):
    """What a person should read, without a traceback."""


class Settings:
    def __init__(self) -> None:
        self.name = os.environ.get("CAAS_CLUSTER") or "dev"
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", self.name):
            raise Failure(f"CAAS_CLUSTER={self.name!r}: letters, digits, - and _ only")
        self.folder = CACHE / "cluster" / self.name
        self.base = self._port_base()
        self.jmx = self._jmx()

    def _jmx(self) -> bool:
        text = os.environ.get("CAAS_JMX") or "on"
        if text not in ("on", "off"):
            raise Failure(f"CAAS_JMX={text!r}: on or off")
        return text == "on"

    def _port_base(self) -> int:
        text = os.environ.get("CAAS_PORT_BASE", "")
        if not text:
            remembered = self.folder / "port_base"
            if remembered.exists():
                text = remembered.read_text().strip()
            else:
                text = str(PORT_BASES.get(self.name, PORT_BASES["dev"]))
        if not text.isdigit() or not 1024 <= int(text) <= 65500:
            raise Failure(f"CAAS_PORT_BASE={text!r}: a number from 1024 to 65500 is needed")
        return int(text)

    def remember_ports(self) -> None:
        (self.folder / "port_base").write_text(f"{self.base}\n")

    def client_port(self, node: int) -> int:
        return self.base + node

    def controller_port(self, node: int) -> int:
        return self.base + 3 + node

    def broker_port(self, node: int) -> int:
        return self.base + 6 + node

    @property
    def registry_port(self) -> int:
        return self.base + 10

    def jmx_port(self, node: int) -> int:
        return self.base + 10 + node

    @property
    def management_port(self) -> int:
        return self.base + 14

    @property
    def brokers(self) -> str:
        return ",".join(f"{HOST}:{self.client_port(n)}" for n in NODES)

    @property
    def jmx_urls(self) -> str:
        return ",".join(f"http://{HOST}:{self.jmx_port(n)}/metrics" for n in NODES)

    @property
    def registry_url(self) -> str:
        return f"http://{HOST}:{self.registry_port}"

    def environment(self) -> dict[str, str]:
        return {
            "KAFKA_BROKERS": self.brokers,
            "KAFKA_JMX_URLS": self.jmx_urls if self.jmx else "",
            "SCHEMA_REGISTRY_URL": self.registry_url,
            "CAAS_CLUSTER": self.name,
            "CAAS_PORT_BASE": str(self.base),
        }


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(unwritable(folder, error)) from error
    if not os.access(folder, os.W_OK):
        raise Failure(unwritable(folder, None))


def unwritable(folder: Path, error: OSError | None) -> str:
    why = f" ({error.strerror})" if error else ""
    return f"can't write to {folder}{why}: make it writable, or free space on its disk"
