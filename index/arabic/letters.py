"""The letters of neighbouring keyboards, and the Arabic ones that readers take them for."""


def _build_table(rows: str) -> dict[int, str]:
    return {ord(letter): row[0] for row in rows.split() for letter in row[1:]}


NEIGHBOURS = _build_table("يیېێۍےۓؠ كکڪݣڭ هہھەۂ ةۃۀ بپ جچژ فڤڥ قڨ غگګ وۆۇۋۊ تٹ دڈ رڑڕ لڵ نں")
"""Persian, Urdu, Kurdish, Pashto and Maghrebi letters, for :meth:`str.translate`: the same letter
in another shape, or a sound that Arabic writes in more than one way (گ is غ, as in غورباتشوف)."""

_FOLDED = _build_table("اأإآٱ يى هة ؤئ")
FOLDED = {**{letter: to.translate(_FOLDED) for letter, to in NEIGHBOURS.items()}, **_FOLDED}
"""The same, and what Arabic itself writes in more than one way."""
