"""A page in a browser that stays offline, with all that it asked for, said or did while it was opened."""

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SCREENS = "MELANOMA_SCREENS"  # the folder that screens are written to, if it is set
WIDTHS = [1280, 390]
BROKEN_IMAGES = "() => [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """() => [...document.querySelectorAll('main *, header *')].filter(e => !e.closest('.scroll, .skip')
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.className || e.tagName)"""
CUT_CAPTIONS = """() => [...document.querySelectorAll('.thumb figcaption > *')]
    .filter(e => e.scrollHeight > e.clientHeight + 1).map(e => e.textContent)"""
# A picture whose pixels, brought to 64 x 64, differ by less than 8 of 255 in every channel shows nothing.
BLANK_IMAGES = """() => [...document.images].filter(i => i.naturalWidth).filter(image => {
    const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;
    const context = canvas.getContext('2d'); context.drawImage(image, 0, 0, 64, 64);
    const pixels = context.getImageData(0, 0, 64, 64).data, low = [255, 255, 255], high = [0, 0, 0];
    pixels.forEach((value, place) => { const channel = place % 4; if (channel < 3) {
        low[channel] = Math.min(low[channel], value); high[channel] = Math.max(high[channel], value); } });
    return low.every((value, channel) => high[channel] - value < 8);
}).map(image => image.alt)"""


@dataclass
class Opened:
    """A page and what it did."""

    page: object
    address: str
    seen: list[str] = field(default_factory=list)


@contextmanager
def opened(chromium, file, width=1280, scheme="light"):
    """Open a file; every request but those of data in the page, console line, error and dialog is noted."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, reduced_motion="reduce"
    )
    result = Opened(context.new_page(), file.as_uri())
    for event, text in (("console", lambda m: m.text), ("pageerror", str), ("request", lambda r: r.url)):
        result.page.on(event, lambda entry, text=text: result.seen.append(text(entry)))
    result.page.on("dialog", lambda dialog: (result.seen.append(dialog.message), dialog.dismiss()))
    result.page.goto(result.address)
    result.seen[:] = [entry for entry in result.seen if not entry.startswith("data:")]
    try:
        yield result
    finally:
        context.close()


def keep_screen(page, name):
    """Write what the page shows to the folder that the environment names, if it names one."""
    if os.environ.get(SCREENS):
        page.screenshot(path=Path(os.environ[SCREENS]) / f"{name}.png", full_page=True)
