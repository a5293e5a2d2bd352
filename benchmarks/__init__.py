"""Measurements behind the README's claims; each file is run by the command in its docstring."""
