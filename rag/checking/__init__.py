"""Check what is claimed against the passages."""
