"""Serve the page on one address; nothing is requested from any other host."""

import os
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Gradio and the hub client read these while they are imported.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("NO_PROXY", "127.0.0.1,localhost")

import gradio as gr
from gradio.routes import App, ORJSONResponse
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from index.articles.readers.sources import MAX_FILE_BYTES
from index.errors import InputError
from ui.web import conversation_routes
from ui.web.access import Access, RateLimit
from ui.web.conversation_store import ConversationStore
from ui.web.fonts import font_folder
from ui.web.hosts import HostCheck, Hosts, bracket
from ui.web.indexes import Indexes
from ui.web.memory import limit_arenas
from ui.web.page import build_page
from ui.web.programs import build_routes
from ui.web.proxies import ProxyCheck
from ui.web.served import Served
from ui.web.shell import ArabicShell
from ui.web.uploads import UploadCheck

_FONTS = "IBM Plex Sans Arabic", "Noto Sans Arabic", "Segoe UI", "Tahoma", "sans-serif"
# Keys that Gradio 6.31 lacks in Arabic.
_TRANSLATIONS: dict[str, Any] = {
    "chatbot": {
        "copy_message": "نسخ مع المصادر",
        "copied_message": "نُسخ",
        "complete": "اكتمل",
    },
    "common": {"progress": "التقدّم", "runs": "السجل", "back_to_app": "العودة"},
    "status": {"queue_position": "في الانتظار: {position} من {size}"},
}


def serve(
    indexes: Indexes,
    *,
    port: int,
    access: Access,
    hosts: Hosts,
    root_path: str = "",
    mcp: bool = False,
    list_sources: bool = False,
) -> None:
    """Serve the page, and what programs ask, until interrupted.

    Args:
        indexes: What answers the questions.
        port: Port to listen on.
        access: The address to listen on, and what visitors are allowed.
        hosts: The names that requests may have for this server.
        root_path: Path under which a proxy offers the page, such as ``/jawab``; "" for none.
        mcp: Whether assistants may use the endpoints as tools, over MCP.
        list_sources: Whether chat completions have their sources in the text.

    Raises:
        InputError: The port is taken, what MCP needs is not installed, or conversations cannot be
            kept.
    """
    if mcp and find_spec("mcp") is None:
        raise InputError("MCP needs another package; run: pip install 'jawab[mcp]'")
    limit_arenas()
    if access.proxy:
        # Uvicorn would put what X-Forwarded-For says in the place of the address that asks.
        os.environ["FORWARDED_ALLOW_IPS"] = ""
    limit = RateLimit(access.rate)
    served = Served(indexes, access)
    conversations = _open_conversations(indexes, access)
    page = build_page(indexes, access, limit, conversations)
    routes = build_routes(indexes, access, limit, list_sources=list_sources)
    if conversations:
        routes += conversation_routes.build_routes(conversations, served)
    indexes.warm_up()
    try:
        page.launch(
            server_name=bracket(access.host),
            server_port=port,
            auth=access.allows if access.asks_for_password else None,
            auth_message="أدخل اسم المستخدم وكلمة المرور." if access.asks_for_password else None,
            auth_dependency=user_of if access.proxy else None,
            quiet=True,
            root_path=root_path.rstrip("/") or None,
            favicon_path=_static_folder() / "icon.svg",
            max_file_size=MAX_FILE_BYTES if access.has_editors else 0,
            _app=_CheckedApp(hosts, access, served, **_app_options(routes)),
            **launch_options(mcp=mcp),
        )
    except OSError as error:
        raise InputError(
            f"cannot listen on {access.host}:{port}: {error}; choose another --port"
        ) from None


def _open_conversations(indexes: Indexes, access: Access) -> ConversationStore | None:
    """Return what keeps conversations: beside the first index, where those who ask have names."""
    if not access.knows_visitors or indexes.settings.conversations == "browser":
        return None
    return ConversationStore.beside(indexes[""].index.store.place)


def launch_options(*, mcp: bool = False) -> dict[str, Any]:
    """Return how the page is launched: our shell, fonts and theme, nothing that phones home."""
    return {
        "theme": _theme(),
        "i18n": gr.I18n(ar=_TRANSLATIONS),
        "footer_links": [],
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
        "share": False,
        "enable_monitoring": False,
        "mcp_server": mcp,
    }


def _app_options(routes: list[BaseRoute]) -> dict[str, Any]:
    return {
        "middleware": [Middleware(ArabicShell)],
        "routes": [
            *routes,
            Mount("/ui/fonts", app=_Files("/ui/fonts/", font_folder())),
            Mount("/ui", app=_Files("/ui/", _static_folder())),
        ],
        "default_response_class": ORJSONResponse,
        "docs_url": None,
        "redoc_url": None,
    }


def user_of(request: Request) -> str | None:
    """Return whom the proxy has named as the sender of a request."""
    return request.scope.get("state", {}).get("user") or None


class _CheckedApp(App):
    """Gradio's application behind the checks of hosts, of the proxy's users and of uploads.

    Gradio puts its own middleware before any that is given to it; the checks come before all.
    """

    def __init__(self, hosts: Hosts, access: Access, served: Served, **options: Any) -> None:
        super().__init__(**options)
        self._hosts = hosts
        self._access = access
        self._served = served

    def build_middleware_stack(self) -> ASGIApp:
        """Return all that a request goes through, from the outside in."""
        stack: Any = UploadCheck(super().build_middleware_stack(), self._may_upload)
        if proxy := self._access.proxy:
            stack = ProxyHeadersMiddleware(stack, [str(network) for network in proxy.proxies])
            stack = ProxyCheck(
                stack, proxy, lambda user: bool(self._served.seen_by_name(user).names)
            )
        return HostCheck(stack, self._hosts)

    def _may_upload(self, request: Request) -> bool:
        return self._served.may_edit_any(gr.Request(request, self.find_user(request)))

    def find_user(self, request: Request) -> str | None:
        """Return who sends a request; None for somebody without a name."""
        return user_of(request) if self._access.proxy else self._logged_in(request)

    def _logged_in(self, request: Request) -> str | None:
        """Return who has logged in with a password, as Gradio finds it out."""
        names = (f"access-token-{self.cookie_id}", f"access-token-unsecure-{self.cookie_id}")
        tokens = (request.cookies.get(name) for name in names)
        user: str | None = self.tokens.get(next(filter(None, tokens), ""))
        return user


class _Files(StaticFiles):
    """Files below a path, also where a proxy took the root path away before it.

    Starlette looks for the root path in what is left, and then finds no file.
    """

    def __init__(self, path: str, folder: Path) -> None:
        super().__init__(directory=folder)
        self._path = path

    def get_path(self, scope: Scope) -> str:
        """Return the part of a request's path that names a file."""
        path: str = scope["path"]
        return os.path.normpath(path.partition(self._path)[2])


def _static_folder() -> Path:
    return Path(str(resources.files("ui.web").joinpath("static")))


def _theme() -> gr.themes.Base:
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        radius_size=gr.themes.sizes.radius_lg,
        font=list(_FONTS),
        font_mono=["Consolas", "monospace"],
    ).set(
        body_background_fill="#f7f8f8",
        body_background_fill_dark="#0d1416",
        block_background_fill="#ffffff",
        block_background_fill_dark="#141d20",
        input_background_fill="#f4f7f7",
        input_background_fill_dark="#1a262b",
        body_text_color="#1c2526",
        body_text_color_dark="#e6edee",
        body_text_color_subdued="#52606a",
        body_text_color_subdued_dark="#a5b3ba",
        border_color_primary_dark="#27343a",
        block_border_color_dark="#27343a",
    )
