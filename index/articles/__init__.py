"""Articles: read from files and addresses, repaired, cut into chunks, compared."""
