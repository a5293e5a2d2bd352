"""The page's font as woff2, a third of the size of the files that its package brings."""

import logging
import os
from importlib.metadata import version
from pathlib import Path

import fontpkg_ibm_plex_sans_arabic
import platformdirs

logger = logging.getLogger(__name__)

WEIGHTS = ("Regular", "Medium", "SemiBold", "Bold")
"""Of IBM Plex Sans Arabic, as ``ui.css`` asks for them."""


def font_folder() -> Path:
    """Return a folder with the font in every weight; it is made once and kept in the cache.

    Where the cache cannot be written to, it is the package's own folder; ``ui.css`` names those
    files second.
    """
    package = Path(fontpkg_ibm_plex_sans_arabic.__file__).parent / "files"
    cache = Path(os.environ.get("JAWAB_CACHE") or platformdirs.user_cache_path("jawab"))
    folder = cache / f"fonts-{version('fontpkg-ibm-plex-sans-arabic')}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for weight in WEIGHTS:
            _compress(package / _name(weight, "ttf"), folder / _name(weight, "woff2"))
    except OSError as error:
        logger.warning("the font is served uncompressed: %s", error)
        return package
    return folder


def _name(weight: str, ending: str) -> str:
    return f"IBMPlexSansArabic-{weight}.{ending}"


def _compress(source: Path, target: Path) -> None:
    """Write a font as woff2, unless that was done; a process killed meanwhile leaves none."""
    if target.is_file():
        return
    from fontTools.ttLib import TTFont

    staged = target.with_suffix(f".{os.getpid()}.tmp")
    with TTFont(source) as font:
        font.flavor = "woff2"
        font.save(staged)
    staged.replace(target)
