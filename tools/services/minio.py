"""MinIO, an S3 server with versions and Object Lock."""

from __future__ import annotations

import urllib.request

from .server import Server, home

USER, PASSWORD = "vouch", "vouch-secret"


class Minio(Server):
    name = "minio"
    bucket = "vouch"

    def command(self) -> list[str]:
        binary, data = home() / "bin" / "minio", self.folder / "data"
        return [str(binary), "server", str(data), "--address", f"{self.host}:{self.port}", "--quiet"]

    def environment(self) -> dict[str, str]:
        return {
            "MINIO_ROOT_USER": USER,
            "MINIO_ROOT_PASSWORD": PASSWORD,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }

    @property
    def endpoint(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ready(self) -> bool:
        with urllib.request.urlopen(f"{self.endpoint}/minio/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)

    def settings(self) -> dict[str, str]:
        return {
            "VOUCH_OBJECTS_URL": f"s3://{self.bucket}",
            "VOUCH_OBJECTS_ENDPOINT": self.endpoint,
            "VOUCH_OBJECTS_KEY": USER,
            "VOUCH_OBJECTS_SECRET": PASSWORD,
        }
