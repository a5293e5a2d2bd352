"""The chat page: Gradio, in Arabic, right to left.

`page` builds it, `render` turns data into safe HTML, `shell` makes the document Arabic before the
first paint, `server` serves it. Nothing outside this package knows Gradio.
"""
