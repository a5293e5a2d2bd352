"""Take off a web page what stands around its article: menus, forms, comments, other news."""

import re
from collections.abc import Iterator
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
    "bio", "login", "promo", "modal",
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
    "secondary", "mobile", "desktop", "header", "thread", "container", "the", "td", "c", "js",
})  # fmt: skip
"""What a name that says for certain what stands around an article may say besides."""
# Chosen, not measured: titles of other news have more words than the names of a site's parts.
_MENU_WORDS = 4
_NO_MENUS = frozenset({"a", "article", "table", "thead", "tbody", "tr", "td", "th"})
_LISTS = frozenset({"div", "ul", "ol", "section"})
_FULL = 7
"""Tenths of the letters of a list that stand in links where it is a list of links."""
_BETWEEN = re.compile(r"[\s|/·•»«>‹›–—,،#-]+")
_ALSO = re.compile(
    r"\W*(?:(?:ا?قرا|ا?قراي|شاهد|انظر|طالع|تابع|read|see|watch)(?:وا|ي)? (?:ايضا|كذلك|المزيد|also|more)"
    r"|(?:مواضيع|موضوعات|مقالات|اخبار|تقارير|قصص|محتوي)\s(?:ذات صله|مشابهه|متعلقه|مرتبطه|قد تهمك)"
    r"|(?:وقد |قد |ربما )(?:يهمك|تهمك|يعجبك)(?: ايضا)?|ذات صله|لقراءه المزيد|(?:الاخبار )?الاكثر قراءه"
    r"|related(?: (?:articles|posts|stories|news))?|more on this(?: story)?)\W*"
)
"""How a line begins that leads to other news, folded."""
_BUTTONS = frozenset(
    fold(
        "فيسبوك فايسبوك تويتر إكس واتساب واتس آب تليغرام تيليجرام تلغرام تلجرام لينكدإن لينكد إن"
        " مسنجر ماسنجر بريد البريد الإلكتروني طباعة اطبع إرسال أرسل نسخ الرابط انسخ مشاركة شارك"
        " شاركها المشاركة على عبر حفظ facebook twitter x whatsapp telegram linkedin messenger email"
        " mail print share copy link pinterest reddit"
    ).split()
)
_TAG_ADDRESS = re.compile(r"/(?:tags?|topics?|keywords?)/|[?&]tag=")
_STOP = re.compile(r"[.!?؟؛…][»”\"')\]]*\s*$")
# Chosen, not measured: a caption of an aside is shorter than a sentence that tells something.
_PROSE_LETTERS = 40


def drop_surroundings(page: Any, *, by_name: bool = True) -> None:
    """Take off a page what is not shown and what stands around its article.

    Args:
        page: The page; it is changed. Where something is taken off inside a line, the line ends.
        by_name: Whether to go by the class and id of elements too, which may mislead.
    """
    for element in list(page.iterdescendants()):
        if not isinstance(element.tag, str) or is_unseen(element, element.tag):
            element.drop_tree()
    parts = _Parts(page, by_name=by_name)
    for element in list(page.iterdescendants()):
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
        heading = next(self._headings(), None)
        own = heading if self._article is None else self._article
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

    def _prose(self, element: Any) -> int:
        return self._letters[element] - self._linked[element]

    def _find_article(self) -> Any:
        """Return the element that says it is the article, or the part with the article; or None.

        Where other news are articles too, it is the one with the most text, unless the part of the
        page has much more: that is one article in many pieces.
        """
        found = [
            max(elements, key=self._prose, default=None)
            for elements in (
                self._page.iter("article"),
                self._page.xpath(".//main | .//*[@role='main']"),
            )
        ]
        article, main = found
        if article is None or (main is not None and self._prose(main) > 2 * self._prose(article)):
            return main
        return article

    def _headings(self) -> Iterator[Any]:
        """Yield the headings of the first order, those of the site last."""
        headings = list(self._page.iter("h1"))
        yield from sorted(headings, key=lambda heading: _is_inside(heading, "header"))

    def _is_in_article(self, element: Any) -> bool:
        return self._article is not None and self._article in element.iterancestors()

    def is_around(self, element: Any) -> bool:
        """Tell whether an element stands around the article."""
        if element in self._below_also:
            return True
        if element.tag in {"html", "head", "body", "main"} or element in self._holders:
            return False
        classes = set((element.get("class") or "").split())
        return (
            self._is_tagged(element)
            or not _HIDDEN.isdisjoint(classes)
            or (self._by_name and self._is_named(element))
            or self._is_menu(element)
            or self._leads_away(element)
        )

    def _is_tagged(self, element: Any) -> bool:
        """Tell whether the tag or role of an element says that it stands around an article."""
        tag, role = element.tag, (element.get("role") or "").lower()
        if tag == "form":
            return 2 * self._prose(element) < self._prose(self._page)
        if tag == "header" and (self._is_in_article(element) or self._has_title(element)):
            return False
        if tag in {"aside", "footer"} and self._is_in_article(element):
            return not self._is_of_prose(element)
        return tag in _AROUND or role in _ROLES

    def _has_title(self, element: Any) -> bool:
        """Tell whether the only heading of the first order is in an element."""
        return self._article is None and next(self._headings(), None) in element.iterdescendants()

    def _is_of_prose(self, element: Any) -> bool:
        """Tell whether an element in the article tells something: figures in a box, a quote."""
        if _is_inside(element, "blockquote") or _is_inside(element, "figure"):
            return True
        text = " ".join(element.text_content().split())
        has_links = 4 * self._linked[element] > self._letters[element]
        has_fields = element.find(".//input") is not None or element.find(".//button") is not None
        is_sentence = _STOP.search(text) is not None and self._prose(element) >= _PROSE_LETTERS
        return is_sentence and not has_links and not has_fields and not _ALSO.match(fold(text))

    def _is_named(self, element: Any) -> bool:
        names = [*(element.get("class") or "").split(), element.get("id") or ""]
        is_most = 2 * self._prose(element) > self._prose(self._page)
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
        links = element.findall(".//a")
        if not links or element.tag in _NO_MENUS or _is_inside(element, "table"):
            return False
        linked = "".join(link.text_content() for link in links)
        letters, others = (_BETWEEN.sub("", text) for text in (linked, element.text_content()))
        if _FULL * len(others) > len(letters) * (10 if element.tag in _LISTS else _FULL):
            return False
        if all(map(_is_button, links)):
            return True
        if self._longest[element] > _PROSE_LETTERS:
            return False
        words = sum(len(link.text_content().split()) for link in links) / len(links)
        if len(links) == 1:
            return False
        if self._is_in_article(element):
            return words > _MENU_WORDS and not _leads_to(element)
        return True

    def _leads_away(self, element: Any) -> bool:
        """Tell whether an element only leads to other news: «اقرأ أيضا: …»."""
        if element.tag in {"a", "span", "b", "strong", "em", "i", "article"}:
            return False
        if 2 * self._linked[element] < self._letters[element] and self._letters[element] > 30:
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
        while below is not None and 10 * self._linked[below] >= 8 * max(self._letters[below], 1):
            self._below_also.add(below)
            below = below.getnext()


def _name_parts(name: str) -> set[str]:
    words = [part for part in re.split(r"[\s_-]+|(?<=[a-z])(?=[A-Z])", name) if part]
    pairs = {first + second for first, second in pairwise(words)}
    return {part.lower() for part in words} | {pair.lower() for pair in pairs} & _NAMES


def _is_button(link: Any) -> bool:
    return (
        set(fold(link.text_content()).split()) <= _BUTTONS
        or link.get("rel") == "tag"
        or _TAG_ADDRESS.search(link.get("href") or "") is not None
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
