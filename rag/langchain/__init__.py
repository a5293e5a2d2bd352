"""Jawab for other people's LangChain chains."""
