"""How much a chat model can be given to read."""

from langchain_core.language_models import BaseChatModel

from rag.settings import TOKENS_BESIDE_PASSAGES

UNKNOWN = 8_192
"""Tokens of prompt and answer of a model that does not tell how many it takes. Chosen: what is
served on one's own machine takes that much."""
_USED = 16_384
"""Tokens that are used of a larger window, unless it is set: more costs and waits more for little
(docs/decisions/0047-what-a-model-is-given.md)."""


def measure_room(model: BaseChatModel, window: int = 0) -> int:
    """Return how many tokens the passages in a prompt may take.

    Args:
        model: What reads them.
        window: Tokens of prompt and answer as they are set; 0 takes what the model tells.
    """
    told = (model.profile or {}).get("max_input_tokens") or UNKNOWN
    return (window or min(told, _USED)) - TOKENS_BESIDE_PASSAGES
