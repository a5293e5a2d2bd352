"""Make the character map of SentencePiece's rule ``nmt_nfkc``, which the e5 tokenizer folds with.

python tests/normaliser_map.py index/embedding/e5/nmt_nfkc.bin
"""

import io
import sys
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2


def train_map() -> bytes:
    """Return the map out of a toy model trained in memory; every model of the rule holds it."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["ا ب"]),
        model_writer=model,
        vocab_size=6,
        hard_vocab_limit=False,
        minloglevel=2,
        normalization_rule_name="nmt_nfkc",
    )
    parsed = sentencepiece_model_pb2.ModelProto.FromString(model.getvalue())
    return bytes(parsed.normalizer_spec.precompiled_charsmap)


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(train_map())
