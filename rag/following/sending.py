"""Send news to a command and by e-mail; what could not be sent is tried again the next time."""

import json
import logging
import os
import signal
import smtplib
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from index.errors import InputError, put_on_one_line
from rag.following.feeds import describe_news
from rag.following.questions import News, SavedQuestions
from rag.settings import FollowSettings

logger = logging.getLogger(__name__)

PASSWORD = "JAWAB_SMTP_PASSWORD"  # noqa: S105  the variable's name
_SECONDS = 60.0
"""That a command or a mail server may take; chosen."""
_SAID_BYTES = 4_096


def list_ways(settings: FollowSettings) -> tuple[str, ...]:
    """Return the ways on which news are sent."""
    return (*(("exec",) if settings.exec else ()), *(("email",) if settings.email else ()))


def send_unsent(
    questions: SavedQuestions,
    settings: FollowSettings,
    *,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Send what was not sent yet, the oldest first; return how many sendings failed.

    Args:
        questions: Whose news these are.
        settings: The command, and the mail server.
        environment: Holds the mail server's password; None means the process's.

    Raises:
        IndexWriteError: It cannot be kept what was sent.
    """
    environment = os.environ if environment is None else environment
    ways: dict[str, Callable[[Sequence[News]], None]] = {
        "exec": lambda news: run_command(settings.exec, news),
        "email": lambda news: send_mail(settings, news, environment.get(PASSWORD, "")),
    }
    failed = 0
    for way in list_ways(settings):
        unsent = [one for one in reversed(questions.news()) if way in one.unsent]
        if not unsent:
            continue
        try:
            ways[way](unsent)
        except InputError as error:
            logger.warning("news could not be sent: %s", error)
            failed += 1
        else:
            questions.note_sent({one.id: (way,) for one in unsent})
    return failed


def run_command(command: str, news: Sequence[News]) -> None:
    """Run a command in a shell with the news on its standard input: ``{"news": […]}``, UTF-8.

    What it leaves running is not waited for.

    Raises:
        InputError: It fails, or takes over a minute; all it started is ended then.
    """
    told = json.dumps({"news": [one.to_dict() for one in news]}, ensure_ascii=False)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S602  the user's own command, from his settings
            command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said,
            start_new_session=True,
        )  # fmt: skip
        try:
            process.communicate(told.encode(), timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise InputError(f"{command!r} takes over {_SECONDS:.0f} s") from None
        said.seek(0)
        words = " ".join(said.read(_SAID_BYTES).decode(errors="replace").split())[:200]
    if process.returncode:
        raise InputError(f"{command!r} ends with {process.returncode}: {words}")


def send_mail(settings: FollowSettings, news: Sequence[News], password: str) -> None:
    """Send one message with all the news.

    Raises:
        InputError: The mail server cannot be reached, or refuses it.
    """
    message = _write_message(settings, news)
    host, _, port = settings.smtp.rpartition(":")
    try:
        with _connect(settings, host.strip("[]"), int(port)) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, password)
            server.send_message(message)
    except (OSError, ValueError, smtplib.SMTPException) as error:  # a password not in ASCII
        said = put_on_one_line(error)
        raise InputError(f"the mail server {settings.smtp} takes no message: {said}") from None


def _connect(settings: FollowSettings, host: str, port: int) -> smtplib.SMTP:
    """Return a connection, encrypted unless the settings say otherwise."""
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    server = smtplib.SMTP(host, port, timeout=_SECONDS)
    if settings.smtp_security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server


def _write_message(settings: FollowSettings, news: Sequence[News]) -> EmailMessage:
    message = EmailMessage()
    first = news[0].question
    message["Subject"] = f"جديد: {first}" + (f" (+{len(news) - 1})" if len(news) > 1 else "")
    message["From"] = settings.sender or settings.email
    message["To"] = settings.email
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=(settings.sender or settings.email).split("@")[-1])
    parts = [f"{one.question}\n\n{describe_news(one)}" for one in news]
    message.set_content("\n\n———\n\n".join(parts) + "\n")
    return message
