"""The `jawab` command; every module holds one group of commands, heavy imports inside them."""
