"""Shards on Ray: an actor keeps each, on this machine or on others."""
