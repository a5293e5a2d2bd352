"""What the reader is trained on, made from small sets."""

import json
from itertools import islice

import pytest

from benchmarks.reader_data import (
    KINDS,
    SHARES,
    WRITTEN,
    ReaderData,
    find_kind,
    is_kept,
    read_examples,
    read_written,
    write_examples,
)
from index.arabic.words import fold

CITIES = ["صفاقس", "قابس", "سوسة", "نابل", "مدنين", "توزر", "جندوبة", "زغوان"]
ASKED = "أوقفت الشرطة 99 شخصا في مدينة الرباط يوم الأحد 5 مارس 2017."


def write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")


def article(number, text, title):
    return {"id": f"a{number}", "title": title, "text": text}


def list_articles():
    for number in range(60):
        city, other = CITIES[number % 8], CITIES[(number + 3) % 8]
        verb, they = ("أوقفت", "الشرطة") if number % 2 else ("أوقف", "الحرس")
        yield article(
            number,
            f"{verb} {they} {number + 11} شخصا في مدينة {city} يوم الأحد {number % 28 + 1} مارس 2017."
            f" وصل المحتجون من مدينة {other} منذ الصباح الباكر وبقوا فيها طويلا."
            f" الطقس جميل في {city} وسكانها كثيرون.",
            f"إيقاف {number + 11} شخصا في مدينة {city}",
        )
    yield article(60, ASKED, "سؤال")
    yield article(61, ASKED, "إعادة نشر")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write(folder / "antcorpus" / "articles.jsonl", list_articles())
    write(folder / "antcorpus" / "questions.jsonl", [{"articles": ["a60"]}])
    write(folder / "antcorpus" / "headline_queries.jsonl", [{"article_id": "a7"}])
    for name in ("arcd", "tydiqa-goldp-ar-dev"):
        text = f"{name}: ولد الشاعر في بغداد عام 1910. درس الطب في دمشق ثم عاد إلى بلده بعد سنوات طويلة."
        passages = [
            {"id": f"{name}{n}", "title": "شاعر", "text": f"{text} ({n})"} for n in range(8)
        ]
        questions = [
            {
                "id": f"q{n}",
                "question": f"أين درس الشاعر الطب سنة {n}؟",
                "answers": ["دمشق"],
                "passage_id": f"{name}{n % 8}",
                "split": ("train", "test")[n % 2],
            }
            for n in range(32)
        ]
        write(folder / name / "passages.jsonl", passages)
        write(folder / name / "questions.jsonl", questions)
    for name, numbers in (("train", range(8, 30)), ("held_out", range(30, 60))):
        write(folder / "written" / f"{name}.jsonl", list_written(numbers))
    return ReaderData(folder, written=folder / "written")


def list_written(numbers):
    for n in numbers:
        about = {"article": f"a{n}", "kind": "how many", "dialect": False}
        yield {**about, "question": f"كم شخصا أوقفوا في خبر {n}؟", "answer": [f"{n + 11} شخصا"]}
        yield {**about, "question": f"كم سيارة حجزت في خبر {n}؟", "answer": [], "miss": "detail"}


@pytest.fixture(scope="module")
def examples(data):
    return list(islice(data.stream(seed=3), 300))


def test_the_same_seed_makes_the_same_examples(data, examples):
    assert list(islice(data.stream(seed=3), 50)) == examples[:50]
    assert list(islice(data.stream(seed=4), 50)) != examples[:50]


def test_examples_are_of_every_source_that_the_texts_allow(examples):
    assert {example.source for example in examples} >= set(SHARES) - {"other detail"}


def test_articles_that_are_asked_for_are_never_read_nor_their_reprints(examples):
    read = [reading.passage for example in examples for reading in example.readings]
    assert not any("الرباط" in passage or "18 شخصا" in passage for passage in read)


def test_a_question_that_was_written_is_read_beside_its_own_article(examples):
    written = [example for example in examples if example.source == "written"]
    told = [example for example in written if example.way == "written"]
    assert {example.way for example in written} == {"written", "detail"}
    assert any(reading.spans for example in told for reading in example.readings)
    for example in written:
        if example.way == "detail":
            assert not any(reading.spans for reading in example.readings)


def test_an_exchanged_question_is_answered_nowhere(examples):
    exchanged = [example for example in examples if example.source == "exchanged"]
    assert exchanged
    assert not any(reading.spans for example in exchanged for reading in example.readings)


def test_a_near_miss_does_not_hold_the_answer(examples):
    for example in examples:
        answers = {
            fold(reading.passage[span.start : span.end])
            for reading in example.readings
            for span in reading.spans
        }
        others = [fold(r.passage) for r in example.readings if not r.spans]
        assert not any(answer in other for answer in answers for other in others)


def test_held_out_questions_are_those_of_the_other_half(data, examples):
    held = {e.readings[0].passage for e in data.held_out()["ARCD"]}
    assert len(held) == 4
    assert not held & {reading.passage for example in examples for reading in example.readings}


def test_one_question_of_people_in_five_is_kept(data):
    rows = [row for row in data._gold if not row.held_out]
    kept = [row.question for row in rows if is_kept(row.question)]
    asked = {row.question for row in data._train_gold}
    assert 0.1 < len(kept) / len(rows) < 0.4
    assert asked.isdisjoint(kept)
    assert len(asked | set(kept)) == len({row.question for row in rows})


def test_written_examples_are_read_back(examples, tmp_path):
    write_examples(tmp_path / "made" / "train.jsonl.gz", examples)
    assert list(read_examples(tmp_path / "made" / "train.jsonl.gz")) == examples


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("متى وصل؟", "when"),
        ("أي وزارة أعلنت؟", "which"),
        ("هل وصل؟", "statement"),
        ("ما هو؟", "what"),
    ],
)
def test_what_a_question_asks_for(question, kind):
    assert find_kind(question) == kind


def test_no_article_is_asked_about_both_for_training_and_held_out():
    train, held = (read_written(WRITTEN / name) for name in ("train.jsonl", "held_out.jsonl"))
    assert {row.article for row in train}.isdisjoint(row.article for row in held)


@pytest.mark.parametrize("name", ["train.jsonl", "held_out.jsonl"])
def test_every_question_that_was_written_has_an_answer_or_says_why_not(name):
    rows = read_written(WRITTEN / name)
    assert len({row.question for row in rows}) == len(rows)
    for row in rows:
        assert row.kind in KINDS
        assert bool(row.answers) == (row.miss == "")
        assert row.miss in {"", "detail", "exchanged", "other"}
