"""Measure retrieval and answers on questions whose articles are known."""
