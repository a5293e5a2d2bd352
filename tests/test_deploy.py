"""The manifests for Kubernetes are valid, and what they say of Jawab is true."""

import re
import shlex
import tomllib
from importlib.util import find_spec

import pytest
import typer
import yaml
from conftest import ROOT

from rag.settings import load_settings
from ui.cli.app import app

if find_spec("kubernetes_validate") is None:
    pytest.skip("kubernetes-validate is not installed", allow_module_level=True)
import kubernetes_validate

KUBERAY = ROOT / "deploy" / "kuberay"
DOCUMENTS = [
    document
    for path in sorted(KUBERAY.glob("*.yaml"))
    for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
]
NAMED = {(one["kind"], one["metadata"]["name"]): one for one in DOCUMENTS}
RAY = NAMED["RayCluster", "jawab"]["spec"]
GROUPS = [RAY["headGroupSpec"], *RAY["workerGroupSpecs"]]
TEMPLATES = {
    **{f"ray-{n}": group["template"] for n, group in enumerate(GROUPS)},
    **{
        one["metadata"]["name"]: one["spec"]["template"]
        for one in DOCUMENTS
        if one["kind"] in {"Deployment", "Job"}
    },
}


@pytest.fixture(params=TEMPLATES)
def template(request):
    return TEMPLATES[request.param]


def variables(container):
    return {one["name"]: one for one in container["env"]}


def container_of(template):
    (container,) = template["spec"]["containers"]
    return container


def validate(document):
    kubernetes_validate.validate(document, "1.33", strict=True)


@pytest.mark.parametrize("name", [name for name in NAMED if name[0] != "RayCluster"], ids="/".join)
def test_what_kubernetes_knows_fits_its_schema(name):
    validate(NAMED[name])


def test_pods_fit_the_schema_of_pods(template):
    validate({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "x"}, "template": template})  # fmt: skip


def test_a_slip_in_a_pod_is_found():
    template = {"spec": {"containers": [{"name": "x", "imagePullPolice": "Always"}]}}
    with pytest.raises(kubernetes_validate.ValidationError):
        test_pods_fit_the_schema_of_pods(template)


def test_no_pod_has_rights_that_it_does_not_need(template):
    pod, container = template["spec"], container_of(template)
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]


def test_services_do_not_become_settings(template):
    assert template["spec"]["enableServiceLinks"] is False


def test_every_pod_shows_the_token_and_is_reached_by_those_that_do(template):
    known = variables(container_of(template))
    assert known["RAY_AUTH_MODE"]["value"] == "token"
    secret = known["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert secret == {"name": "jawab-ray", "key": "auth_token"}
    chosen = NAMED["NetworkPolicy", "ray"]["spec"]["podSelector"]["matchLabels"]
    assert chosen.items() <= template["metadata"]["labels"].items()


def test_only_those_with_the_token_reach_ray_and_only_its_ports():
    assert NAMED["NetworkPolicy", "nobody"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress"]}  # fmt: skip
    (rule,) = NAMED["NetworkPolicy", "ray"]["spec"]["ingress"]
    assert rule["from"] == [{"podSelector": NAMED["NetworkPolicy", "ray"]["spec"]["podSelector"]}]
    for group in GROUPS:
        ports = {int(value) for name, value in group["rayStartParams"].items() if name.endswith("port")}  # fmt: skip
        assert ports == {6380, 6381, 6382}
    assert [(one["port"], one["endPort"]) for one in rule["ports"]] == [(6379, 6382), (10002, 19999)]  # fmt: skip


def test_what_listens_is_probed(template):
    container = container_of(template)
    if "ports" not in container and "tcpSocket" not in str(container):
        assert template is TEMPLATES["jawab-build"]
        return
    assert {"livenessProbe", "readinessProbe"} <= container.keys()
    if template is TEMPLATES["jawab-chat"]:
        assert container["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_the_settings_are_ones_that_jawab_takes(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text(NAMED["ConfigMap", "jawab-settings"]["data"]["jawab.toml"], encoding="utf-8")
    settings = load_settings(file, {})
    assert settings.index == f"ray:{settings.cluster.address}"
    assert settings.cluster.address == "jawab-head-svc:6379"
    places = {one["mountPath"] for one in container_of(TEMPLATES["ray-1"])["volumeMounts"]}
    assert {settings.cluster.folder, settings.cluster.storage} <= places


def test_volumes_are_there_for_what_is_mounted(template):
    volumes = {one["name"]: one for one in template["spec"]["volumes"]}
    assert {one["name"] for one in container_of(template)["volumeMounts"]} == volumes.keys()
    for volume in volumes.values():
        if claim := volume.get("persistentVolumeClaim"):
            assert ("PersistentVolumeClaim", claim["claimName"]) in NAMED
        if settings := volume.get("configMap"):
            assert ("ConfigMap", settings["name"]) in NAMED


def commands():
    """Return the commands of Jawab's that the manifests and the page about clusters name."""
    texts = [container_of(one).get("args", [""])[0] for one in TEMPLATES.values()]
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    texts += re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = "\n".join(texts).replace("\\\n", " ").splitlines()
    found = [re.search(r"\bjawab (cluster|index|chat|ask)\b[^#|]*", line) for line in lines]
    return sorted({one[0].strip() for one in found if one})


@pytest.mark.parametrize("line", commands())
def test_the_commands_have_the_options_that_are_named(line):
    words = shlex.split(line)[1:]
    command = typer.main.get_command(app)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    options = {name for one in command.params for name in one.opts}
    assert {word for word in words if word.startswith("-")} <= options


def test_ray_takes_what_it_is_started_with():
    if find_spec("ray") is None:
        pytest.skip("pip install 'jawab[cluster]'")
    from ray.scripts.scripts import start

    options = {name for one in start.params for name in one.opts}
    for group in GROUPS:
        assert {f"--{name}" for name in group["rayStartParams"]} <= options


def test_the_image_is_made_of_what_jawab_is_and_of_nothing_else():
    lines = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    built = project["tool"]["setuptools"]
    packages = {name.rstrip("*") for name in built["packages"]["find"]["include"]}
    modules = {f"{name}.py" for name in built["py-modules"]}
    files = {project["project"]["readme"], *project["project"]["license-files"]}
    assert allowed == packages | modules | files | {
        "pyproject.toml",
        "constraints.txt",
        "deploy/slim.py",
    }
    assert all((ROOT / name).exists() for name in allowed)
