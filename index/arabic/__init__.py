"""Arabic text: words, sentences, dates, numbers, dialects. Knows no article."""
