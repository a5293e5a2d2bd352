"""`jawab chat`: serve the web page."""

from pathlib import Path
from typing import Annotated

import typer

from ui.cli.console import IndexOption, errors


def chat(
    index: IndexOption = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 7860,
    model: Annotated[
        str | None, typer.Option(help="extractive, ollama:…, openai:…, anthropic:…, gguf:/path")
    ] = None,
    base_url: Annotated[str | None, typer.Option(help="Address of the model's server.")] = None,
    auth: Annotated[
        str | None,
        typer.Option(
            metavar="USER:FILE",
            help="Ask for a password. FILE holds its hash, from: jawab chat --hash-password",
        ),
    ] = None,
    mcp: Annotated[
        bool,
        typer.Option("--mcp", help="Let assistants use the index as a tool, over MCP."),
    ] = False,
    hash_password: Annotated[
        bool, typer.Option("--hash-password", help="Ask for a password, print its hash and stop.")
    ] = False,
) -> None:
    """Serve the chat page, in Arabic and right to left.

    Example: jawab chat --index my-index --port 7860
    """
    if hash_password:
        from ui.web.passwords import hashed

        typer.echo(hashed(typer.prompt("password", hide_input=True, confirmation_prompt=True)))
        return
    from ui.web.server import Login, serve

    login = None if auth is None else _login(auth)
    if host not in {"127.0.0.1", "localhost", "::1"} and login is None:
        errors().print(
            f"[yellow]تحذير · warning:[/] anyone who reaches {host}:{port} can ask and read the"
            " articles; add --auth USER:FILE"
        )
    from rag.assistant import Assistant

    assistant = Assistant.open(index, model=model, base_url=base_url)
    errors().print(f"http://{host}:{port}  (Ctrl+C to stop · للإيقاف)")
    if mcp:
        errors().print(f"MCP: http://{host}:{port}/gradio_api/mcp/")
    serve(assistant, host=host, port=port, login=login and Login(*login), mcp=mcp)


def _login(auth: str) -> tuple[str, str]:
    """Return the user and the password hash of ``user:file``."""
    user, _, file = auth.partition(":")
    path = Path(file)
    if not user or not file or not path.is_file():
        raise typer.BadParameter(
            f"give a user and a file that holds the password's hash, not {auth!r}",
            param_hint="--auth",
        )
    return user, path.read_text(encoding="utf-8").strip()
