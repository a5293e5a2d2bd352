"""What axe-core finds wrong with a page."""

from contextlib import suppress

from axe_playwright_python.base import AXE_SCRIPT
from playwright import sync_api

RUN = """([part, rules, dark]) => {
  document.body.classList.toggle('dark', dark);
  return axe.run(part ?? document, {runOnly: rules, resultTypes: ['violations']}).then(found =>
    found.violations.flatMap(rule => rule.nodes.map(node => [rule.id, node.html.slice(0, 120)])));
}"""
NAMED = """() => [...document.querySelectorAll('#chat button[aria-label=""]')].every(
  button => button.title || button.textContent.trim() || !button.checkVisibility())"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LIGHT, DARK = {"type": "tag", "values": TAGS}, {"type": "rule", "values": ["color-contrast"]}


class Walk:
    """A page whose states are looked at one after the other."""

    def __init__(self, chat):
        self.chat, self.page, self.found = chat, chat.page, {}
        self.page.evaluate(AXE_SCRIPT)
        # On the way from light to dark a colour is neither.
        self.page.add_style_tag(content="* { transition: none !important; }")

    def look(self, state, part=None):
        """Note what axe finds in a part of the page: all in light, in dark what colours do."""
        with suppress(sync_api.TimeoutError):  # axe tells of a button that never gets its name
            self.page.wait_for_function(NAMED, timeout=700)
        for rules, dark in ((LIGHT, False), (DARK, True)):
            if found := self.page.evaluate(RUN, [part, rules, dark]):
                self.found[f"{state}, dark" if dark else state] = found
