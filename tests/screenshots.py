"""Take pictures of the page in its states, to be looked at: python tests/screenshots.py FOLDER."""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import FLAGS, Chat, chromium, served
from playwright.sync_api import sync_playwright

from index import build_index

SAMPLES = Path(__file__).resolve().parents[1] / "ui" / "samples" / "articles"
DEVICES = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}
QUESTIONS = {
    "differ": "كم عدد المصابين في حريق مصنع الرمال؟",
    "short": "كم قطعة أثرية عرضت في قاعة الآشوريين بمتحف الموصل؟",
    "refused": "من كتب رواية موسم الهجرة إلى الشمال؟",
    "list": "ما هي الجوائز التي فاز بها فيلم آخر الصيادين؟",
    "why": "لماذا اندلع حريق مصنع الرمال؟",
    "yes-no": "هل عادت المياه إلى أحياء الرمال؟",
    "several": "متى بني سد الوادي الأخضر، وكم عدد المصابين في حريق مصنع الرمال؟",
    "comparison": "قارن بين عدد المصابين في حريق مصنع الرمال وعدد القطع في متحف الموصل",
    "timeline": "كيف تغيّرت حصيلة المصابين في حريق مصنع الرمال؟",
    "summary": "لخّص ما حدث في حريق مصنع الرمال",
}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        index = Path(scratch, "index")
        build_index([SAMPLES], index)
        browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        with served(index, Path(scratch, "log")) as address:
            for device, options in DEVICES.items():
                for dark in (False, True):
                    name = f"{device}-dark" if dark else device
                    context = browser.new_context(reduced_motion="reduce", **options)
                    if dark:
                        context.add_init_script("localStorage.setItem('jawab-theme', 'dark')")
                    take(context.new_page(), address, folder, name)
                    context.close()
        browser.close()


def take(page, address, folder, name):
    page.goto(address)
    page.wait_for_selector("#chat .examples")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.screenshot(path=folder / f"{name}-empty.png")
    for state, question in QUESTIONS.items():
        chat = Chat(page)
        page.evaluate("sessionStorage.clear()")
        page.goto(address)
        page.wait_for_selector("#chat .examples")
        chat.ask(question)
        page.wait_for_timeout(600)
        page.screenshot(path=folder / f"{name}-{state}.png")
    page.click("#list-btn")
    page.wait_for_timeout(300)
    page.screenshot(path=folder / f"{name}-conversations.png")
    page.locator("#conversations .conversation").last.click()
    page.wait_for_selector(f"#chat .user >> text={next(iter(QUESTIONS.values()))}")
    page.wait_for_timeout(600)  # the filters it was asked with stand then
    page.get_by_text("تضييق البحث", exact=True).click()
    page.wait_for_timeout(600)  # the fields are there only now
    page.fill("#f-since :is(input, textarea)", "2025-03-01")
    page.fill("#f-title :is(input, textarea)", "مهرجان")
    page.wait_for_selector("[data-pick]")
    page.locator("[data-pick]").first.click()
    page.wait_for_selector(".chip >> nth=1")
    page.fill("#f-title :is(input, textarea)", "حريق")
    page.wait_for_timeout(600)
    page.screenshot(path=folder / f"{name}-filters.png")
    page.get_by_text("تضييق البحث", exact=True).click()
    if page.viewport_size["width"] < 960:
        page.evaluate("document.body.classList.add('src-open')")
        page.wait_for_timeout(300)
        page.screenshot(path=folder / f"{name}-sources.png")
        page.keyboard.press("Escape")
    for tab, state in (("المقالات", "articles"), ("الإعدادات", "settings")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(800)
        page.screenshot(path=folder / f"{name}-{state}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
