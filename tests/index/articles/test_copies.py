"""Reprints: one story in several papers is one source."""

import pytest

from index import build_index, open_index, remove_articles, verify_index
from index.articles.copies import compute_bands, compute_signature, is_reprint

STORY = (
    "افتتح وزير النقل صباح اليوم جسر الوادي الكبير الذي يربط المدينتين بعد خمس سنوات من العمل."
    " وبلغت كلفة الجسر 48 مليون دينار دفعت الحكومة نصفها ودفع الصندوق العربي للتنمية النصف الآخر."
    " وقال الوزير إن الجسر يختصر الطريق بين المدينتين ويخفف الازدحام عن وسط العاصمة."
    " وأضاف أن العمل في الجسر الثاني يبدأ في الربيع المقبل على بعد كيلومترات قليلة من الأول."
)
LONGER = STORY + " وحضر الافتتاح عدد من النواب ورؤساء البلديات في المنطقة."
CORRECTED = STORY.replace("48", "52")
OTHER = (
    "انتهت أمس أعمال المؤتمر السنوي للمكتبات العامة بمشاركة ممثلين عن عشرين بلدًا."
    " وأوصى المشاركون بزيادة ميزانيات اقتناء الكتب وبتدريب العاملين على حفظ المخطوطات."
)


def write(folder, **articles):
    folder.mkdir(exist_ok=True)
    for name, (source, day, text) in articles.items():
        head = f"---\ntitle: خبر {name}\nsource: {source}\ndate: {day}\n---\n"
        (folder / f"{name}.md").write_text(head + text, encoding="utf-8")
    return folder


def meet(one, other):
    return bool(
        {*compute_bands(compute_signature(one))} & {*compute_bands(compute_signature(other))}
    )


@pytest.mark.parametrize(
    "other",
    [
        STORY,
        LONGER,
        STORY.replace("الجسر", "الجِسر"),
        STORY.replace("48", "٤٨"),
        STORY.replace("صباح اليوم", "الأحد"),
        STORY.replace(" وقال الوزير إن الجسر", " وأكد أن الجسر"),
    ],
)
def test_small_changes_leave_a_reprint(other):
    assert is_reprint(STORY, other)
    assert meet(STORY, other)


@pytest.mark.parametrize("other", [CORRECTED, OTHER, STORY[:160]])
def test_another_figure_or_another_story_is_no_reprint(other):
    assert not is_reprint(STORY, other)


@pytest.fixture
def reprinted(tmp_path, embedder):
    folder = write(
        tmp_path / "articles",
        a=("وكالة", "2025-03-01", STORY),
        b=("صحيفة", "2025-03-02", LONGER),
        c=("إذاعة", "2025-03-03", STORY),
        d=("قناة", "2025-03-04", CORRECTED),
        e=("مجلة", "2025-03-05", OTHER),
    )
    build_index([folder], tmp_path / "index", embedder=embedder)
    return tmp_path / "index"


def test_a_story_and_its_reprints_are_found_once(reprinted, embedder):
    passages = open_index(reprinted, embedder=embedder).search("كم كلفة جسر الوادي الكبير؟")
    found = {passage.article.id for passage in passages}
    assert len(found & {"a", "b", "c"}) == 1
    assert {"d", "e"} <= found
    (first,) = [p for p in passages if p.article.id in {"a", "b", "c"}][:1]
    others = {"a", "b", "c"} - {first.article.id}
    assert {reprint.article_id for reprint in first.reprints} == others
    assert [reprint.date for reprint in first.reprints] == sorted(r.date for r in first.reprints)
    assert not next(p for p in passages if p.article.id == "e").reprints


def test_what_only_the_reprint_says_is_found_in_it(tmp_path, embedder):
    more = " وكشف المهندس المشرف أن الجسر صُبغ بدهان مقاوم للملوحة صُنع في مختبر محلي صغير." * 3
    folder = write(
        tmp_path / "articles",
        a=("وكالة", "2025-03-01", STORY * 2),
        b=("صحيفة", "2025-03-02", STORY * 2 + more),
    )
    build_index([folder], tmp_path / "index", embedder=embedder)
    index = open_index(tmp_path / "index", embedder=embedder)
    assert index.stats().reprints == 1
    passages = index.search("دهان مقاوم للملوحة من مختبر كشف عنه المهندس في جسر الوادي الكبير")
    assert any("للملوحة" in passage.text for passage in passages)


def test_a_family_outlives_its_first_article(reprinted, embedder):
    remove_articles(["a"], reprinted)
    passages = open_index(reprinted, embedder=embedder).search("كم كلفة جسر الوادي الكبير؟")
    found = {passage.article.id for passage in passages}
    assert len(found & {"b", "c"}) == 1
    assert verify_index(reprinted).ok
    assert open_index(reprinted, embedder=embedder).stats().reprints == 1


def test_three_reprints_count_as_one_source_in_an_answer(assistant, tmp_path):
    folder = write(
        tmp_path / "articles",
        a=("وكالة", "2025-03-01", STORY),
        b=("صحيفة", "2025-03-02", LONGER),
        c=("إذاعة", "2025-03-03", STORY),
        e=("مجلة", "2025-03-05", OTHER),
    )
    build_index([folder], tmp_path / "index", embedder=assistant.index.embedder)
    answer = assistant.beside(tmp_path / "index").answer("كم بلغت كلفة جسر الوادي الكبير؟")
    assert "48 مليون دينار" in answer.text
    assert len({citation.article_id for citation in answer.citations}) == 1
    (citation, *_) = answer.citations
    assert len(citation.reprints) == 2
    told = answer.to_dict()["citations"][0]["reprints"]
    assert {reprint["source"] for reprint in told} | {citation.source} == {
        "وكالة",
        "صحيفة",
        "إذاعة",
    }
