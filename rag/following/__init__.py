"""Saved questions: asked again of new articles, and what is new told on the ways that are set."""
