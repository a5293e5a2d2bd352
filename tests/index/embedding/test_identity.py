"""What makes an embedder the one an index was built with: its name, revision and prompts."""

import json
import shutil
import sys

import pytest
from conftest import SAMPLES

from index import build_index, load_embedder, open_index
from index.embedding.contract import EmbedderIdentity
from index.embedding.embedders import embedder_like
from index.embedding.sentence_embedder import E5_PREFIXES
from index.errors import EmbedderError, IndexMismatchError
from index.store.manifest import Manifest
from index.store.opening import create_store

PROMPTS = {"query": "سؤال: ", "document": "نص: "}
COMMIT, NEWER = "a" * 40, "b" * 40


@pytest.fixture
def model(tmp_path):
    """A folder with the files of a model; what would be its weights is never loaded."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "1_Pooling" / "config.json").write_text("{}")
    set_prompts(folder, PROMPTS)
    return folder


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """What is on this machine once a model was fetched from a hub: a revision and its files."""
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    home = tmp_path / "models--some--model"
    (home / "refs").mkdir(parents=True)
    publish(home, COMMIT, PROMPTS)
    return home


def set_prompts(folder, prompts):
    (folder / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))


def publish(home, commit, prompts):
    """Make a revision the newest that is known."""
    (home / "snapshots" / commit).mkdir(parents=True)
    set_prompts(home / "snapshots" / commit, prompts)
    (home / "refs" / "main").write_text(commit)


def built_with(folder, identity):
    """Return the folder of an index that was built with an embedder."""
    create_store(folder, Manifest(identity)).close()
    return folder


def prefixes(name, **given):
    identity = load_embedder(str(name), **given).identity
    return identity.query_prefix, identity.passage_prefix


@pytest.mark.parametrize("name", ["document", "passage", "corpus"])
def test_the_prompts_of_a_model_are_its_prefixes(model, name):
    set_prompts(model, {"query": "سؤال: ", name: "نص: "})
    assert prefixes(model) == ("سؤال: ", "نص: ")


@pytest.mark.parametrize("prompts", [{}, {"query": None, "document": None}, {"query": ""}, None])
def test_a_model_without_prompts_has_no_prefixes(model, prompts):
    set_prompts(model, prompts)
    assert prefixes(model) == ("", "")
    (model / "config_sentence_transformers.json").unlink()
    assert prefixes(model) == ("", "")


def test_prefixes_that_are_given_go_before_those_of_the_model(model):
    assert prefixes(model, query_prefix="q ") == ("q ", "نص: ")
    assert prefixes(model, query_prefix="", passage_prefix="") == ("", "")


def test_e5_models_have_the_prefixes_of_their_kind_unless_they_name_prompts(model, tmp_path):
    named = tmp_path / "e5-of-ours"
    shutil.copytree(model, named)
    assert prefixes(named) == ("سؤال: ", "نص: ")
    set_prompts(named, {})
    assert prefixes(named) == E5_PREFIXES


def test_the_revision_of_a_folder_is_that_of_its_files_wherever_they_lie(model, tmp_path):
    shutil.copytree(model, tmp_path / "copy")
    (tmp_path / "copy" / "README.md").write_text("A model.")
    first = load_embedder(str(model)).identity.revision
    assert first
    assert load_embedder(str(tmp_path / "copy")).identity.revision == first
    (model / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    assert load_embedder(str(model)).identity.revision != first


@pytest.mark.usefixtures("hub")
def test_the_revision_of_a_hub_is_its_commit():
    identity = load_embedder("some/model").identity
    assert identity == EmbedderIdentity("some/model", COMMIT, *PROMPTS.values())


@pytest.mark.parametrize(
    "change",
    [
        lambda model: set_prompts(model, {"query": "س: ", "document": "ن: "}),
        lambda model: (model / "model.safetensors").write_bytes(b"other weights"),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_index_whose_model_has_changed_is_refused(model, tmp_path, change, named):
    index = built_with(tmp_path / "index", load_embedder(str(model)).identity)
    assert open_index(index)
    change(model)
    with pytest.raises(IndexMismatchError, match=r"its files have changed .* index migrate"):
        open_index(index, embedder=load_embedder(str(model)) if named else None)


def test_an_index_built_with_other_prompts_is_refused(model, tmp_path):
    index = built_with(tmp_path / "index", load_embedder(str(model)).identity)
    with pytest.raises(IndexMismatchError, match=r"prefixes 'سؤال: '/'نص: ', not .*'q '/'نص: '"):
        open_index(index, embedder=load_embedder(str(model), query_prefix="q "))
    with pytest.raises(IndexMismatchError):
        build_index([SAMPLES], index, embedder=load_embedder(str(model), query_prefix=""))


def test_an_index_goes_on_with_its_own_revision_when_the_hub_has_a_newer_one(hub, tmp_path):
    index = built_with(tmp_path / "index", load_embedder("some/model").identity)
    publish(hub, NEWER, {})
    own = open_index(index).embedder.identity
    assert own == EmbedderIdentity("some/model", COMMIT, *PROMPTS.values())
    with pytest.raises(IndexMismatchError, match=f"{COMMIT} .* not some/model {NEWER}"):
        open_index(index, embedder=load_embedder("some/model"))


@pytest.mark.slow
@pytest.mark.parametrize("named", [True, False])
def test_a_model_is_loaded_in_the_revision_that_its_index_knows(hub, monkeypatch, named):
    loaded = []
    fake = type(sys)("sentence_transformers")
    fake.SentenceTransformer = lambda name, revision: loaded.append((name, revision))
    monkeypatch.setitem(sys.modules, "sentence_transformers", fake)
    embedder = load_embedder("some/model")
    identity = embedder.identity
    publish(hub, NEWER, {})
    (embedder if named else embedder_like(identity))._load_model()
    assert loaded == [("some/model", COMMIT)]


def test_an_index_that_does_not_know_the_revision_of_its_model_is_opened(model, tmp_path):
    old = EmbedderIdentity(str(model), "", "", "")
    index = built_with(tmp_path / "index", old)
    assert open_index(index).embedder.identity == old
    with pytest.raises(IndexMismatchError):
        open_index(index, embedder=load_embedder(str(model)))


def test_a_model_that_is_nowhere_makes_no_index(tmp_path):
    nowhere = load_embedder("nobody/knows-this")
    with pytest.raises(EmbedderError, match="check the name and the network"):
        build_index([SAMPLES], tmp_path / "index", embedder=nowhere)
    assert not (tmp_path / "index").exists()
