"""What a question and a sentence say: kinds, function words, statements, days."""
