"""Any sentence-transformers model as an embedder."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import numpy as np

from index.embedding.contract import EmbedderIdentity, LockingEmbedder
from index.embedding.e5.counting import count_whole
from index.embedding.hub_models import check_packages, load_model, unloadable
from index.embedding.model_files import look_up
from index.embedding.vectors import FloatMatrix, FloatVector
from index.errors import EmbedderError

_OPTIONS: dict[str, Any] = {
    "batch_size": 32,
    "normalize_embeddings": True,
    "show_progress_bar": False,
}


_OTHERWISE = "use the bundled one, which needs none"
E5_PREFIXES = "query: ", "passage: "
"""What E5 models were trained with, before questions and passages; not all name them as prompts."""


class SentenceTransformerEmbedder(LockingEmbedder):
    """A ``SentenceTransformer``, loaded on first use, safe from threads.

    Its files say which revision it is and which prompts it was trained with; both are looked up
    when the identity is first asked for, and the model is of that revision when it loads.
    """

    def __init__(
        self, name: str, query_prefix: str | None = None, passage_prefix: str | None = None
    ) -> None:
        """Take a name and the prefixes; None means the model's own."""
        super().__init__()
        self._name = name
        self._identity: EmbedderIdentity | None = None
        self._prefixes = query_prefix, passage_prefix
        self._finding = threading.Lock()
        self._model: Any = None
        self._tokenizer: Any = None

    @classmethod
    def like(cls, identity: EmbedderIdentity) -> Self:
        """Return the embedder of an index, with its prefixes.

        What a hub has is loaded in the index's own revision; the files of a folder may have
        changed and are looked at, unless the index does not know what they were.
        """
        found = cls(identity.id, identity.query_prefix, identity.passage_prefix)
        if not identity.revision or not Path(identity.id).is_dir():
            found._identity = identity
        return found

    @property
    def identity(self) -> EmbedderIdentity:
        """Name, revision and prefixes.

        Raises:
            EmbedderError: Neither this machine nor the hub has the model, or what runs it is not
                installed.
        """
        with self._finding:
            if self._identity is None:
                self._identity = self._find_identity()
        return self._identity

    def _find_identity(self) -> EmbedderIdentity:
        check_packages(self._name, "embedder", error=EmbedderError, otherwise=_OTHERWISE)
        try:
            files = look_up(self._name)
        except (OSError, ValueError) as error:
            told = unloadable(self._name, "embedder", error, otherwise=_OTHERWISE)
            raise EmbedderError(told) from error
        own = files.query_prompt, files.passage_prompt
        if not any(own) and _is_e5(self._name):
            own = E5_PREFIXES
        query, passage = (
            prompt if prefix is None else prefix
            for prefix, prompt in zip(self._prefixes, own, strict=True)
        )
        return EmbedderIdentity(self._name, files.revision, query, passage)

    # A prompt is always given, be it empty: without one, the model would put its own.

    def _encode_passages(self, texts: list[str]) -> FloatMatrix:
        prompt = self.identity.passage_prefix
        return np.asarray(self._load_model().encode_document(texts, prompt=prompt, **_OPTIONS))

    def _encode_query(self, text: str) -> FloatVector:
        prompt = self.identity.query_prefix
        found: FloatVector = np.asarray(
            self._load_model().encode_query([text], prompt=prompt, **_OPTIONS)
        )[0]
        return found

    def _token_counts(self, texts: list[str]) -> list[int]:
        return count_whole(self._load_tokenizer(), texts)

    def _load_tokenizer(self) -> Any:
        if self._tokenizer is None:
            self._tokenizer = self._load_model().tokenizer.backend_tokenizer
            self._tokenizer.no_truncation()
        return self._tokenizer

    def _load_model(self) -> Any:
        if self._model is None:
            revision = self.identity.revision
            self._model = load_model(
                self._name,
                "embedder",
                lambda: _loader(revision),
                error=EmbedderError,
                otherwise=_OTHERWISE,
            )
        return self._model


def _loader(revision: str) -> Callable[[str], Any]:
    """Return what loads a model by name; an empty revision is the newest, a folder has one."""
    from sentence_transformers import SentenceTransformer

    return lambda name: SentenceTransformer(
        name, revision=None if Path(name).is_dir() else revision or None
    )


def _is_e5(name: str) -> bool:
    lowered = name.lower()
    return "e5-" in lowered and "instruct" not in lowered
