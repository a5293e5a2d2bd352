"""Errors of answering, as part of :class:`index.errors.JawabError`."""

from index.errors import JawabError


class SettingsError(JawabError):
    """A setting is unknown or has a value that cannot be used."""


class ModelError(JawabError):
    """The chat model could not be loaded or did not answer."""
