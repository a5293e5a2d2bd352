"""Build, change, check and migrate an index."""
