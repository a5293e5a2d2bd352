"""Several stores searched and written as one; each article is in the one its id says."""
