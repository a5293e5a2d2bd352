"""What an index was built with; another embedder or analyser must not read it unawares."""

import json
from dataclasses import asdict, dataclass

from index.arabic.words import ANALYSER_VERSION
from index.articles.chunking import CHUNKER_VERSION
from index.embedding.contract import EmbedderIdentity
from index.errors import IndexMismatchError

FORMAT = 4
"""Of the folder and its database; see docs/index-format.md."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts whose output is stored in an index.

    Attributes:
        embedder: Name, revision and prefixes of the embedder.
        dimension: Length of its vectors; 0 until the first chunk is stored.
    """

    embedder: EmbedderIdentity
    dimension: int = 0
    format: int = FORMAT
    chunker: str = CHUNKER_VERSION
    analyser: str = ANALYSER_VERSION

    def to_json(self) -> str:
        """Return the manifest as it is stored."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Manifest":
        """Read a stored manifest.

        Raises:
            IndexMismatchError: It was written in another format.
        """
        fields = json.loads(text)
        if (found := fields.get("format")) != FORMAT:
            mend = (
                "bring it to this one, without embedding again: jawab index migrate --index INDEX"
                if found == FORMAT - 1
                else "build it again into a new folder: jawab index build PATH --index NEW"
            )
            raise IndexMismatchError(
                f"this index has format {found}, this version reads {FORMAT}; {mend}"
            )
        return cls(**{**fields, "embedder": EmbedderIdentity(**fields["embedder"])})

    def require(self, embedder: EmbedderIdentity, folder: object) -> None:
        """Refuse an embedder or code that does not match what is stored.

        Raises:
            IndexMismatchError: They differ; the text names the command that mends it.
        """
        if self.embedder != embedder:
            raise IndexMismatchError(
                f"{folder} was built with {_name(self.embedder)}, not {_name(embedder)}; leave the"
                " settings `embedder`, `query_prefix` and `passage_prefix` out to use the one it"
                " was built with; or, also where its files have changed since, embed it again:"
                f" jawab index migrate --embedder {embedder.id} --index {folder}"
            )
        if (self.chunker, self.analyser) != (CHUNKER_VERSION, ANALYSER_VERSION):
            raise IndexMismatchError(
                f"{folder} was built by another version of Jawab"
                f" ({self.chunker}, {self.analyser}); bring it up to this one:"
                f" jawab index migrate --index {folder}"
            )


def _name(identity: EmbedderIdentity) -> str:
    prefixes = f" with prefixes {identity.query_prefix!r}/{identity.passage_prefix!r}"
    return f"{identity.id} {identity.revision}".strip() + prefixes
