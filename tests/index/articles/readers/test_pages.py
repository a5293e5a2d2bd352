"""Web pages, long and short: their tables, their lines, and no menu."""

import pytest

from index.articles.readers.reading import read_articles

TEXT = "أغلقت البلدية طريق الكورنيش يومين."
MENUS = [
    "<nav><a href='/'>الرئيسية</a></nav>{}",
    "<div class='main-menu'><a href='/'>الرئيسية</a><a href='/s'>رياضة</a></div>{}",
    "<ul><li><a href='/e'>اقتصاد</a></li><li><a href='/c'>ثقافة</a></li></ul>{}",
    "<div><a href='/e'>اقتصاد</a> | <a href='/c'>ثقافة</a></div>{}",
    "{}<footer>اتصل بنا</footer>",
    "{}<p>© 2024 جميع الحقوق محفوظة</p>",
    "{}<aside><h3>الأكثر قراءة</h3><a href='/x'>خبر</a></aside>",
    "<div role='navigation'>أقسام</div>{}<div id='related-posts'><h3>قد يهمك</h3></div>",
    "<header><a href='/'>صحيفة الكورنيش</a></header>{}<form>بحث <button>ابحث</button></form>",
]


def read(tmp_path, body):
    (tmp_path / "a.html").write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    (article,) = read_articles([tmp_path])
    return article


@pytest.mark.parametrize("menu", MENUS)
@pytest.mark.parametrize(
    "body",
    [
        "<h1>إغلاق طريق</h1><p>{}</p>",
        "<article><h1>إغلاق طريق</h1><div>{}</div></article>",
        "<main><h2>إغلاق طريق</h2>{}</main>",
    ],
)
def test_a_page_of_little_text_is_read_without_its_menu(tmp_path, body, menu):
    article = read(tmp_path, menu.format(body.format(TEXT)))
    assert (article.title, article.text) == ("إغلاق طريق", TEXT)


LONG = "".join(
    f"<p>{TEXT} وقال العامل رقم {n} إن الرصيف يحتاج إلى حجارة جديدة.</p>" for n in range(15)
)


@pytest.mark.parametrize("above", ["<p>قال العمال: نبدأ غدًا.</p>", LONG], ids=["short", "long"])
def test_a_row_of_a_page_is_a_line_and_equal_cells_stay_two(tmp_path, above):
    table = (
        "<table><thead><tr><th>الفريق</th><th>له</th><th>عليه</th></tr></thead>"
        "<tr><td>الوحدة</td><td>2</td><td>2</td></tr><tr><td>الأهلي</td><td>2</td><td>2</td></tr></table>"
    )
    text = read(tmp_path, f"<article><h1>الدوري</h1>{above}{table}</article>").text
    assert text.split("\n")[-3:] == ["الفريق | له | عليه", "الوحدة | 2 | 2", "الأهلي | 2 | 2"]


@pytest.mark.parametrize("above", ["<p>قال العمال: نبدأ غدًا.</p>", LONG], ids=["short", "long"])
def test_a_line_break_of_a_page_parts_lines(tmp_path, above):
    text = read(
        tmp_path, f"<article><h1>السوق</h1>{above}<p>المحلات:<br>50<br/>20 مغلق</p></article>"
    ).text
    assert text.split("\n")[-3:] == ["المحلات:", "50", "20 مغلق"]
