"""What people touch: the `jawab` command and the web page."""
