"""Open the parts of a packed document (.docx, .odt, .epub): XML files in a zip archive."""

import io
import posixpath
import zipfile
from typing import Any

from index.articles.readers.archives import read_entry, require_modest
from index.errors import InputError


class Package:
    """The parts of a packed document, by name.

    Raises:
        InputError: It is no zip archive, or unpacks to too much.
    """

    def __init__(self, data: bytes, ending: str) -> None:
        self._kind = f"is no readable {ending} file"
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile as error:
            raise InputError(f"{self._kind}: {error}") from None
        require_modest(self._archive, packed=len(data))
        self._names = {name.replace("\\", "/").lower(): name for name in self._archive.namelist()}

    def __contains__(self, path: str) -> bool:
        return path.lower() in self._names

    def read(self, path: str) -> bytes:
        """Return the bytes of a part; names differ from each other in more than case.

        Raises:
            InputError: There is none of that name, or it is damaged.
        """
        if path not in self:
            raise InputError(f"{self._kind}: it has no {path}")
        return read_entry(self._archive, self._archive.getinfo(self._names[path.lower()]))

    def parse(self, path: str) -> Any:
        """Return the root element of a part.

        Raises:
            InputError: There is none of that name, or it is no XML.
        """
        return parse_xml(self.read(path), f"{self._kind}: {posixpath.basename(path)}")


def parse_xml(data: bytes, subject: str) -> Any:
    """Parse XML without entities or anything from outside.

    Raises:
        InputError: It is none; the message begins with ``subject``.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"{subject} is damaged: {error}") from None


def local_name(element: Any) -> str:
    """Return an element's name without its namespace; "" for a comment or an instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def find_elements(tree: Any, name: str) -> list[Any]:
    """Return the elements of that name below another, in any namespace."""
    return list(tree.iterfind(f".//{{*}}{name}"))


def attribute(element: Any, name: str) -> str:
    """Return an attribute by its name without a namespace, or ""."""
    found = (value for key, value in element.items() if key.rpartition("}")[2] == name)
    return str(next(found, ""))
