"""`%%layertrace` in a real JupyterLab, opened in a real browser."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

pytest.importorskip("jupyterlab", reason="jupyterlab is not installed: the extra dev installs it")

import nbformat
from playwright.sync_api import expect, sync_playwright

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome is on the PATH"),
]

CELLS = [
    "%load_ext layertrace\nimport keras\nimport numpy as np",
    '%%layertrace --check --page\nlayer = keras.layers.Dense(2, name="head")\nlayer(np.ones((3, 4))).shape',
    """%%layertrace --check
class Attention(keras.layers.Layer):
    def call(self, x):
        return keras.layers.Dense(4)(x)

attention = Attention()
for _ in range(3):
    attention(np.ones((2, 4)))
""",
    "%%layertrace\n1 + 1",
    "%%layertrace\nlayer(np.ones((3, 4)))\nlayer(np.ones((3, 5)))",  # the last: JupyterLab runs none after it
]
SIMPLE, WRONG, NOTHING, FAILED = range(1, 5)

STARTING = """async () => {
    await jupyterapp.restored;
    await jupyterapp.shell.currentWidget.revealed;
    await jupyterapp.shell.currentWidget.sessionContext.ready;
}"""
RUN = "([name, options]) => jupyterapp.commands.execute(name, options).then(() => null)"

# The contrast of each text, with its colour as it is painted, whatever syntax the style has.
CONTRASTS = """(root) => {
    const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const painted = (...inks) => {
        for (const ink of inks) {
            paint.fillStyle = ink;
            paint.fillRect(0, 0, 1, 1);
        }
        return [...paint.getImageData(0, 0, 1, 1).data];
    };
    const light = (pixel) => pixel.slice(0, 3).map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
        const ink = getComputedStyle(element).backgroundColor;
        paint.clearRect(0, 0, 1, 1);
        return painted(ink)[3] === 255 ? ink : behind(element.parentElement);
    };
    const found = [];
    for (const element of [root, ...root.querySelectorAll("*")]) {
        const own = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
        if (!own.length || element.matches("style") || !element.checkVisibility()) continue;
        const page = behind(element);
        const [a, b] = [light(painted(page, getComputedStyle(element).color)), light(painted(page))];
        found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), own[0].data.trim()]);
    }
    return found;
}"""


class Notebook:
    """A notebook in a tab of the browser."""

    def __init__(self, tab, path):
        self.tab, self.path = tab, path

    def output(self, number):
        """Return what the magic shows below a cell."""
        return self.cell(number).locator(".jp-OutputArea-output.jp-RenderedHTMLCommon")

    def cell(self, number):
        """Return a cell of the notebook that is in front."""
        return self.tab.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").nth(number)

    def run(self, command, **options):
        """Run a command of JupyterLab, and wait until it is done."""
        self.tab.evaluate(RUN, [command, options])

    def open(self, name):
        """Bring another file of the same folder to the front, without starting a kernel for it."""
        self.run("docmanager:open", path=name, kernelPreference={"shouldStart": False})

    def theme(self, name):
        """Change the theme of JupyterLab."""
        self.run("apputils:change-theme", theme=f"JupyterLab {name}")
        expect(self.tab.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {name}")


@contextmanager
def running_server(folder):
    """Start JupyterLab with settings and state of its own, and yield its address and a token."""
    settings = folder / "config/lab/user-settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    places = {f"JUPYTER_{kind.upper()}_DIR": str(folder / kind) for kind in ("config", "data", "runtime")} | {
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
    }
    token = secrets.token_hex(16)
    (folder / "notebooks").mkdir()
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={folder / 'notebooks'}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=os.environ | places | {"JUPYTER_TOKEN": token},
        stderr=subprocess.PIPE,
        text=True,
    )
    with server:
        log = []
        for line in server.stderr:
            log.append(line)
            if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            pytest.fail("JupyterLab did not start:\n" + "".join(log))
        reader = threading.Thread(target=server.stderr.read)  # a full pipe would stop the server
        reader.start()
        try:
            yield address[0], token
        finally:
            server.terminate()
            reader.join()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook whose cells were run. Errors of the page in it and requests to elsewhere fail the tests."""
    folder = tmp_path_factory.mktemp("lab")
    content = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, CELLS)))
    content.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    requested, errors = set(), []
    with running_server(folder) as (address, token), sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            folder / "profile", executable_path=BROWSER, args=quiet, headless=True
        )
        context.set_default_timeout(60_000)
        context.on("request", lambda request: requested.add(request.url))
        context.on("weberror", lambda error: errors.append(error.error.stack or str(error.error)))

        path = folder / "notebooks" / "run.ipynb"
        nbformat.write(content, path)
        tab = context.new_page()
        tab.set_viewport_size({"width": 1280, "height": 1600})
        tab.goto(f"{address}/lab/tree/{path.name}?token={token}")
        tab.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
        tab.evaluate(STARTING)
        notebook = Notebook(tab, path)
        notebook.run("notebook:run-all-cells")
        notebook.run("docmanager:save")
        yield notebook
        context.close()
    here = (address, "data:", "about:", "blob:")
    assert [url for url in requested if not url.startswith(here)] == []
    assert [error for error in errors if "about:srcdoc" in error] == []  # JupyterLab has errors of its own


@pytest.mark.parametrize(
    ("cell", "first", "last"),
    [
        (SIMPLE, "head  Dense  ", "nothing wrong found in "),
        (WRONG, "LT103 layer-created-in-call  cell:4", "1 error in "),
        (NOTHING, "nothing was recorded: no layer was created, built or called", "nothing was checked"),
    ],
)
def test_a_cell_shows_its_report(notebook, cell, first, last):
    """It is visible from its first line to its verdict."""
    report = notebook.output(cell).locator("pre").first

    expect(report).to_be_visible()
    assert report.inner_text().splitlines()[0].startswith(first)
    assert report.inner_text().splitlines()[-1].startswith(last)


def test_a_failed_cell_shows_a_card_and_its_traceback(notebook):
    """The card comes first; the traceback has the lines of the cell, and none of layertrace."""
    card = notebook.output(FAILED).locator("pre").first
    traceback = notebook.cell(FAILED).locator("[data-mime-type='application/vnd.jupyter.stderr'] pre")

    expect(card).to_contain_text("LT313")
    expect(traceback).to_be_visible()
    expect(traceback).to_contain_text("Cell In[5], line 3")
    assert "notebook_magic" not in traceback.inner_text()
    assert card.bounding_box()["y"] < traceback.bounding_box()["y"]


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("cell", [SIMPLE, WRONG, NOTHING, FAILED])
def test_a_report_can_be_read_in_both_themes(notebook, cell, theme):
    """All texts have a contrast of at least 4.5, also those that are dimmed, and the lives of the layers."""
    notebook.theme(theme)
    output = notebook.output(cell)
    output.evaluate("output => output.querySelectorAll('details').forEach(fold => (fold.open = true))")
    contrasts = output.evaluate(CONTRASTS)

    assert len(contrasts) >= 3
    assert [text for contrast, text in contrasts if contrast < 4.5] == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_page_opens_in_the_theme_of_the_notebook(notebook, theme):
    """Its scripts run: the first tab lists the events, and others can be opened."""
    notebook.theme(theme)
    fold = notebook.output(SIMPLE).locator("details").filter(has=notebook.tab.locator("iframe"))
    if fold.get_attribute("open") is not None:
        fold.locator("summary").click()
    fold.locator("summary").click()
    page = fold.frame_locator("iframe")

    expect(page.get_by_role("tab", selected=True)).to_contain_text("Events")
    expect(page.get_by_role("treeitem").filter(has_text="head").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("cell")
    expect(page.get_by_role("button", name="theme")).to_have_class("plain")
    background = page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
    assert background == {"Light": "rgb(246, 247, 249)", "Dark": "rgb(19, 22, 27)"}[theme]
    page.get_by_role("tab", name="Layers").click()
    expect(page.get_by_role("row").filter(has_text="head")).to_be_visible()
    page.get_by_role("tab", name="Events").click()


def test_the_saved_notebook_is_small(notebook):
    """What a cell shows takes at most 40 kB in the file; the page takes some 280 kB."""
    cells = json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]
    sizes = [len(json.dumps(cell["outputs"], ensure_ascii=False, indent=1).encode()) for cell in cells]

    assert max(sizes[WRONG:]) < 40_000
    assert 200_000 < sizes[SIMPLE] < 320_000


def test_a_notebook_of_another_person_shows_its_reports(notebook):
    """JupyterLab does not trust it: the fold of the page has a sentence in place of the page."""
    content = nbformat.read(notebook.path, as_version=4)
    content.cells[0].source = "# changed by another person"
    nbformat.write(content, notebook.path.with_name("other.ipynb"))
    notebook.open("other.ipynb")
    try:
        expect(notebook.cell(0)).to_contain_text("another person")
        expect(notebook.output(WRONG).locator("pre").first).to_contain_text("LT103")
        assert notebook.output(SIMPLE).locator("style, iframe").count() == 0
        notebook.output(SIMPLE).get_by_text("the whole recording").click()
        sentence = notebook.output(SIMPLE).get_by_text("It is shown when you trust this notebook.")
        expect(sentence).to_be_visible()
        coloured = notebook.output(WRONG).get_by_text("LT103").first
        expect(coloured).to_have_attribute("style", re.compile("color:#e0313d"))
    finally:
        notebook.open(notebook.path.name)
