"""The files for containers and clusters, which do not run here: what a reader and the tools' own schemas can check."""

import configparser
import json
import re
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest
import yaml

FOLDER = Path(__file__).resolve().parents[3] / "deployments"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SECRETS = re.compile(r"PASSWORD|AUTH_STRING|CONNECTION_URL")
TEMPLATE = json.loads((FOLDER / "kubernetes" / "base-job-template.json").read_text())


def _instructions():
    text = (FOLDER / "Dockerfile").read_text().replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _environment(service):
    return dict(service.get("environment", {}))


def _strings(value):
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _is_pinned(image):
    tag = image.rpartition(":")[2] if ":" in image.rpartition("/")[2] else ""
    return bool(re.match(r"\d+\.\d+", tag))


def test_every_image_has_a_version():
    bases = [words.split()[0] for name, words in _instructions() if name == "FROM"]
    images = [service["image"] for service in SERVICES.values()]
    default = TEMPLATE["variables"]["properties"]["image"]["default"]
    assert all(_is_pinned(image) for image in (*bases, *images, default)), (bases, images, default)
    assert not _is_pinned("postgres:latest")
    assert not _is_pinned("registry:5000/postgres")


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root_or_can_become_it(name):
    service = SERVICES[name]
    assert service["user"].partition(":")[0] not in {"", "0", "root"}
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]


def test_a_port_is_bound_to_loopback():
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_the_environment_and_a_missing_one_stops_the_start(name):
    for key, value in _environment(SERVICES[name]).items():
        if SECRETS.search(key):
            assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), key


def test_the_server_is_protected_and_waits_for_its_database_and_the_worker_for_it():
    environment = _environment(SERVICES["server"])
    assert environment["PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED"] == "true"
    assert environment["PREFECT_API_DATABASE_CONNECTION_URL"].startswith("postgresql+asyncpg://")
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}
    assert waits["server"] == {"database": {"condition": "service_healthy"}}
    assert waits["deployments"] == {"server": {"condition": "service_healthy"}}
    assert waits["worker"] == {"deployments": {"condition": "service_completed_successfully"}}
    assert "healthcheck" in SERVICES["server"]
    assert "healthcheck" in SERVICES["database"]


def test_every_volume_that_is_named_is_there_and_the_images_cannot_be_changed():
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", [])]
    named = {mount.partition(":")[0] for mount in mounts if isinstance(mount, str)}
    assert named == set(COMPOSE["volumes"])
    assert "home:/var/lib/melanoma" in mounts
    (images,) = (mount for mount in mounts if isinstance(mount, dict))
    assert images["read_only"] is True


def test_the_image_is_built_in_two_stages_from_the_hashed_lock_and_ends_without_rights():
    steps = _instructions()
    names = [name for name, _ in steps]
    assert names.count("FROM") == 2
    last = steps[len(names) - 1 - names[::-1].index("FROM") :]
    installs = [words for name, words in steps if name == "RUN" and "pip install" in words]
    assert all("--require-hashes -r requirements.lock" in words or "--no-deps" in words for words in installs)
    assert [words for name, words in last if name == "USER"] == ["10001:10001"]
    assert any(name == "HEALTHCHECK" for name, _ in last)
    assert not any(SECRETS.search(words) for _, words in steps)
    assert not any(name == "ADD" for name in names)


def test_what_the_image_copies_is_there_and_is_let_through_to_it():
    let_through = {
        line[1:] for line in (FOLDER / "Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")
    }
    copied = {
        source
        for name, words in _instructions()
        if name == "COPY" and "--from" not in words
        for source in words.split()[:-1]
    }
    assert copied == let_through
    assert all((FOLDER.parent / source).exists() for source in copied)


def test_the_job_template_uses_each_variable_and_its_defaults_are_valid():
    variables = TEMPLATE["variables"]
    jsonschema.Draft202012Validator.check_schema(variables)
    defaults = {name: entry["default"] for name, entry in variables["properties"].items() if "default" in entry}
    jsonschema.validate(defaults, variables)
    used = {name for text in _strings(TEMPLATE["job_configuration"]) for name in re.findall(r"\{\{ (\w+) \}\}", text)}
    assert used == set(variables["properties"])


def test_the_job_template_keeps_the_shape_of_prefects_own_for_kubernetes():
    import prefect

    path = Path(prefect.__file__).parent / "server/api/collections_data/views/aggregate-worker-metadata.json"
    own = json.loads(path.read_text())["prefect-kubernetes"]["kubernetes"]["default_base_job_configuration"]
    assert set(TEMPLATE["job_configuration"]) == set(own["job_configuration"])
    assert set(TEMPLATE["variables"]["properties"]) == set(own["variables"]["properties"])
    for name, entry in own["variables"]["properties"].items():
        assert TEMPLATE["variables"]["properties"][name].get("type") == entry.get("type")


def test_a_job_runs_without_rights_and_takes_its_secrets_from_a_secret():
    pod = TEMPLATE["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["envFrom"] == [{"secretRef": {"name": "melanoma-prefect"}}]
    assert not any(SECRETS.search(name) for name in TEMPLATE["variables"]["properties"]["env"]["default"])
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}


def test_the_values_name_the_prefect_of_the_lock_and_hold_no_secret():
    values = yaml.safe_load((FOLDER / "kubernetes" / "values.yaml").read_text())["worker"]
    assert values["image"]["prefectTag"].startswith(f"{version('prefect')}-")
    assert values["podSecurityContext"]["runAsNonRoot"] is True
    assert values["config"]["workPool"] == "melanoma"
    assert not any(SECRETS.search(text) for text in _strings(values))


def test_the_unit_runs_serve_without_rights_and_writes_nowhere_but_its_home():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(FOLDER / "systemd" / "melanoma.service")
    service = dict(unit["Service"])
    assert " serve --data " in service["ExecStart"]
    assert "--host" not in service["ExecStart"]
    assert service["User"] == "melanoma"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == "true"
    assert service["CapabilityBoundingSet"] == ""
    assert service["Environment"] == f"MELANOMA_HOME=/var/lib/{service['StateDirectory']}"
