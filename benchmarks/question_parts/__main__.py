"""Count how many questions are taken apart as the one who wrote them meant.

    python -m benchmarks.question_parts

200 questions in the standard language, dialects and English, 80 of which ask several things, while
60 only look so. The rules were mended on one half (``looked_at.jsonl``), not on the other.
"""

from pathlib import Path

from benchmarks.datasets import read
from rag.language.parts import split_question

FOLDER = Path(__file__).parent


def main() -> None:
    """Print the questions that were taken apart otherwise, of the half looked at; then counts."""
    for name in ("looked_at", "held_out"):
        right = {True: [0, 0], False: [0, 0]}
        for row in read(FOLDER, f"{name}.jsonl"):
            found, meant = split_question(row["question"]), row["parts"]
            is_right = len(found or [row["question"]]) == len(meant)
            counts = right[len(meant) > 1]
            counts[0] += is_right
            counts[1] += 1
            if not is_right and name == "looked_at":
                print(row["question"], found)
        (several, of_several), (one, of_one) = right[True], right[False]
        print(f"{name}: several things {several} of {of_several}, one thing {one} of {of_one}")


if __name__ == "__main__":
    main()
