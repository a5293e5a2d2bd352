"""The bundled embedder: weights from a package, as a graph and as a model folder."""
