"""Ask about people, places, lines, years and ministers that have their like beside them.

    python -m benchmarks.entity_questions

``benchmarks/entities`` holds sixteen articles and sixty questions, written by somebody who did not
see the rules that bind names; thirty of them no article answers, though one comes near. An answer
is right where it holds one of the expected strings; a question without an answer must be refused.
"""

import argparse
import json
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.datasets import read
from index import build_index
from index.arabic.words import fold
from rag.assistant import Assistant
from rag.settings import CAUTION, Settings

FOLDER = Path(__file__).parent / "entities"


def main() -> None:
    """Print what went wrong, then how many were right of each kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caution", choices=CAUTION, default="balanced")
    parser.add_argument("--reader", choices=("on", "off"), default=Settings().reader)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        build_index([FOLDER / "articles.jsonl"], Path(scratch, "index"))
        assistant = Assistant.open(
            Path(scratch, "index"), caution=options.caution, reader=options.reader
        )
        right: dict[str, list[bool]] = defaultdict(list)
        for row in read(FOLDER, "questions.jsonl"):
            answer = assistant.answer(row["question"])
            said = fold(answer.text) if answer.found else ""
            is_right = (
                any(fold(expected) in said for expected in row["answer"])
                if row["answerable"]
                else not answer.found
            )
            right["answerable" if row["answerable"] else "not answerable"].append(is_right)
            right[row["kind"]].append(is_right)
            if not is_right:
                print(json.dumps({**row, "said": said[:120]}, ensure_ascii=False))
    for name, rows in right.items():
        print(f"{name}: {sum(rows)} of {len(rows)}")


if __name__ == "__main__":
    main()
