"""`stablesoftmax lint`: exit codes, formats, selection, settings, standard input, and whatever can be wrong with a file."""

import json
import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

from stablesoftmax.cli import main
from stablesoftmax.lint import run
from stablesoftmax.lint.rules import RULES

NAIVE = "import numpy as np\np = np.exp(x) / np.sum(np.exp(x))\n"
NAIVE_BYTES = NAIVE.encode()
CLEAN = "x = 1\n"


@pytest.fixture
def lint(tmp_path, monkeypatch, capsys):
    """Run the command in a folder with files; exit code, standard output, lines of standard error."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **files):
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode()
            pathlib.Path(name.replace("__", ".")).write_bytes(data)
        code = main(["lint", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err.splitlines()

    return run


def test_exit_codes(lint):
    assert lint("a.py", a__py=CLEAN) == (0, "", [])
    code, out, err = lint("b.py", b__py=NAIVE)
    assert (code, err) == (1, [])
    assert out.startswith("b.py:2:5: SSM101 softmax without the maximum")
    code, out, err = lint("b.py", "c.py", c__py="exp(x\n")
    assert code == 2
    assert out.startswith("b.py:2:5: SSM101")
    assert err == ["c.py: line 1: '(' was never closed"]


def test_json(lint):
    code, out, _ = lint("--format", "json", "a.py", a__py=NAIVE)
    (finding,) = json.loads(out)
    message = finding.pop("message")
    assert finding == {"path": "a.py", "line": 2, "column": 5, "code": "SSM101", "fixable": True}
    assert code == 1
    assert "softmax" in message
    assert json.loads(lint("--format", "json", "b.py", b__py=CLEAN)[1]) == []


def test_github(lint):
    _, out, _ = lint("--format", "github", "a,%.py", **{"a,%__py": NAIVE})
    assert out.startswith("::warning file=a%2C%25.py,line=2,col=5,title=SSM101::softmax without")
    assert len(out.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["SSM101", "SSM207"]),
        (["--select", "SSM1"], ["SSM101"]),
        (["--select", "SSM207,SSM3"], ["SSM207"]),
        (["--ignore", "SSM2"], ["SSM101"]),
        (["--select", "SSM1,SSM2", "--ignore", "SSM101"], ["SSM207"]),
    ],
)
def test_selection(lint, options, codes):
    _, out, _ = lint("--format", "json", *options, "a.py", a__py=NAIVE + "y = np.log(1 + x)\n")
    assert [finding["code"] for finding in json.loads(out)] == codes


def test_noqa(lint):
    line = "p = np.exp(x) / np.sum(np.exp(x))"
    silent = ("# noqa", "# noqa: SSM101", "#noqa:ssm101", "# noqa: SSM1", "# other # noqa: E501, SSM101")
    for comment, code in [*((comment, 0) for comment in silent), ("# noqa: SSM2", 1), ("# noqa: E501", 1), ("# no", 1)]:
        assert lint("a.py", a__py=f"import numpy as np\n{line}  {comment}\n")[0] == code, comment
    several = "import numpy as np\np = (np.exp(x)\n     / np.sum(np.exp(x)))  # noqa: SSM101\n"
    assert lint("a.py", a__py=several)[0] == 0


def test_fix_and_diff(lint, tmp_path):
    code, out, _ = lint("--diff", "a.py", a__py=NAIVE)
    assert code == 1
    assert "+import scipy.special\n" in out
    assert "+p = scipy.special.softmax(x)\n" in out
    assert (tmp_path / "a.py").read_text() == NAIVE
    assert lint("--fix", "a.py") == (0, "", ["1 fixed, 0 left"])
    assert "scipy.special.softmax(x)" in (tmp_path / "a.py").read_text()
    assert lint("--fix", "a.py") == (0, "", [])
    assert lint("--diff", "a.py") == (0, "", [])


def test_standard_input():
    def run(*arguments, text=NAIVE_BYTES):
        command = [sys.executable, "-m", "stablesoftmax", "lint", *arguments, "-"]
        finished = subprocess.run(command, input=text, capture_output=True, check=False)
        return finished.returncode, finished.stdout.decode(), finished.stderr.decode()

    assert run()[1].startswith("<stdin>:2:5: SSM101")
    assert run("--fix") == (0, "import numpy as np\nimport scipy.special\np = scipy.special.softmax(x)\n", "")
    assert run("--fix", text=b"x = 1\r\n") == (0, "x = 1\r\n", "")
    assert run(text=b"x = (\n") == (2, "", "<stdin>: line 1: '(' was never closed\n")


def test_settings(lint):
    files = {"a__py": NAIVE, "b_pb2__py": NAIVE}
    table = "[tool.stablesoftmax.lint]\n"
    assert len(lint(".", **files)[1].splitlines()) == 2
    assert len(lint(".", pyproject__toml=table + 'exclude = ["*_pb2.py"]\n')[1].splitlines()) == 1
    assert lint(".", pyproject__toml=table + 'ignore = ["SSM101"]\n')[0] == 0
    assert lint(".", pyproject__toml=table + 'select = ["SSM2"]\n')[0] == 0
    assert "stablesoftmax.softmax" in lint("--diff", ".", pyproject__toml=table + 'target = "stablesoftmax"\n')[1]
    for wrong in ("ignroe = []", "select = 3", 'target = "torch"', "select = ["):
        code, _, (message,) = lint(".", pyproject__toml=table + wrong + "\n")
        assert code == 2
        assert "pyproject.toml" in message


def test_wrong_arguments(lint):
    for arguments in ([], ["--select", "XYZ", "."], ["--explain", "SSM999"], ["--format", "xml", "."]):
        code, out, (_,) = lint(*arguments)
        assert (code, out) == (2, "")


@pytest.mark.parametrize("rule", RULES, ids=[rule.CODE for rule in RULES])
def test_explain(lint, rule):
    code, out, err = lint("--explain", rule.CODE)
    assert (code, err) == (0, [])
    assert out.startswith(f"### {rule.CODE} ({rule.NAME}): ")
    assert lint("--explain", rule.NAME)[1] == out


# what can be wrong with a file -------------------------------------------------------------------------------------

BAD = {
    "syntax.py": b"exp(x) = \n",
    "encoding.py": b"# coding: nonsense\nexp(x)\n",
    "latin.py": b"exp(x)  # \xe9\n",
    "binary.py": bytes(range(256)),
    "nul.py": b"exp(x)\n\0",
    "notebook.ipynb": b"{}",
    "array.ipynb": b"[[[[",
    "parentheses.py": b"exp(" * 100_000,
    "minus.py": b"exp(x)\n" + b"-" * 100_000 + b"1\n",
    "attributes.py": b"exp(x)" + b".b" * 100_000,
    "brackets.py": b"exp(x)\nx = " + b"[" * 100_000 + b"]" * 100_000,
    "elif.py": b"exp(x)\nif a: pass\n" + b"elif b: pass\n" * 100_000,
}


def test_bad_files(lint):
    """One line each, and the rest goes on."""
    for name, data in BAD.items():
        pathlib.Path(name).write_bytes(data)
    code, out, err = lint(".", z__py=NAIVE)
    assert code == 2
    assert [line.split(":")[0] for line in out.splitlines()] == ["./z.py"]
    assert sorted(line.split(":")[0] for line in err) == sorted(f"./{name}" for name in BAD)
    assert all(len(line) < 200 for line in err)


def test_a_large_file(lint):
    code, out, err = lint("large.py", "b.py", b__py=NAIVE, large__py=b"x = 1\n" * 9_000_000)
    assert (code, err) == (2, ["large.py: 54 MB are more than the 20 MB that are read"])
    assert out.startswith("b.py:2:5")


def test_what_is_deep_but_not_too_deep(lint):
    """Generated code: a long sum, a long chain of elif, a long list."""
    sums = "y = np.log(1 + x)\nz = " + " + ".join(["a"] * 800) + "\n"
    chain = "if a: pass\n" + "elif b: y = np.log(1 + x)\n" * 300
    assert lint("a.py", a__py="import numpy as np\n" + sums)[0] == 1
    assert lint("b.py", b__py="import numpy as np\n" + chain)[0] == 1


def test_links_and_folders(lint, tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "again").symlink_to(tmp_path)
    (tmp_path / "one.py").symlink_to("two.py")
    (tmp_path / "two.py").symlink_to("one.py")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.py").write_text(NAIVE)
    code, out, err = lint(".", z__py=NAIVE)
    assert code == 2
    assert len(out.splitlines()) == 1
    assert sorted(line.split(":")[0] for line in err) == ["./gone.py", "./one.py", "./pipe.py", "./two.py"]


def test_a_folder_that_cannot_be_read(lint, tmp_path, monkeypatch):
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("secret"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    (tmp_path / "secret").mkdir()
    monkeypatch.setattr(os, "scandir", refusing)
    code, out, err = lint(".", z__py=NAIVE)
    assert (code, len(out.splitlines()), err) == (2, 1, ["./secret: Permission denied"])


def test_processes_give_the_same(lint, monkeypatch):
    monkeypatch.setattr(run, "WORTH_PROCESSES", 1)
    for number in range(80):
        pathlib.Path(f"f{number:02}.py").write_text(NAIVE)
    one = lint("--jobs", "1", ".")
    assert one == lint("--jobs", "2", ".")
    assert len(one[1].splitlines()) == 80


# notebooks and flake8 ----------------------------------------------------------------------------------------------


def notebook(*cells):
    return json.dumps(
        {"cells": [{"cell_type": kind, "source": text.splitlines(keepends=True)} for kind, text in cells], "nbformat": 4}
    )


def test_notebooks(lint):
    """Names hold from cell to cell; magics and other languages are passed over; the file is never written."""
    text = notebook(
        ("markdown", "# np.exp(x) / np.sum(np.exp(x))"),
        ("code", "%matplotlib inline\nimport numpy as np\n!ls\n"),
        ("code", "%%bash\nexp (\n"),
        ("code", "this does not parse (\n"),
        ("code", "e = np.exp(x)\n"),
        ("code", "\np = e / e.sum()\n"),
    )
    code, out, err = lint("--format", "json", "--fix", "a.ipynb", a__ipynb=text)
    (finding,) = json.loads(out)
    assert (code, err) == (1, [])
    assert (finding["cell"], finding["line"], finding["column"], finding["fixable"]) == (6, 2, 5, False)
    assert pathlib.Path("a.ipynb").read_text() == text
    assert lint("a.ipynb")[1].startswith("a.ipynb:cell 6:2:5: SSM101")


def test_flake8(tmp_path):
    (tmp_path / "a.py").write_text(NAIVE + "q = np.exp(x) / np.sum(np.exp(x))  # noqa: SSM101\n", encoding="utf-8-sig")
    finished = subprocess.run(
        [sys.executable, "-m", "flake8", "--select", "SSM", "a.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert finished.stderr == ""
    assert [line.split()[:2] for line in finished.stdout.splitlines()] == [["a.py:2:5:", "SSM101"]]


def test_the_hook_of_pre_commit():
    hooks = pathlib.Path(__file__).resolve().parents[2] / ".pre-commit-hooks.yaml"
    if not hooks.exists():
        pytest.skip("the tests were taken out of their repository")
    lines = hooks.read_text(encoding="utf-8").splitlines()
    assert "- id: stablesoftmax-lint" in lines
    assert "  entry: stablesoftmax lint" in lines


def test_nothing_of_the_rest_is_imported():
    """The package could live alone: it imports the standard library and itself."""
    folder = pathlib.Path(sys.modules["stablesoftmax.lint.engine"].__file__).parent
    for path in folder.rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("import ", "from ")):
                module = line.split()[1]
                assert module.split(".")[0] in sys.stdlib_module_names or module.startswith("stablesoftmax.lint"), f"{path}: {line}"


def test_what_follows_values(lint):
    """One program with many ways between a softmax and its logarithm."""
    program = textwrap.dedent("""
        import numpy as np
        from scipy.special import softmax as sm
        TABLE = {}
        def identity(x, *rest, scale=None):
            return x
        def both(x):
            return sm(x), x
        class Holder:
            kind = "a"
            def __init__(self, x):
                self.p = identity(sm(x))
            def get(self):
                return self.p
        h = Holder(z)
        p, _ = both(z)
        TABLE["p"] = p
        if flag:
            q = p.reshape(-1)
        else:
            q = p.T
        for row in q:
            a = np.log(row)
        b = [np.log(v) for v in q]
        c = np.log(h.get())
        d = np.log(TABLE["p"])
        e = (lambda t: np.log(t))(p)
        f = np.log((r := sm(z)))
        g = np.log(p if flag else q)
    """)
    _, out, _ = lint("--format", "json", "a.py", a__py=program)
    lines = {finding["line"] for finding in json.loads(out) if finding["code"] in ("SSM201", "SSM301")}
    assert lines == set(range(23, 30))
