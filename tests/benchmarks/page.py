"""Measure how long the HTML page of a long recording takes to create, open, search and scroll.

python tests/benchmarks/page.py --events 100000 --repeat 5
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from recordings import distinct, steps

from layertrace.render.page import page
from layertrace.timeline import Timeline

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
             "--disable-component-update", "--disable-sync"]  # fmt: skip

# The time from one input until the matching lines have been drawn.
SEARCH = """async (text) => {
    const field = document.querySelector("#search");
    const began = performance.now();
    field.value = text;
    field.dispatchEvent(new Event("input"));
    document.querySelector("#tree").getBoundingClientRect();
    const searched = performance.now();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return [searched - began, performance.now() - began];
}"""
FRAMES = """async (step) => {
    const taken = [];
    for (let frame = 0; frame < 60; frame++) {
        const began = performance.now();
        scrollBy(0, step);
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        taken.push(performance.now() - began);
    }
    return taken;
}"""
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
SHOWN = "() => performance.getEntriesByName('layertrace:shown')[0].startTime"


def measured(tab: Page, path: Path) -> dict[str, float]:
    tab.goto("about:blank")
    tab.goto(path.as_uri())
    tab.locator(".line").first.wait_for()
    found = {"first paint": tab.evaluate(PAINTED), "tree drawn": tab.evaluate(SHOWN)}
    for name, text in (
        ("search, few hits", "dense_17 call"),
        ("search, all hit", "dense"),
        ("search, none", "xyz"),
    ):
        found[name], found[f"{name}, on screen"] = tab.evaluate(SEARCH, text)
    tab.evaluate(SEARCH, "")
    tab.get_by_role("button", name="expand all").click()
    frames = tab.evaluate(FRAMES, 4000)
    found["scrolling, median frame"] = statistics.median(frames)
    found["lines in the DOM"] = tab.locator(".line").count()
    found["elements in the DOM"] = tab.evaluate("() => document.querySelectorAll('*').length")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--browser", default="/usr/bin/chromium")
    options = parser.parse_args()
    recordings: tuple[Callable[[int], Timeline], ...] = (steps, distinct)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.browser, args=ARGUMENTS)
        for make in recordings:
            timeline = make(options.events)
            began = time.perf_counter()
            text = page(timeline, findings=[])
            took = time.perf_counter() - began
            path = Path(folder, f"{make.__name__}.html")
            path.write_text(text, encoding="utf-8")
            size = len(text) / 2**20
            print(f"{make.__name__}: {len(timeline):,} events, {size:.1f} MiB created in {took:.1f} s")
            runs = []
            for _ in range(options.repeat):
                tab = browser.new_page(viewport={"width": 1280, "height": 850})
                runs.append(measured(tab, path))
                tab.close()
            for name in runs[0]:
                taken = sorted(run[name] for run in runs)
                unit = "" if "DOM" in name else " ms"
                middle = statistics.median(taken)
                print(f"    {name:30} {middle:8.0f}{unit}  ({taken[0]:.0f} to {taken[-1]:.0f})")
        browser.close()


if __name__ == "__main__":
    main()
