"""Check that an index is whole."""

from index.store.opening import Place, open_store
from index.store.verification import Verification


def verify_index(place: Place) -> Verification:
    """Check everything that can be checked without the embedder; nothing is mended.

    Articles and offsets against their hashes, counts of terms, and the files derived from them.

    Args:
        place: The index folder, or a store that is open.

    Raises:
        IndexNotFoundError: The folder holds no index.
        IndexDamagedError: Its database cannot be opened.
    """
    return open_store(place).verify()
