"""Print every method and path that `jawab chat` serves over an index: ``python route_list.py INDEX``.

In a process of its own: Gradio leaves event loops of a page to the collector.
"""

import json
import sys

from gradio.routes import App

from rag import Assistant
from ui.web import conversation_routes, server
from ui.web.access import Access, RateLimit
from ui.web.conversation_store import ConversationStore
from ui.web.hosts import Hosts
from ui.web.indexes import Indexes
from ui.web.page import build_page
from ui.web.programs import build_routes
from ui.web.served import Served


def walk(routes):
    for route in routes:
        if inner := getattr(
            route, "original_router", None
        ):  # FastAPI's of a router that is included
            yield from walk(inner.routes)
        else:
            for method in sorted(getattr(route, "methods", None) or {"GET", "POST"}):
                yield method, route.path


def main(index):
    indexes, access = Indexes([Assistant.open(index)]), Access()
    served, kept = Served(indexes, access), ConversationStore.beside(index)
    routes = build_routes(indexes, access, RateLimit(0))
    routes += conversation_routes.build_routes(kept, served)
    app = server._CheckedApp(Hosts(), access, served, **server._app_options(routes))
    App.create_app(build_page(indexes), app=app)
    print(json.dumps(list(walk(app.routes))))


if __name__ == "__main__":
    main(sys.argv[1])
