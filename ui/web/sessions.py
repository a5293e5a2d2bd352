"""What Gradio remembers of a visitor's page, kept from growing with every question."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr


def forget_replaced(page: "gr.Blocks", session: str | None) -> None:
    """Drop the components that updates have replaced in one visitor's session.

    Gradio 6.31 makes a new component of every update, and keeps each that got a value after it:
    about 60 KB a question. Call it on the event loop, where nothing else changes the session.

    Args:
        page: The page, once it is served.
        session: The session's hash; one that is unknown is left alone.
    """
    held = page.app.state_holder.session_data.get(session or "")
    if held is None:
        return
    own = page.default_config.blocks
    for kept in (held.blocks_config.blocks, held.config_values):
        for key in [key for key in kept if key not in own]:
            del kept[key]
