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


SIZES = pytest.mark.parametrize("rest", ["", LONG], ids=["short", "long"])


@SIZES
@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("عدد السفن 50<sup><a href='#n1'>1</a></sup> سفينة", "عدد السفن 50 سفينة"),
        ("عددها 50<sup>[<a href='#n1'>3</a>]</sup> سفينة", "عددها 50 سفينة"),
        ("كلفة <del>40</del><ins>45</ins> مليون", "كلفة 45 مليون"),
        ("بيع <s>60</s>65 قاربًا", "بيع 65 قاربًا"),
        ("بيع <strike>7</strike>8 شباك", "بيع 8 شباك"),
        ("نحو 10<sup>6</sup> سمكة", "نحو 10^6 سمكة"),
        ("مساحته 12 كم<sup>2</sup>", "مساحته 12 كم²"),
        ("بلغ 50<span class='share'>شارك</span>20 منها", "بلغ 50\n20 منها"),
    ],
)
def test_a_number_of_a_page_is_neither_glued_nor_changed(tmp_path, written, shown, rest):
    article = read(tmp_path, f"<article><h1>الميناء</h1><p>{written}</p>{rest}</article>")
    assert article.text.startswith(f"{shown}\n") or article.text == shown


TOLD = [
    "<div class='intro'>{}</div>",
    "<div>{}<br>وبعده شيء</div>",
    "<figure><img src='x'><figcaption>{}</figcaption></figure>",
    "<p>الأعضاء:</p><ul><li><a href='1'>{}</a></li><li><a href='2'>هدى الرافعي</a></li></ul>",
    "<p>المراجع:</p><ul><li><a href='1'>{}</a></li><li><a href='2'>تقرير البنك عن أسعار السمك في الشتاء</a></li></ul>",
    "<p><a href='1'>{}</a></p>",
    "<header><h2>عنوان ثان</h2><p>{}</p></header>",
    "<aside><h4>بالأرقام</h4><p>{} طوله 12 مترًا.</p></aside>",
    "<blockquote><p>نعم.</p><footer>{}</footer></blockquote>",
    "<section><h3><a href='#s'>{}</a></h3><p>نعم.</p></section>",
    "<table><tr><th>{}</th><th>العدد</th></tr><tr><td><a href='1'>أ</a></td><td>2</td></tr></table>",
    "<details><summary>{}</summary>نعم</details>",
    "<p>قال <a href='1'>وزير الري والزراعة</a> و<a href='2'>{}</a>.</p>",
    "<p>قال <a class='article-tags' href='1'>{}</a> إنه راض.</p>",
    "<p>قال<span class='sr-only'> (رابط)</span> {} إنه راض.</p>",
    "<p>{} إن جميع الحقوق محفوظة للتجار، وعددهم 42</p>",
    "<p>{} انتهى العمل. © رويترز</p>",
]


@SIZES
@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("last", [False, True], ids=["above", "below"])
def test_what_an_article_tells_is_in_its_text_however_it_is_marked(tmp_path, told, last, rest):
    part, text = told.format("السيد ناصر الحداد"), f"<p>{TEXT}</p>{rest}"
    article = read(
        tmp_path, f"<article><h1>الميناء</h1>{text + part if last else part + text}</article>"
    )
    assert "السيد ناصر الحداد" in article.text
    assert TEXT in article.text


@SIZES
@pytest.mark.parametrize(
    "page",
    [
        "<h1>الميناء</h1><div class='post-content with-sidebar'><p>{}</p></div>",
        "<div class='post no-sidebar'><h2>الميناء</h2><p>{}</p></div>",
        "<h1>الميناء</h1><div id='comments-and-content'><p>{}</p></div>",
        "<h1>الميناء</h1><div class='category-social hentry'><p>{}</p></div>",
        "<h1>الميناء</h1><div class='share'><p>{}</p></div>",
        "<form id='aspnetForm'><h1>الميناء</h1><p>{}</p></form>",
        "<h1>الميناء</h1><form id='aspnetForm'><p>{}</p></form>",
        "<header><h1><a href='/'>صحيفة</a></h1></header><h2>الميناء</h2><p>{}</p>",
        "<h1><a href='https://n.example/'>صحيفة</a></h1><h2>الميناء</h2><p>{}</p>",
        "<h1><a href='http://['>الميناء</a></h1><p>{}</p>",
        "<main><h1>الميناء</h1><p>{}</p></main>",
        "<div><header><h2>الميناء</h2><p>{}</p></header></div>",
        "<table><tr><td><a href='1'>وزير المالية يعلن موازنة العام</a><br><a href='2'>المنتخب يفوز في"
        " الافتتاح أمس</a></td><td><h1>الميناء</h1>{}</td></tr></table>",
    ],
)
def test_the_text_of_a_page_is_found_whatever_the_names_of_its_parts(tmp_path, page, rest):
    text = read(tmp_path, page.format(TEXT + rest)).text
    assert text.startswith(TEXT)
    assert len(text.split("\n")) == 1 + rest.count("<p>")


def test_an_article_that_a_notice_parts_is_read_to_its_end(tmp_path):
    end = "<p>وهؤلاء من فازوا بالجائزة:</p><ol><li>هدى</li><li>سالم</li></ol>"
    parts = (
        f"<div class='text'>{LONG}</div><div class='ads'>إعلان</div><div class='text'>{end}</div>"
    )
    text = read(tmp_path, f"<h1>الميناء</h1>{parts}").text
    assert text.split("\n")[-3:] == ["وهؤلاء من فازوا بالجائزة:", "هدى", "سالم"]


AROUND = [
    "<p>اقرأ أيضًا: <a href='x'>خبر عن غيره</a></p>",
    "<p><strong>شاهد أيضا</strong></p><p><a href='x'>خبر عن غيره في المدينة القديمة</a></p>",
    "<h3>أخبار ذات صلة</h3><ul><li><a href='x'>خبر عن غيره</a></li></ul>",
    "<div><h4>من القسم</h4><div><h5><a href='x'>خبر عن غيره</a></h5><p>موجز</p></div><div><h5><a"
    " href='y'>خبر عن غيره</a></h5><p>موجز</p></div></div>",
    "<ul><li><a href='x'>خبر عن غيره في المدينة القديمة</a></li><li><a href='y'>افتتاح معرض الكتاب في"
    " القاعة الكبرى</a></li></ul>",
    "<div class='relatedPosts'><article><h3><a href='x'>خبر عن غيره</a></h3></article></div>",
    "<section id='comments-section'><article><p>خبر عن غيره، كما قال قارئ طويل النفس.</p></article></section>",
    "<div><a href='w'>واتساب</a> <a href='f'>فيسبوك</a> <a href='x'>طباعة</a></div>",
    "<p><a rel='tag' href='/tag/x'>خبر</a></p>",
    "<footer><a rel='tag' href='/tag/x'>خبر</a></footer>",
    "<div class='print-only'><p>خبر عن غيره للطباعة.</p></div>",
    "<div style='display: none'><p>خبر عن غيره لا يرى.</p></div>",
    "<div class='cookie-banner'><p>خبر عن غيره: نستخدم ملفات الارتباط.</p></div>",
    "<p>صحيفة خبر عن غيره © 2025</p>",
    "<aside class='newsletter'><p>اشترك ليصلك كل خبر عن غيره.</p></aside>",
]


@SIZES
@pytest.mark.parametrize("around", AROUND)
def test_what_leads_away_from_an_article_is_no_part_of_it(tmp_path, around, rest):
    body = f"<p>{TEXT}</p>{around}<p>وانتهى العمل مساء.</p>{rest}"
    text = read(tmp_path, f"<article><h1>العمل</h1>{body}</article>").text
    assert text.startswith(f"{TEXT}\nوانتهى العمل مساء.")


@SIZES
@pytest.mark.parametrize(
    ("head", "top", "end", "day"),
    [
        ("", "<time datetime='2025-06-05'>أمس</time>", "<aside><time datetime='2018-01-02'>2</time></aside>", "2025-06-05"),
        ("", "<p>5 يونيو 2025</p>", "<div class='related'><time datetime='2018-01-02'>2</time></div>", "2025-06-05"),
        ("", "", "<aside><time datetime='2018-01-02'>2 يناير 2018</time></aside>", ""),
        ("", "", "<div class='comments'><span class='date'>02/01/2018</span> شكرًا</div>", ""),
        ("<meta property='article:modified_time' content='2025-07-01'>", "<p>نشر في 5 يونيو 2025</p>", "", "2025-06-05"),
        ("<meta property='og:updated_time' content='2025-07-01'>", "<p>5 يونيو 2025</p>", "", "2025-06-05"),
        ("<meta property='article:modified_time' content='2025-07-01'>", "", "", ""),
        ("<meta name='date' content='5 حزيران 2025'>", "", "<time datetime='2018-01-02'>2</time>", "2025-06-05"),
        ("", "<p>آخر تحديث: <time datetime='2025-07-01'>1</time> نشر: <time datetime='2025-06-05'>5</time></p>", "", "2025-06-05"),
        ("", "<p>كتب: سالم - 05.06.2025 10:30</p>", "", "2025-06-05"),
        ("", "<p>ولد المهندس في <time datetime='1990-03-03'>3 مارس 1990</time> في هذه المدينة القديمة.</p>", "", ""),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "datePublished": "2011-01-01"},'
            ' {"@type": "NewsArticle", "datePublished": "2025-06-05", "dateModified": "2025-07-01"}]}</script>',
            "<p>6 يونيو 2025</p>", "", "2025-06-05",
        ),
        ("<link rel='canonical' href='https://n.example/2025/06/05/port'>", "", "", "2025-06-05"),
        ("<link rel='canonical' href='https://n.example/2019/03/04/x'>", "<p>5 يونيو 2025</p>", "", "2025-06-05"),
        (
            "", "<p class='meta'><time datetime='2025-06-05'>5</time></p><div class='entry'><time datetime='2025-06-07'>7"
            "</time><p>قال.</p></div><div class='entry'><time datetime='2025-06-06'>6</time></div>", "", "2025-06-05",
        ),
        (
            "", "<div class='entry'><time datetime='2025-06-07'>7 يونيو 2025</time><p>قال.</p></div>"
            "<div class='entry'><time datetime='2025-06-06'>6 يونيو 2025</time></div>", "", "",
        ),
    ],
)  # fmt: skip
def test_the_day_of_a_page_is_that_of_its_publication_or_none(tmp_path, head, top, end, day, rest):
    body = f"<article><h1>الميناء</h1>{top}<p>{TEXT}</p>{rest}</article>{end}"
    (tmp_path / "a.html").write_text(f"<head>{head}</head><body>{body}", encoding="utf-8")
    (article,) = read_articles([tmp_path])
    assert article.date == day


@pytest.mark.parametrize("markup", ["", " ", "<!-- نص -->", "<html></html>", "<body><nav>نص</nav>"])
def test_a_page_without_text_is_told_once_and_logs_nothing(tmp_path, markup, caplog):
    (tmp_path / "a.html").write_text(markup, encoding="utf-8")
    (failure,) = read_articles([tmp_path])
    assert "no article text" in failure.reason or "empty" in failure.reason
    assert not [one for one in caplog.records if not one.name.startswith("index")]
