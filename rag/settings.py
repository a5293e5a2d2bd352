"""Settings: defaults, then ``jawab.toml``, then ``JAWAB_*`` variables, then flags."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.articles.file_names import is_decodable, printable_path
from index.errors import InputError
from index.limits import MAX_READ, check_k
from rag.errors import SettingsError
from rag.rights import Rights, parse_rights

if TYPE_CHECKING:
    from index.embedding.contract import Embedder
    from index.search.reranking import Reranker
    from index.watching.sources import WatchedSource

FILE = "jawab.toml"
PREFIX = "JAWAB_"
_NOT_SETTINGS = {"JAWAB_CACHE", "JAWAB_SMTP_PASSWORD"}
"""Where unpacked models live, read by index.embedding.e5.bundle; a secret of rag.following."""

CAUTION = ("careful", "balanced", "lenient")
"""Levels of caution: حذر، متوازن، متساهل."""
LENGTHS = ("short", "normal", "long")
"""Of an answer: موجزة، معتدلة، مفصّلة."""

SMALLEST_WINDOW, LARGEST_WINDOW = 2_048, 1_000_000
"""Tokens that a model may be said to take: rules and answer alone want two thousand."""
TOKENS_BESIDE_PASSAGES = 2_000
"""Of rules, question and answer."""
TOKENS_OF_CHUNK = 650
"""That one of the passages an index is cut into takes at most: its 220 tokens of the bundled
embedder are fewer than a thousand letters of Arabic."""
MAX_REPLICAS = 32
"""Of a shard. Chosen: more would hardly be useful, and a slip of the hand takes all memory."""

_KINDS = {str: "text", int: "a whole number", float: "a number", dict: "a table of texts"}


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """How an index lives on several machines; the table ``[cluster]`` of the file.

    Attributes:
        address: Host and port of the cluster's first machine.
        folder: Where each machine keeps its shards; an index folder of as many shards is taken
            over.
        shards: Among how many parts the articles are shared out; it never changes.
        replicas: Actors a shard, which share its questions.
        storage: Folder that all machines reach, or an address that fsspec opens, for a copy of
            every shard; "" for none.
    """

    address: str = "127.0.0.1:6379"
    folder: str = ".jawab-shards"
    shards: int = 4
    replicas: int = 1
    storage: str = ""


@dataclass(frozen=True, slots=True)
class FollowSettings:
    """Where news of saved questions go; the table ``[follow]`` of the file.

    Attributes:
        exec: A command that gets them as JSON on its standard input; "" for none.
        email: Who gets them by e-mail; "" for nobody.
        sender: Whom the e-mail is from; "" for the same address.
        smtp: Host and port of the mail server.
        smtp_user: Who signs in there, with ``JAWAB_SMTP_PASSWORD``; "" for nobody.
        smtp_security: ``starttls``, ``tls`` or ``none``.
        rss: A file that is written anew when there is news; "" for none.
        json: The same as JSON.
    """

    exec: str = ""
    email: str = ""
    sender: str = ""
    smtp: str = "localhost:587"
    smtp_user: str = ""
    smtp_security: str = "starttls"
    rss: str = ""
    json: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; secrets are read from the environment by the providers.

    Attributes:
        index: The index folder, or ``ray:HOST:PORT`` for the index of a cluster.
        embedder: Of new indexes; "" means the one the index was built with, or the bundled one.
        query_prefix: Put before questions by an embedder that is set here; "" means its own.
        passage_prefix: Put before passages by an embedder that is set here; "" means its own.
        reranker: A sentence-transformers ``CrossEncoder`` id or folder that reads the best passages
            again beside the question; "" means none.
        reader: ``on`` or ``off``: whether a small model reads question and sentences together
            before the answer is chosen; it takes a few tenths of a second.
        ocr: ``on`` or ``off``: whether pictures of text are read when articles are added, and pages
            of PDF files that hold no letters; it wants tesseract.
        model: What writes answers: ``extractive``, ``ollama:…``, ``openai:…``, ``anthropic:…``,
            ``gguf:/path``, or any id that LangChain's ``init_chat_model`` takes.
        base_url: Address of the model's server; "" means the provider's own.
        timeout: Seconds to wait for the model.
        window: Tokens that it takes, prompt and answer together; 0 means what it tells itself.
        verify: What its sentences are checked by: ``words``, or ``model`` for one more call that
            asks it about those that are not in the articles word for word; it is waited for half of
            ``timeout``.
        k: Passages to read for an answer.
        caution: ``careful``, ``balanced`` or ``lenient``: how sure to be before answering.
        length: ``short``, ``normal`` or ``long``: how much an answer tells.
        unsupported: ``remove`` or ``mark`` sentences that the articles contradict.
        conversations: ``server`` or ``browser``: where ``jawab chat`` keeps those of signed-in
            readers.
        record_questions: ``on`` or ``off``: whether ``jawab chat`` writes down what is asked on its
            page, for the editors.
        sources: Publisher as it is written in the articles -> what it is called where it is shown,
            the table ``[sources]`` of the file, or ``[publishers]`` beside ``[[sources]]``:
            ``aljazirah = "الجزيرة"``.
        watched: Folders, feeds and pages that ``jawab watch`` visits, the tables ``[[sources]]``.
        access: Who may ask and edit which index that ``jawab chat`` serves, the table ``[access]``.
        cluster: The table ``[cluster]`` of the file.
        follow: Where news of saved questions go, the table ``[follow]`` of the file.
    """

    index: str = ".jawab"
    embedder: str = ""
    query_prefix: str = ""
    passage_prefix: str = ""
    reranker: str = ""
    reader: str = "on"
    ocr: str = "off"
    model: str = "extractive"
    base_url: str = ""
    timeout: float = 60.0
    window: int = 0
    verify: str = "words"
    k: int = 8
    caution: str = "balanced"
    length: str = "normal"
    unsupported: str = "remove"
    conversations: str = "server"
    record_questions: str = "off"
    sources: Mapping[str, str] = field(default_factory=dict, hash=False)
    watched: "tuple[WatchedSource, ...]" = ()
    access: Rights = field(default_factory=Rights, hash=False)
    cluster: ClusterSettings = ClusterSettings()
    follow: FollowSettings = FollowSettings()


def load_settings(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    **flags: Any,
) -> Settings:
    """Return the settings in force.

    Args:
        file: A TOML file; None means ``jawab.toml`` in the working folder, if it is there.
        environment: None means the process's.
        flags: Override everything else; those that are None are ignored.

    Raises:
        SettingsError: A name is unknown or a value unusable; the text says where and what to do.
    """
    environment = os.environ if environment is None else environment
    settings = _override(Settings(), _load_file(file), "in " + str(file or FILE))
    settings = _override(settings, _load_environment(environment), "in the environment")
    return _override(settings, {k: v for k, v in flags.items() if v is not None}, "on the command")


def _load_file(file: Path | None) -> dict[str, Any]:
    path = file or Path(FILE)
    if file is None and not path.is_file():
        return {}
    try:
        return _tell_sources_apart(tomllib.loads(path.read_text(encoding="utf-8")), path)
    except FileNotFoundError:
        raise SettingsError(f"there is no settings file {path}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not valid UTF-8; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _tell_sources_apart(values: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return settings with what is watched, ``[[sources]]``, apart from names of publishers."""
    tables, names = values.get("sources"), values.get("publishers")
    if "watched" in values:
        raise SettingsError(f"{path} has no table [[watched]]; it is called [[sources]]")
    if isinstance(tables, list):
        values = {**values, "watched": tables}
        del values["sources"]
    elif tables is not None and names is not None:
        raise SettingsError(
            f"{path} names publishers in [sources] and in [publishers]; use the second alone"
        )
    if names is not None:
        values = {**values, "sources": _convert("publishers", {}, names, f"in {path}")}
        del values["publishers"]
    return values


def _load_environment(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS and value != ""
    }


def _override(settings: Settings, values: Mapping[str, Any], where: str) -> Settings:
    settings = replace(settings, **_convert_all(settings, values, where))
    check_settings(settings, where)
    return settings


def _convert_all(
    before: Settings | ClusterSettings | FollowSettings, values: Mapping[str, Any], where: str
) -> dict[str, Any]:
    names = [one.name for one in fields(before)]
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise SettingsError(f"unknown setting {name!r} {where}; {hint}")
    return {name: _convert(name, getattr(before, name), values[name], where) for name in values}


def _convert(name: str, before: Any, value: Any, where: str) -> Any:
    if isinstance(before, ClusterSettings | FollowSettings):
        if not isinstance(value, dict):
            raise SettingsError(f"{name} {where} must be a table, [{name}], not {value!r}")
        return replace(before, **_convert_all(before, value, f"of [{name}] {where}"))
    if name == "watched":
        return _convert_watched(value, where)
    kind = type(before)
    if kind is Rights:
        return parse_rights(value, where)
    if kind is dict:
        if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
            raise SettingsError(f"{name} {where} must be {_KINDS[kind]}, not {value!r}")
        return value
    broken = kind is int and isinstance(value, float) and value % 1
    if broken or isinstance(value, bool) or not isinstance(value, str | int | float):
        raise SettingsError(f"{name} {where} must be {_KINDS[kind]}, not {value!r}")
    if isinstance(value, str) and not is_decodable(value):
        raise SettingsError(f"{name} {where} is not valid UTF-8: {printable_path(value)}")
    try:
        return kind(value)
    except ValueError:
        raise SettingsError(f"{name} {where} must be {_KINDS[kind]}, not {value!r}") from None


def _convert_watched(value: Any, where: str) -> "tuple[WatchedSource, ...]":
    from index.watching.sources import check_distinct, parse_source

    if not isinstance(value, list):
        raise SettingsError(f'watched {where} must be tables, [[sources]] with url = "https://…"')
    try:
        return check_distinct(parse_source(table) for table in value)
    except InputError as error:
        raise SettingsError(f"[[sources]] {where} {error}") from None


def check_settings(settings: Settings, where: str = "here") -> None:
    """Check the values of settings.

    Args:
        settings: To check.
        where: Where they come from, for the message.

    Raises:
        SettingsError: A value is unusable.
    """
    choices = {
        "caution": CAUTION,
        "length": LENGTHS,
        "unsupported": ("remove", "mark"),
        "reader": ("on", "off"),
        "ocr": ("on", "off"),
        "verify": ("words", "model"),
        "conversations": ("server", "browser"),
        "record_questions": ("on", "off"),
    }
    for name, allowed in choices.items():
        if (value := getattr(settings, name)) not in allowed:
            raise SettingsError(
                f"{name} {where} must be one of {', '.join(allowed)}, not {value!r}"
            )
    try:
        check_k(settings.k, MAX_READ)
    except InputError as error:
        raise SettingsError(f"k {where} {str(error).removeprefix('k ')}") from None
    if settings.window and not SMALLEST_WINDOW <= settings.window <= LARGEST_WINDOW:
        raise SettingsError(
            f"window {where} must be 0 or from {SMALLEST_WINDOW:,} to {LARGEST_WINDOW:,} tokens"
        )
    least = TOKENS_BESIDE_PASSAGES + settings.k * TOKENS_OF_CHUNK
    if 0 < settings.window < least:
        raise SettingsError(
            f"window {where} cannot hold {settings.k} passages; set {least:,} tokens or more, or a"
            " smaller k"
        )
    if not 0 < settings.timeout <= 3600:
        raise SettingsError(f"timeout {where} must be from 0 to 3600 seconds")
    _check_cluster(settings.cluster, where)
    _check_follow(settings.follow, where)


def _check_follow(follow: FollowSettings, where: str) -> None:
    where = f"of [follow] {where}"
    if follow.smtp_security not in {"starttls", "tls", "none"}:
        raise SettingsError(
            f"smtp_security {where} must be one of starttls, tls, none,"
            f" not {follow.smtp_security!r}"
        )
    host, _, port = follow.smtp.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise SettingsError(f"smtp {where} must be a host and a port, such as mail.example:587")
    for name in ("email", "sender"):
        address = getattr(follow, name)
        if address and (address.count("@") != 1 or any(c.isspace() for c in address)):
            raise SettingsError(f"{name} {where} must be an e-mail address, not {address!r}")


def _check_cluster(cluster: ClusterSettings, where: str) -> None:
    from index.store.ray.environment import split_address

    where = f"of [cluster] {where}"
    try:
        split_address(cluster.address)
    except InputError as error:
        raise SettingsError(f"address {where}: {error}") from None
    if cluster.shards < 1:
        raise SettingsError(f"shards {where} must be 1 or more, not {cluster.shards}")
    if not 1 <= cluster.replicas <= MAX_REPLICAS:
        raise SettingsError(
            f"replicas {where} must be from 1 to {MAX_REPLICAS}, not {cluster.replicas}"
        )
    if not cluster.folder:
        raise SettingsError(f"folder {where} must name a folder")


def load_reranker(settings: Settings) -> "Reranker | None":
    """Return the reranker that is set, if one is; its model loads when first used."""
    if not settings.reranker:
        return None
    from index.search.reranking import CrossEncoderReranker

    return CrossEncoderReranker(settings.reranker)


def load_chosen_embedder(settings: Settings) -> "Embedder | None":
    """Return the embedder that is set, or None to take the index's own.

    Raises:
        EmbedderError: No such embedder is bundled.
    """
    if not settings.embedder:
        return None
    from index.embedding.embedders import load_embedder

    return load_embedder(
        settings.embedder,
        query_prefix=settings.query_prefix or None,
        passage_prefix=settings.passage_prefix or None,
    )
