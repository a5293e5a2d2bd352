"""Arguments as they come from the system, before any command sees them."""

import os
from collections.abc import Sequence

from index.articles.file_names import is_decodable, printable_path
from index.errors import InputError

_TAKE_FILES = ({"index", "build"}, {"index", "add"})


def check_arguments(arguments: Sequence[str]) -> None:
    """Refuse what cannot be decoded; only files to index may have such names.

    Raises:
        InputError: An argument holds bytes that are not UTF-8.
    """
    takes_files = any(command.issubset(arguments) for command in _TAKE_FILES)
    for argument in arguments:
        if not is_decodable(argument) and not (takes_files and os.path.lexists(argument)):
            raise InputError(
                f"the argument «{printable_path(argument)}» is not valid UTF-8; type it again, in a"
                " terminal set to UTF-8"
            )
