"""docker-compose.yml and the Dockerfile name only what exists: settings, commands, images by tag, secrets by file."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from click import Command, Group

from api.cli.commands import app
from api.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
ONE_SHOT = {name for name, service in SERVICES.items() if service.get("restart") == "no"}
TAG = re.compile(r"[\w.-]*\d[\w.-]*")
SECRET = re.compile(r"(PASSWORD|SECRET|TOKEN|KEY)$")
NO_SECRETS = {"VOUCH_OBJECTS_KEY"}  # an S3 access key is a user's name


def image_of(service: dict[str, Any]) -> str:
    """The image, where it is a variable its default."""
    found = re.fullmatch(r"\$\{\w+:-(.+)\}", service["image"])
    return found[1] if found else str(service["image"])


def secret_names(service: dict[str, Any]) -> list[str]:
    return [one if isinstance(one, str) else one["source"] for one in service.get("secrets", [])]


def depends(service: dict[str, Any]) -> dict[str, dict[str, str]]:
    return dict(service.get("depends_on", {}))


def test_the_services_of_the_server_size_are_all_there() -> None:
    assert set(SERVICES) == {
        "postgres", "objects", "elasticsearch", "rabbitmq", "migrate", "api", "worker", "scheduler",
    }  # fmt: skip
    assert set(OURS) == {"migrate", "api", "worker", "scheduler"}


def test_every_variable_is_a_setting() -> None:
    fields = {f"VOUCH_{name.upper()}" for name in Settings.model_fields} | {"VOUCH_SECRETS"}
    for service in OURS.values():
        assert set(service["environment"]) - fields == set()
    assert set(re.findall(r"VOUCH_\w+(?==)", (ROOT / "Dockerfile").read_text(encoding="utf-8"))) - fields == set()


def test_the_variables_make_the_server_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in OURS["api"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)))
    monkeypatch.setenv("VOUCH_SECRETS", str(tmp_path))
    for name in secret_names(OURS["api"]):
        (tmp_path / name).write_text(f"the {name}", encoding="utf-8")
    chosen = Settings()
    assert not chosen.embedded
    assert chosen.catalogue.secret == "the vouch_database_password"
    assert chosen.objects.secret == "the vouch_objects_secret"
    assert chosen.index.secret == "the vouch_index_password"
    assert chosen.broker.secret == "the vouch_broker_password"
    assert chosen.metrics_token.get_secret_value() == "the vouch_metrics_token"


def test_every_secret_of_ours_is_read_by_the_settings() -> None:
    assert {name for s in OURS.values() for name in secret_names(s)} <= {f"vouch_{n}" for n in Settings.model_fields}


def test_secrets_are_files_that_are_declared_and_never_committed() -> None:
    used = {name for service in SERVICES.values() for name in secret_names(service)}
    assert used == set(COMPOSE["secrets"])
    assert all(one["file"].startswith("./secrets/") for one in COMPOSE["secrets"].values())
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_no_secret_stands_in_an_environment_or_a_command() -> None:
    for service in SERVICES.values():
        named = {name for name in service.get("environment", {}) if SECRET.search(name)}
        assert named - NO_SECRETS == set()
        assert not re.search(r"(?i)password=|secret=|://[^/@\s]+:[^/@\s]+@", yaml.safe_dump(service))


def test_the_script_writes_every_secret_once(tmp_path: Path) -> None:
    script = [str(ROOT / "deploy" / "secrets.sh"), str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(first) == {Path(one["file"]).name for one in COMPOSE["secrets"].values()}
    password = first["vouch_broker_password.txt"]
    assert len(password) > 30 and password in first["rabbitmq.conf"]
    assert tmp_path.stat().st_mode & 0o777 == 0o700 or tmp_path.stat().st_uid == 0
    subprocess.run(script, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_every_image_is_pinned_by_a_tag() -> None:
    for service in SERVICES.values():
        name, _, tag = image_of(service).rpartition(":")
        assert name and "/" not in tag and tag != "latest" and TAG.fullmatch(tag), service["image"]
        assert "." not in name.partition("/")[0], "no registry's host name"


def test_the_object_store_is_chosen_by_a_variable() -> None:
    assert SERVICES["objects"]["image"].startswith("${VOUCH_S3_IMAGE:-pgsty/silo:RELEASE.")


def test_every_service_has_a_health_check_or_runs_once() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]
    assert {"migrate"} == ONE_SHOT
    for name in set(SERVICES) - ONE_SHOT:
        check = SERVICES[name]["healthcheck"]
        assert {"test", "interval", "timeout", "retries", "start_period"} <= set(check)
        assert SERVICES[name]["restart"] == "unless-stopped"


def test_every_service_waits_for_what_it_needs() -> None:
    for service in SERVICES.values():
        for other, condition in depends(service).items():
            wanted = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
            assert other in SERVICES and condition["condition"] == wanted
    for name in ("api", "worker", "scheduler"):
        assert set(depends(SERVICES[name])) == {"migrate", "postgres", "objects", "elasticsearch", "rabbitmq"}


def test_ports_are_open_on_this_machine_alone() -> None:
    ports = {name: port for name, service in SERVICES.items() for port in service.get("ports", [])}
    assert set(ports) == {"api"} and ports["api"].startswith("127.0.0.1:")
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_volumes_networks_and_limits_are_declared() -> None:
    for service in SERVICES.values():
        assert {volume.split(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])
        assert set(service["networks"]) <= set(COMPOSE["networks"])
    for name in set(SERVICES) - ONE_SHOT:
        assert {"cpus", "memory"} == set(SERVICES[name]["deploy"]["resources"]["limits"])


def command_of(words: list[str]) -> tuple[Command, list[str]]:
    """The command that `vouch …` is, and the words behind its name."""
    found: Command = typer.main.get_command(app)
    assert words[0] == "vouch"
    rest = words[1:]
    while isinstance(found, Group):
        assert rest[0] in found.commands, f"vouch {rest[0]} is no command"
        found, rest = found.commands[rest[0]], rest[1:]
    return found, rest


def commands() -> list[list[str]]:
    run = [service["command"] for service in OURS.values()]
    checks = [service["healthcheck"]["test"][1:] for service in OURS.values() if "healthcheck" in service]
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    default = yaml.safe_load(re.findall(r"^CMD (\[.+\])$", dockerfile, re.M)[-1])
    return [words for words in [*run, *checks, default] if words[0] == "vouch"]


def test_every_command_exists_with_its_options() -> None:
    assert len(commands()) == 7
    for words in commands():
        command, rest = command_of(words)
        command.make_context("vouch", list(rest), resilient_parsing=False)


def test_the_dockerfile_copies_what_is_there_and_pins_what_it_takes() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M):
        *sources, _ = line.split()
        assert [name for name in sources if not (ROOT / name).exists()] == []
    assert all(re.search(r":\d[\w.]*-slim-bookworm", image) for image in re.findall(r"^FROM (\S+)", text, re.M))
    assert re.search(r"uv==\d+\.\d+\.\d+", text) and "--frozen" in text
    assert "USER vouch" in text and "HEALTHCHECK" in text and 'ENTRYPOINT ["tini", "--"]' in text
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for name in line.split()[:-1]}
    assert "*" in ignored and {f"!{name}" for name in copied} <= set(ignored)


def test_the_manual_names_every_setting() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`VOUCH_{name.upper()}`" not in text] == []


def test_the_manual_names_every_variable_that_the_compose_file_lets_one_choose() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    chosen = set(re.findall(r"\$\{(\w+):-", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert [name for name in sorted(chosen) if f"`{name}`" not in text] == []


def test_the_manual_names_every_metric(tmp_path: Path) -> None:
    from api.meters import Meters
    from api.wiring import build_archive
    from processing.monitor import Monitor

    archive = build_archive(Settings(data=tmp_path))
    try:
        names = {family.name for family in Meters(Monitor(archive)).registry.collect()}
    finally:
        archive.close()
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert len(names) > 8 and [name for name in sorted(names) if name not in text] == []
