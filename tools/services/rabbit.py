"""RabbitMQ of Debian: a node of its own name, ports and folders, so that it stands beside any other."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

from .server import Server, free_port

USER, PASSWORD = "vouch", "vouch-secret"
PROGRAMS = Path("/usr/lib/rabbitmq/bin")


class Rabbit(Server):
    name = "rabbitmq"

    def command(self) -> list[str]:
        return [str(PROGRAMS / "rabbitmq-server")]

    def environment(self) -> dict[str, str]:
        config = self.folder / "rabbitmq.conf"
        config.write_text(
            f"default_user = {USER}\ndefault_pass = {PASSWORD}\nloopback_users = none\n", encoding="ascii"
        )
        (self.folder / "enabled_plugins").write_text("[].\n", encoding="ascii")
        if not hasattr(self, "_distribution"):
            self._distribution = free_port(self.host)
        return {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"vouch{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": self.host,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",  # leaves the cores alone
        }

    def ready(self) -> bool:
        with socket.create_connection((self.host, self.port), timeout=2) as link:
            link.sendall(b"AMQP\x00\x00\x09\x01")
            return bool(link.recv(1))

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` prints of this node."""
        command = [str(PROGRAMS / "rabbitmqctl"), "-q", *words]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", **self.environment()}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    def settings(self) -> dict[str, str]:
        return {"VOUCH_BROKER_URL": f"amqp://{USER}@{self.host}:{self.port}//", "VOUCH_BROKER_PASSWORD": PASSWORD}

    def wipe(self) -> None:
        """Forgets every queue and message; only while it is stopped."""
        shutil.rmtree(self.folder / "mnesia", ignore_errors=True)
