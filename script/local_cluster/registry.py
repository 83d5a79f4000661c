"""The schema registry: Apicurio, its schemas in memory, Confluent's API at /apis/ccompat/v7."""

import os
import shlex
import urllib.error
import urllib.request

from .process import Process
from .settings import CACHE, HOST, JAVA, Settings, make_folder

JAR = CACHE / "registry" / "quarkus-run.jar"
JVM = "-Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"


class Registry:
    def __init__(self, settings: Settings) -> None:
        self.name = "registry"
        self.folder = settings.folder / "registry"
        self.process = Process(self.folder, "registry")
        self.port = settings.registry_port
        self.management_port = settings.management_port
        self.url = settings.registry_url

    @property
    def ports(self) -> list[int]:
        return [self.port, self.management_port]

    def prepare(self) -> None:
        make_folder(self.folder)

    def start(self) -> None:
        self.process.start([
            str(JAVA),
            *shlex.split(os.environ.get("REGISTRY_JVM_OPTS") or JVM),
            f"-Dquarkus.http.host={HOST}",
            f"-Dquarkus.http.port={self.port}",
            # Built in and not to be switched off; its default is port 9000 on every address.
            f"-Dquarkus.management.host={HOST}",
            f"-Dquarkus.management.port={self.management_port}",
            f"-Dquarkus.log.file.path={self.process.log}",
            "-Dquarkus.log.file.enabled=true",
            "-Dquarkus.log.file.json.enabled=false",
            "-Dquarkus.log.file.rotation.max-file-size=20M",
            "-Dquarkus.log.console.enabled=false",
            "-Dquarkus.log.category.\"io.quarkus.http.access-log\".level=WARN",
            "-jar", str(JAR),
        ])

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/apis/ccompat/v7/subjects", timeout=2) as reply:
                return reply.status == 200
        except (OSError, urllib.error.URLError):
            return False
