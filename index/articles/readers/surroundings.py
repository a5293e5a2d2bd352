"""Take off a web page what stands around its article: menus, forms, comments, other news."""

import re
from itertools import pairwise
from typing import Any

from index.arabic.words import fold
from index.articles.readers.markup import is_unseen

_AROUND = frozenset({
    "nav", "footer", "aside", "header", "form", "button", "menu", "dialog", "select",
})  # fmt: skip
_ROLES = frozenset({
    "navigation", "contentinfo", "complementary", "search", "menu", "menubar", "dialog",
    "alertdialog", "toolbar",
})  # fmt: skip
_NAMES = frozenset({
    "nav", "navbar", "navigation", "menu", "sidebar", "footer", "breadcrumb", "breadcrumbs",
    "related", "relatedposts", "recommended", "recommendations", "readmore", "share", "sharing",
    "sharedaddy", "addtoany", "social", "comments", "comment", "commentlist", "respond", "disqus",
    "cookie", "cookies", "consent", "gdpr", "newsletter", "subscribe", "pagination", "advert",
    "ads", "tags", "outbrain", "taboola", "popup", "toolbar", "trending", "popular", "ticker",
    "authorbio", "authorbox", "login", "promo", "modal",
})  # fmt: skip
_HIDDEN = frozenset({
    "print-only", "visible-print", "d-print-block", "screen-reader-text", "sr-only",
    "visually-hidden",
})  # fmt: skip
"""Classes of what is only printed, or only read aloud: it repeats what is shown, or is no text."""
_STATES = frozenset({
    "with", "without", "no", "has", "and", "layout", "open", "closed", "enabled", "disabled",
})  # fmt: skip
"""In a name like «with-sidebar» they say how the page is laid out, not what the element is."""
_KINDS = frozenset({
    "area", "section", "list", "box", "block", "wrapper", "wrap", "container", "posts", "post",
    "buttons", "button", "links", "site", "main", "page", "article", "articles", "items", "item",
    "widget", "widgets", "news", "bar", "icons", "media", "form", "stories", "topics", "entry",
    "single", "top", "bottom", "banner", "notice", "title", "inner", "outer", "global", "primary",
    "secondary", "mobile", "desktop", "header", "thread", "the", "td", "c", "js",
})  # fmt: skip
"""What a name that says for certain what stands around an article may say besides."""
# Chosen, not measured: titles of other news have more words than the names of a site's parts.
_MENU_WORDS = 4
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_NO_MENUS = frozenset({"a", "article", "table", "thead", "tbody", "tr", "td", "th"})
_LISTS = frozenset({"div", "ul", "ol", "section"})
_FULL = 7
"""Tenths of the letters of a list that stand in links where it is a list of links."""
_BETWEEN = re.compile(r"[\s|/·•»«>‹›–—,،#-]+")
_ALSO = re.compile(
    r"\W*(?:(?:ا?قرا|شاهد|انظر|طالع|تابع)(?:وا|ي)? (?:ايضا|كذلك|المزيد)|لقراءه المزيد"
    r"|(?:مواضيع|موضوعات|مقالات|اخبار|تقارير|قصص|محتوي) (?:ذات صله|مشابهه|متعلقه|مرتبطه|قد تهمك)"
    r"|(?:وقد |قد |ربما )(?:يهمك|تهمك|يعجبك)(?: ايضا)?|ذات صله|(?:الاخبار )?الاكثر قراءه"
    r"|المزيد من الاخبار|(?:read|see|watch) (?:also|more)|you may also like"
    r"|related(?: (?:articles|posts|stories|news))?|more on this(?: story)?)\W*"
)
"""How a line begins that leads to other news, folded."""
_ALSO_LETTERS = 30
"""Letters that such a beginning has at most."""
_BUTTONS = frozenset(
    fold(
        "فيسبوك فايسبوك تويتر إكس واتساب واتس تليغرام تيليجرام تلغرام تلجرام لينكدإن لينكد"
        " مسنجر ماسنجر بريد البريد الإلكتروني طباعة اطبع إرسال أرسل نسخ الرابط انسخ مشاركة شارك"
        " شاركها المشاركة حفظ facebook twitter x whatsapp telegram linkedin messenger email"
        " mail print share copy link pinterest reddit"
    ).split()
)
_BESIDE_BUTTONS = frozenset(fold("إن آب على عبر").split())
_TAG_ADDRESS = re.compile(r"/(?:tags?|topics?|keywords?)/|[?&]tag=")
_STOP = re.compile(r"[.؟…][»”\"')\]]*\s*$")
# Chosen, not measured: a button or a label is shorter than a sentence that tells something; what
# stands between the links of a menu is shorter than a sentence with links in it.
# A teaser of other news is shorter than an entry of a list of news that is told whole.
_CARD_LETTERS = 200
_SENTENCE_WORDS, _PROSE_LETTERS = 4, 40


def drop_surroundings(page: Any, *, by_name: bool = True) -> None:
    """Take off a page what is not shown and what stands around its article.

    Args:
        page: The page; it is changed. Where something is taken off inside a line, the line ends.
        by_name: Whether to go by the class and id of elements too, which may mislead.
    """
    for element in list(page.iterdescendants()):
        if (
            not isinstance(element.tag, str)
            or is_unseen(element, element.tag)
            or (element.tag == "span" and _is_hidden(element))
        ):
            element.drop_tree()
    parts = _Parts(page, by_name=by_name)
    for element in list(page.iter()):
        if parts.is_around(element):
            element.clear(keep_tail=True)
            element.tag = "hr"


class _Parts:
    """The elements of a page, with how many letters are in each, and in the links of each."""

    def __init__(self, page: Any, *, by_name: bool) -> None:
        self._page = page
        self._by_name = by_name
        self._count()
        self._article = self._find_article()
        self._title = self._find_title()
        own = self._title if self._article is None else self._article
        self._holders = set() if own is None else {own, *own.iterancestors()}
        self._below_also: set[Any] = set()

    def _count(self) -> None:
        self._letters: dict[Any, int] = {}
        self._linked: dict[Any, int] = {}
        self._longest: dict[Any, int] = {}
        for element in reversed(list(self._page.iter())):
            linked = 0
            longest = letters = _count_letters(element.text)
            for child in element:
                tail = _count_letters(child.tail)
                letters += self._letters[child] + tail
                linked += self._linked[child]
                longest = max(longest, tail, self._longest[child])
            self._letters[element] = letters
            self._linked[element] = letters if element.tag == "a" else linked
            self._longest[element] = 0 if element.tag == "a" else longest

    def _count_prose(self, element: Any) -> int:
        return self._letters[element] - self._linked[element]

    def _find_article(self) -> Any:
        """Return the element that says it is the article, or the part with the article; or None.

        Where other news are articles too, it is the one with the most text, unless the part of the
        page has much more: that is one article in many pieces.
        """
        article, main = (
            max(
                filter(self._may_be_article, self._page.xpath(path)),
                key=self._count_prose,
                default=None,
            )
            for path in (".//article", ".//main | .//*[@role='main']")
        )
        if article is None or (
            main is not None and self._count_prose(main) > 2 * self._count_prose(article)
        ):
            return main
        return article

    def _may_be_article(self, element: Any) -> bool:
        """Tell comments and other news, which may be articles too, from what may be the one."""
        return (element.find(".//h1") is not None or self._is_part(element, 4)) and not any(
            one.tag in _AROUND - {"form"} or (self._by_name and self._is_named(one))
            for one in (element, *element.iterancestors())
        )

    def _is_part(self, element: Any, part: int) -> bool:
        """Tell whether an element has more than a part of the prose of the page."""
        return part * self._count_prose(element) > self._count_prose(self._page)

    def _find_title(self) -> Any:
        """Return the heading of the first order, or None: that of the site, a link, is none."""
        headings = [one for one in self._page.iter("h1") if self._count_prose(one)]
        own = (one for one in headings if self._is_in_article(one))
        other = sorted(headings, key=lambda one: _is_inside(one, "header"))
        return next(own, next(iter(other), None))

    def _is_in_article(self, element: Any) -> bool:
        return self._article is not None and self._article in element.iterancestors()

    def is_around(self, element: Any) -> bool:
        """Tell whether an element stands around the article."""
        if element in self._below_also:
            return True
        if element.tag in {"html", "head", "body", "main"} or element in self._holders:
            return False
        return (
            self._is_tagged(element)
            or _is_hidden(element)
            or (self._by_name and self._is_named(element))
            or self._is_menu(element)
            or self._is_of_cards(element)
            or self._leads_away(element)
        )

    def _is_tagged(self, element: Any) -> bool:
        """Tell whether the tag or role of an element says that it stands around an article."""
        tag, role = element.tag, (element.get("role") or "").lower()
        if tag == "form":
            return not self._is_part(element, 2)
        if tag == "header" and (self._is_in_article(element) or self._has_title(element)):
            return False
        if tag in {"aside", "footer"} and self._is_in_article(element):
            return not self._is_of_prose(element)
        return tag in _AROUND or role in _ROLES

    def _has_title(self, element: Any) -> bool:
        """Tell whether the heading of the article is in a header, not only the name of the site."""
        if self._title is None:
            return any(map(self._count_prose, element.iter("h2")))
        return element in self._title.iterancestors()

    def _is_of_prose(self, element: Any) -> bool:
        """Tell whether an element in the article tells something: figures in a box, a quote."""
        if _is_inside(element, "blockquote") or _is_inside(element, "figure"):
            return True
        text = " ".join(element.text_content().split())
        has_links = 4 * self._linked[element] > self._letters[element]
        has_fields = element.find(".//input") is not None or element.find(".//button") is not None
        is_sentence = _STOP.search(text) is not None and len(text.split()) >= _SENTENCE_WORDS
        return is_sentence and not has_links and not has_fields and not _ALSO.match(fold(text))

    def _is_named(self, element: Any) -> bool:
        if element.tag == "a" and not _is_button(element):  # a word of a sentence may be a link
            return False
        names = [*(element.get("class") or "").split(), element.get("id") or ""]
        is_most = self._is_part(element, 2)
        for parts in map(_name_parts, names):
            if _NAMES.isdisjoint(parts) or not _STATES.isdisjoint(parts):
                continue
            if not is_most or parts <= _NAMES | _KINDS:
                return True
        return False

    def _is_menu(self, element: Any) -> bool:
        """Tell whether an element is links and next to nothing else.

        In the article such a list may be the members of a committee: then they are names, or a
        line leads to them. Buttons and tags are none.
        """
        row = element.getparent() if element.tag == "td" else None
        is_column = row is not None and (
            self._longest[row] > _PROSE_LETTERS or row in self._holders
        )
        if (element.tag in _NO_MENUS and not is_column) or not self._is_of_links(element):
            return False
        links = element.findall(".//a")
        if all(map(_is_button, links)):
            return True
        is_cell = not is_column and element.tag not in {"ul", "ol"} and _is_inside(element, "table")
        if len(links) == 1 or is_cell or self._longest[element] > _PROSE_LETTERS:
            return False
        words = sum(len(link.text_content().split()) for link in links) / len(links)
        is_told = words <= _MENU_WORDS or _leads_to(element)
        return not (is_told and self._is_in_article(element))

    def _is_of_links(self, element: Any) -> bool:
        """Tell whether nearly all that is in an element is in links."""
        if self._linked[element] == 0 or 2 * self._linked[element] < self._letters[element]:
            return False
        linked = "".join(link.text_content() for link in element.iter("a"))
        letters, others = (_BETWEEN.sub("", text) for text in (linked, element.text_content()))
        return _FULL * len(others) <= len(letters) * (10 if element.tag in _LISTS else _FULL)

    def _is_of_cards(self, element: Any) -> bool:
        """Tell whether an element is other news, each with a linked heading and a line of text."""
        children = [child for child in element if self._letters[child]]
        if children and children[0].tag in _HEADINGS:
            children = children[1:]
        return len(children) > 1 and all(map(self._is_card, children))

    def _is_card(self, element: Any) -> bool:
        headings = (one for one in element.iter(*_HEADINGS))
        return self._count_prose(element) <= _CARD_LETTERS and any(map(self._is_linked, headings))

    def _is_linked(self, heading: Any) -> bool:
        """Tell whether a heading leads to another page."""
        above = next(heading.iterancestors("a"), None)
        links = heading.findall(".//a") if above is None else [above]
        is_full = above is not None or self._linked[heading] == self._letters[heading]
        return is_full and any(not (link.get("href") or "#").startswith("#") for link in links)

    def _leads_away(self, element: Any) -> bool:
        """Tell whether an element only leads to other news: «اقرأ أيضا: …»."""
        if element.tag in {"a", "span", "b", "strong", "em", "i", "article"}:
            return False
        if self._count_prose(element) > _ALSO_LETTERS:
            return False
        words = fold(" ".join(element.text_content().split()))
        also = _ALSO.match(words)
        if also is None:
            return False
        rest = _count_letters(words[also.end() :])
        if rest == 0:
            self._find_below(element)
        return rest <= self._linked[element] + 3

    def _find_below(self, heading: Any) -> None:
        """Note the links below a heading like «اقرأ أيضا»."""
        below = heading.getnext()
        while below is not None and (
            10 * self._linked[below] >= 8 * max(self._letters[below], 1) or self._is_card(below)
        ):
            self._below_also.add(below)
            below = below.getnext()


def _is_hidden(element: Any) -> bool:
    return not _HIDDEN.isdisjoint((element.get("class") or "").split())


def _name_parts(name: str) -> set[str]:
    words = [part for part in re.split(r"[\s_-]+|(?<=[a-z])(?=[A-Z])", name) if part]
    pairs = {first + second for first, second in pairwise(words)}
    return {part.lower() for part in words} | {pair.lower() for pair in pairs} & _NAMES


def _is_button(link: Any) -> bool:
    words = set(fold(link.text_content()).split()) - _BESIDE_BUTTONS
    return (
        (words <= _BUTTONS and bool(words))
        or link.get("rel") == "tag"
        or (
            _TAG_ADDRESS.search(link.get("href") or "") is not None
            and len(link.text_content().split()) <= _MENU_WORDS
        )
    )


def _leads_to(element: Any) -> bool:
    """Tell whether the line before an element ends with a colon."""
    for one in (element, *element.iterancestors()):
        before = one.getprevious()
        text = f"{before.text_content()}{before.tail or ''}" if before is not None else ""
        text = text or (one.getparent().text or "" if one.getparent() is not None else "")
        if text.strip():
            return text.rstrip().endswith(":")
    return False


def _count_letters(text: str | None) -> int:
    return len("".join((text or "").split()))


def _is_inside(element: Any, tag: str) -> bool:
    return next(element.iterancestors(tag), None) is not None
