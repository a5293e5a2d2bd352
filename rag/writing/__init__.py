"""Write answers: by quoting, or with a language model."""
