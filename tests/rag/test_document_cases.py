"""Questions of the shared cases of documents: what was read wrongly once is answered rightly."""

import json

import pytest
from conftest import SHARED

from index import build_index

CASES = SHARED / "cases"


@pytest.mark.skipif(not CASES.is_dir(), reason="no shared cases here")
@pytest.mark.parametrize(
    "case",
    [
        "03-word-tracked-insertion",
        "04-word-text-box-and-control",
        "06-line-breaks-in-feeds-and-books",
        "07-rule-at-the-start-is-no-front-matter",
    ],
)
def test_the_questions_of_a_shared_case_are_answered(assistant, bundled, tmp_path, case):
    build_index([CASES / case / "articles"], tmp_path / "index", embedder=bundled)
    beside = assistant.beside(tmp_path / "index")
    for line in (CASES / case / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        answer = beside.answer(row["question"])
        assert answer.found, row
        assert any(right in answer.text for right in row["answers"]), (row, answer.text)
