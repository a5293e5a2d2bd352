"""A small reader with random weights. Torch is loaded only where one is made: it takes seconds."""

from tokenizers import Tokenizer, models, pre_tokenizers


def build_tokenizer(words):
    """Return a tokenizer that knows these words whole."""
    vocabulary = {w: n for n, w in enumerate(["<s>", "<pad>", "</s>", "<unk>", *words])}
    built = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    built.pre_tokenizer = pre_tokenizers.Whitespace()
    return built


def build_model(*, kinds, seed, positions):
    """Return a model of two layers of 32 numbers; its adapters change nothing yet."""
    import torch
    from transformers import BertConfig, BertModel

    from benchmarks.reader_model import ReaderModel

    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=64,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
        layer_norm_eps=1e-12,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return ReaderModel(BertModel(config, add_pooling_layer=False), rank=4, kinds=kinds)
