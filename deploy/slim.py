"""Print what Jawab needs without torch, for ``pip install --requirement``.

The bundled embedder runs on OpenVINO. torch and sentence-transformers, which brings transformers,
are for other embedders and for rerankers; without them an environment is about 1 GB smaller.

    python deploy/slim.py openai ollama > slim.txt
    pip install --requirement slim.txt && pip install --no-deps .
"""

import re
import sys
import tomllib
from pathlib import Path

LEFT_OUT = {"sentence-transformers", "torch"}


def list_requirements(*extras: str) -> list[str]:
    """Return the requirements of pyproject.toml and of these extras but for ``LEFT_OUT``.

    Raises:
        KeyError: There is no such extra.
    """
    file = Path(__file__).resolve().parents[1] / "pyproject.toml"
    project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = list(project["dependencies"])
    waiting = list(extras)
    for extra in waiting:
        for one in optional[extra]:
            if own := re.fullmatch(r"jawab\[(.*)\]", one):  # an extra made of others
                waiting += own[1].split(",")
            else:
                wanted.append(one)
    return [one for one in wanted if re.split(r"[^\w.-]", one, maxsplit=1)[0] not in LEFT_OUT]


if __name__ == "__main__":
    print(*list_requirements(*sys.argv[1:]), sep="\n")
