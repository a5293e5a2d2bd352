"""The store that ships: a folder with SQLite as the truth, FAISS and tantivy beside it."""
