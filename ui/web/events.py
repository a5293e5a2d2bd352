"""What the browser's own code sends along with an event."""

from typing import Any

import gradio as gr


def event_data(event: gr.EventData) -> dict[str, Any]:
    """Return the data of an event that ``js_on_load`` triggered; Gradio names it privately."""
    data: dict[str, Any] = event._data  # noqa: SLF001
    return data
