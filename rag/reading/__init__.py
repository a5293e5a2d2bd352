"""Read the passages found: sentences, short answers, evidence, disagreement."""
