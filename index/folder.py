"""The index folder: how it is recognised among other folders."""

DATABASE = "store.db"
"""The file that makes a folder an index."""
