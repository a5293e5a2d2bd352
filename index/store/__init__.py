"""Where articles, chunks, vectors and terms live: the contract, and the store that ships."""
