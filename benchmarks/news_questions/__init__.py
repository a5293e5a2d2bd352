"""Questions on radio news: written here to train and fit on, and the test of whole answers."""
