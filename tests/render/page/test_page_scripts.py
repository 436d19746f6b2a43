"""How the page's scripts are joined, and what linters find in them."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

import layertrace
from layertrace.render.page.modules import join

PAGE = Path(layertrace.__file__).parent / "render" / "page"
ROOT = Path(__file__).parents[3]

MAIN = 'import { b } from "./b.js";\nimport { C, d } from "./c.js";\n\nb(C, d);\n'
B = 'import { d } from "./c.js";\n\nexport function b() {\n  d();\n}\n'
C = "export const [C, d] = [1, () => {}];\nconst own = 2;\n"


def _join(**sources):
    return join("main.js", lambda name: sources[name.removesuffix(".js")])


def test_modules_stand_after_those_they_import():
    """The joined script has neither imports nor exports, and a module comes before those that import it."""
    script = _join(main=MAIN, b=B, c=C)

    assert script.split() == [
        *["const", "[C,", "d]", "=", "[1,", "()", "=>", "{}];", "const", "own", "=", "2;"],
        *["function", "b()", "{", "d();", "}", "b(C,", "d);"],
    ]


USES_B = 'import { b } from "./b.js";\n'
USES_MAIN = 'import { C } from "./main.js";\nexport const b = 1;\n'


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"main": MAIN, "b": B, "c": "export const C = 1;\n"}, "imports d from c.js, which does not export"),
        ({"main": MAIN, "b": B, "c": C + "export function b() {}\n"}, "b is exported by both"),
        ({"main": 'import * as b from "./b.js";\n'}, r"main.js has an import .* joined: import \* as b"),
        ({"main": "export default 3;\n"}, "main.js has an import or export that cannot be joined"),
        ({"main": USES_B, "b": USES_MAIN}, "b.js imports C from main.js, which does not export it"),
        ({"main": USES_B + "export const C = 1;\n", "b": USES_MAIN}, "cycle"),
    ],
)
def test_a_mistake_in_an_import_is_an_error(sources, message):
    """What is not exported, exported twice, renamed or imported in a circle cannot be joined."""
    with pytest.raises(ValueError, match=message):
        _join(**sources)


def test_every_script_is_part_of_the_page():
    """A script that nothing imports would be forgotten."""
    read = []
    join("main.js", lambda name: read.append(name) or (PAGE / "scripts" / name).read_text(encoding="utf-8"))

    assert sorted(read) == sorted(path.name for path in (PAGE / "scripts").iterdir())


@pytest.mark.skipif(shutil.which("oxlint") is None, reason="oxlint is not installed")
def test_scripts_use_only_names_that_they_import():
    """The linter finds no undefined or unused name, and no imports in a circle."""
    linted = _run("oxlint", "--deny-warnings", "--format=unix", str(PAGE / "scripts"))

    assert linted.returncode == 0, linted.stdout


@pytest.mark.skipif(shutil.which("oxlint") is None, reason="oxlint is not installed")
def test_the_linter_sees_a_name_that_is_not_imported(tmp_path):
    """Its settings really forbid it."""
    (tmp_path / "lonely.js").write_text("tree.active = 3;\n")
    linted = _run("oxlint", "--config=.oxlintrc.json", "--format=unix", str(tmp_path))

    assert linted.returncode != 0
    assert "'tree' is not defined" in linted.stdout


@pytest.mark.skipif(shutil.which("oxfmt") is None, reason="oxfmt is not installed")
def test_scripts_and_styles_follow_one_format():
    """`oxfmt layertrace/render/page/scripts layertrace/render/page/styles` has nothing to change."""
    formatted = _run("oxfmt", "--list-different", str(PAGE / "scripts"), str(PAGE / "styles"))

    assert formatted.returncode == 0, formatted.stdout


def _run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_two_scripts_declare_one_name():
    """The scripts share one scope: a browser refuses a page in which a name is declared twice."""
    script = join("main.js", lambda name: (PAGE / "scripts" / name).read_text(encoding="utf-8"))
    declared = re.findall(r"^(?:async )?(?:function\*?|const|let|class) (\w+)", script, re.M)

    assert [name for name, times in Counter(declared).items() if times > 1] == []
