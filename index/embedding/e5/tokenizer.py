"""Rebuild the tokenizer of multilingual-e5-small from its pieces."""

from importlib import resources
from typing import Any


def build_tokenizer(pieces: list[str], scores: list[float]) -> Any:
    """Rebuild the model's tokenizer: SentencePiece unigram with its own NFKC rules.

    Returns:
        A ``tokenizers.Tokenizer`` equal to the one published with the model.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    vocabulary = list(zip(pieces, scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(_sentencepiece_map()),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always", split=True)
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", 0), ("</s>", 2)],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    return tokenizer


def _sentencepiece_map() -> bytes:
    """Return SentencePiece's character map of the rule ``nmt_nfkc``, little endian.

    ``python tests/normaliser_map.py`` made it: getting it out of SentencePiece takes training a
    model, and two packages that nothing else here needs.
    """
    return resources.files("index.embedding.e5").joinpath("nmt_nfkc.bin").read_bytes()
