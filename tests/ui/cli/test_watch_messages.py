"""What `jawab watch` prints of what it did."""

from index.articles.readers.base import PassedOver
from index.building.reports import BuildReport
from index.watching.visiting import TOO_OLD
from index.watching.watcher import Stored
from ui.cli.watching import _Teller


def report(*files):
    return Stored(BuildReport(passed_over=tuple(PassedOver(*file) for file in files)), (), ())


def test_files_that_are_passed_over_are_told_once_by_their_kinds(capsys):
    tell = _Teller(None, quiet=False)
    tell(
        report(("/n/a.eml", ".eml"), ("/n/b.eml", ".eml"), ("/n/c.dbf", ".dbf"), ("/n/d", TOO_OLD))
    )
    told = "passed over 3 files of kinds that are not read: .eml (2), .dbf (1)"
    assert told in capsys.readouterr().err
    tell(report(("/n/a.eml", ".eml"), ("/n/d", TOO_OLD)))
    assert capsys.readouterr().err == ""
    tell(report(("/n/a.eml", ".eml"), ("/n/e.eml", ".eml")))
    assert "passed over 1 file of kinds that are not read: .eml (1)" in capsys.readouterr().err


def test_quiet_watching_tells_only_what_fails(capsys):
    _Teller(None, quiet=True)(report(("/n/a.eml", ".eml")))
    assert capsys.readouterr() == ("", "")
