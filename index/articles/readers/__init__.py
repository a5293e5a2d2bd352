"""Read articles from files, folders, archives, web addresses and feeds, one file a format."""
