"""`jawab chat`: serve the web page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import InputError
from ui.cli.console import errors

if TYPE_CHECKING:
    from rag.settings import Settings
    from ui.web.proxies import ProxySignIn


def chat(
    index: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR",
            help="Index folder, or ray:HOST:PORT of a cluster; repeat it to let readers choose."
            " Default: $JAWAB_INDEX, else ./.jawab",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
    model: Annotated[
        str | None, typer.Option(help="extractive, ollama:…, openai:…, anthropic:…, gguf:/path")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Address of the model's server.")] = None,
    auth: Annotated[
        list[str] | None,
        typer.Option(
            metavar="USER:FILE",
            help="Ask for a password; this user may also change articles and settings. FILE holds"
            " the password's hash, from: jawab chat --hash-password. May be repeated.",
        ),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option(
            metavar="USER:FILE", help="The same for a user who may only ask. May be repeated."
        ),
    ] = None,
    token: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:FILE",
            help="Let a program ask with a token, over /v1 and /api, and none without one. FILE"
            " holds the token's hash, from: jawab chat --hash-password. May be repeated.",
        ),
    ] = None,
    auth_header: Annotated[
        str | None,
        typer.Option(
            metavar="HEADER",
            help="A proxy asks who somebody is, and names the user in this header, such as"
            " X-Forwarded-User; with --trusted-proxy. Who may change things says [access.edit] in"
            " jawab.toml.",
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address or network of that proxy: 10.0.0.5, 10.0.0.0/24. From others the header"
            " counts for nothing. May be repeated.",
        ),
    ] = None,
    conversations: Annotated[
        str | None,
        typer.Option(
            metavar="PLACE",
            help="Where conversations of those who sign in are kept: server (beside the first"
            " index: they are found on every device) or browser.",
        ),
    ] = None,
    list_sources: Annotated[
        bool,
        typer.Option(
            "--list-sources", help="Write the sources below the answers of /v1/chat/completions."
        ),
    ] = False,
    rate: Annotated[
        int | None,
        typer.Option(
            help="Questions one visitor may ask in a minute; 0 for any number. Default: 30, any on"
            " this machine alone.",
            min=0,
        ),
    ] = None,
    root_path: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            help="Path under which a proxy offers the page: /jawab, or its whole address.",
        ),
    ] = "",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Another name that the page is opened by, such as a proxy's: news.example."
            " Requests for others are refused. May be repeated; * for all, with --auth or"
            " --auth-header.",
        ),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private",
            help="Let editors add articles from addresses of this machine and its network.",
        ),
    ] = False,
    mcp: Annotated[
        bool,
        typer.Option("--mcp", help="Let assistants use the index as a tool, over MCP."),
    ] = False,
    hash_password: Annotated[
        bool, typer.Option("--hash-password", help="Ask for a password, print its hash and stop.")
    ] = False,
) -> None:
    """Serve the chat page, in Arabic and right to left, and programs.

    Where there is no index, an empty one is made; articles are added on the page. Who may ask and
    edit which index says [access] in jawab.toml.

    صفحة المحادثة، وما تسأله البرامج. ومن يسأل فهرسًا ومن يعدّله: [access] في jawab.toml.

    Example: jawab chat --index my-index --port 7860
    """
    if hash_password:
        from ui.web.passwords import compute_hash

        typer.echo(
            compute_hash(typer.prompt("password", hide_input=True, confirmation_prompt=True))
        )
        return
    from ui.web.access import Access
    from ui.web.hosts import ANY, bracket, serving_hosts
    from ui.web.indexes import Indexes
    from ui.web.served import apply_rights

    named = allow_host or []
    proxy = _read_proxy(auth_header, trusted_proxy)
    if proxy and (auth or reader):
        raise typer.BadParameter(
            "people sign in at the proxy or here, not both; leave out --auth and --reader, and name"
            " editors in [access.edit] of jawab.toml",
            param_hint="--auth-header",
        )
    if proxy and mcp:
        raise typer.BadParameter(
            "assistants that come over MCP cannot be named by a proxy; leave out --mcp",
            param_hint="--auth-header",
        )
    if ANY in named and not (auth or reader or proxy):
        raise typer.BadParameter(
            "* lets every web site use the page in its visitors' browsers; name the hosts, or add"
            " --auth USER:FILE",
            param_hint="--allow-host",
        )
    try:
        hosts = serving_hosts(host, named=named, root_path=root_path)
    except InputError as error:
        raise typer.BadParameter(str(error)) from None
    access = Access(
        editors=_read_users("--auth", auth),
        readers=_read_users("--reader", reader),
        host=host,
        per_minute=rate,
        private_addresses=allow_private,
        proxied=bool(root_path or named),
        tokens=_read_users("--token", token),
        proxy=proxy,
    )
    address = f"http://{bracket(host)}:{port}"
    if not access.is_local and not access.knows_visitors:
        errors().print(
            f"[yellow]تحذير · warning:[/] anyone who reaches {address} can ask and read the"
            " articles; nobody can change them. Add --auth USER:FILE"
        )
    from rag.assistant import Assistant
    from rag.settings import load_settings

    first, *others = index or [""]
    settings = load_settings(
        index=first or None, model=model, base_url=base_url, conversations=conversations
    )
    for place in (settings.index, *others):
        _create_if_missing(place, settings)
    assistant = Assistant.from_settings(settings)
    indexes = Indexes([assistant, *(assistant.beside(other) for other in others)])
    access = apply_rights(access, settings.access, indexes)
    errors().print(f"{address}  (Ctrl+C to stop · للإيقاف)")
    if not access.is_local:
        errors().print(f"It answers to {hosts}; for another name: --allow-host NAME")
    if mcp:
        errors().print(f"MCP: {address}/gradio_api/mcp/")
    from ui.web.server import serve  # Gradio takes seconds, and what is wrong is told before

    serve(
        indexes,
        port=port,
        access=access,
        hosts=hosts,
        root_path=root_path,
        mcp=mcp,
        list_sources=list_sources,
    )


def _create_if_missing(place: str, settings: "Settings") -> None:
    """Make an empty index, to be filled from the page; not among files of another kind."""
    from index.embedding.embedders import load_embedder
    from index.store.manifest import Manifest
    from index.store.opening import create_store, holds_store
    from rag.settings import load_chosen_embedder

    folder = Path(place)
    if holds_store(place) or (folder.exists() and any(folder.iterdir())):
        return
    embedder = load_chosen_embedder(settings) or load_embedder()
    create_store(place, Manifest(embedder.identity))
    errors().print(f"فهرس جديد فارغ · a new, empty index: {place}")


def _read_proxy(header: str | None, proxies: list[str] | None) -> "ProxySignIn | None":
    """Return which proxies say who asks; None where none does."""
    if header is None and not proxies:
        return None
    if header is None or not proxies:
        raise typer.BadParameter(
            "these two go together: the header with the user's name, and the address of the proxy"
            " that writes it",
            param_hint="--auth-header, --trusted-proxy",
        )
    from ui.web.proxies import ProxySignIn

    try:
        return ProxySignIn.parse(header, proxies)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--auth-header, --trusted-proxy") from None


def _read_users(option: str, given: list[str] | None) -> dict[str, str]:
    """Return the password hash of each ``user:file``."""
    users = {}
    for one in given or ():
        user, _, file = one.partition(":")
        path = Path(file)
        if not user or not file or not path.is_file():
            raise typer.BadParameter(
                f"give a user and a file that holds the password's hash, not {one!r}",
                param_hint=option,
            )
        users[user] = path.read_text(encoding="utf-8").strip()
    return users
