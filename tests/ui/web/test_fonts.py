"""The font that the page shows Arabic in."""

from pathlib import Path

import fontpkg_ibm_plex_sans_arabic
import pytest
from fontTools.ttLib import TTFont

from ui.web import fonts


@pytest.mark.slow
def test_every_weight_is_woff2_with_all_its_letters_in_a_third_of_the_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("JAWAB_CACHE", str(tmp_path))
    monkeypatch.setattr(fonts, "WEIGHTS", ("Regular",))
    (made,) = fonts.font_folder().glob("*.woff2")
    source = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent / "files" / f"{made.stem}.ttf"
    assert made.stat().st_size < source.stat().st_size / 3
    with TTFont(made) as small, TTFont(source) as whole:
        assert small.getBestCmap() == whole.getBestCmap()
    before = made.stat().st_mtime_ns
    fonts.font_folder()
    assert made.stat().st_mtime_ns == before


def test_without_a_cache_the_page_has_its_font_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("JAWAB_CACHE", str(tmp_path / "file"))
    assert (fonts.font_folder() / "IBMPlexSansArabic-Regular.ttf").is_file()
