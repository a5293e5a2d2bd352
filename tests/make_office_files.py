"""Make the office files in tests/data/office with LibreOffice, from texts of our own.

python tests/make_office_files.py        # needs soffice (apt install libreoffice-writer
                                         # libreoffice-calc libreoffice-impress)
"""

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "office"
ENDINGS = {
    "report.fodt": ("odt", "docx", "rtf", "doc"),
    "cities.fods": ("ods", "xlsx", "xls"),
    "harbour.fodp": ("pptx",),
}
"""Source -> endings of the files that are made of it."""


def make(folder):
    """Write every file into a folder; return their paths."""
    with tempfile.TemporaryDirectory() as profile:
        for source, endings in ENDINGS.items():
            for ending in endings:
                command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless"]
                command += ["--convert-to", ending, "--outdir", folder, FOLDER / source]
                subprocess.run(command, check=True, capture_output=True)
    return [
        Path(folder, source).with_suffix(f".{ending}")
        for source, endings in ENDINGS.items()
        for ending in endings
    ]


if __name__ == "__main__":
    sys.exit(print(*make(FOLDER), sep="\n"))
