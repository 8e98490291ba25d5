"""The code base tests itself: sizes, versions, layers, symbols, and words that do not belong in it."""

import ast
import importlib.metadata
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

import pytest

import stablesoftmax

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "stablesoftmax"
PARTS = (
    "src",
    "tests",
    "tools",
    "docs/design",
    "docs/examples",
    "docs/gallery",
    "docs/howto",
    "docs/interactive",
    "docs/migration",
    "docs/reference",
    "benchmarks",
    ".ci",
    ".github",
)
SKIPPED = re.compile(r"\.git|\.mesonpy-.*|build|dist|__pycache__|\.venv.*|\..*_cache|\.hypothesis|.*\.egg-info")
TEXT = {
    ".py",
    ".pyi",
    ".h",
    ".cpp",
    ".c",
    ".build",
    ".toml",
    ".md",
    ".rst",
    ".txt",
    ".in",
    ".sh",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".json",
    ".html",
    ".css",
    ".js",
    "",
}

needs_source = pytest.mark.skipif(not (ROOT / "VERSION").exists(), reason="the tests were taken out of their repository")
pytestmark = needs_source


def files(*parts):
    """The text files of the repository, or of parts of it: what a person wrote."""
    for top in [ROOT / part for part in parts] or [ROOT]:
        for directory, names, found in os.walk(top):
            names[:] = [name for name in names if not SKIPPED.fullmatch(name)]
            own = sorted(name for name in found if not SKIPPED.fullmatch(name))  # .git is a file in a worktree
            yield from (path for name in own if (path := pathlib.Path(directory, name)).suffix in TEXT)


def code(path):
    return path.read_text(encoding="utf-8")


# sizes and words ---------------------------------------------------------------------------------------------------


def test_no_file_over_400_lines():
    long = {str(path.relative_to(ROOT)): n for path in files(*PARTS) if (n := len(code(path).splitlines())) > 400}
    assert long == {}


def test_lines_are_clean():
    """UTF-8, Unix line ends, a final newline, no trailing blanks, no tabs outside generated data."""
    for path in files(*PARTS):
        data = path.read_bytes()
        text = data.decode("utf-8")
        assert b"\r" not in data, path
        assert not text or text.endswith("\n"), path
        assert "\t" not in text, path
        assert not re.search(r"[ ]+$", text, re.MULTILINE), path


def test_no_words_of_the_workplace():
    """Paths and tools of the place where this was written mean nothing to a reader; registries are the installer's business."""
    halves = [("/", "work/"), ("/", "tmp/w"), ("shared", "/"), ("pypi", ".org"), ("python", "hosted"), ("anaconda", ".org"),
              ("conda", "-forge"), ("npm", "js"), ("issues", " show"), ("issues", " new")]  # fmt: skip
    words = [first + second for first, second in halves]  # in halves, so that this file is clean itself
    for path in files():
        text = code(path)
        found = [word for word in words if word in text]
        assert not found, f"{path.relative_to(ROOT)} says {found}"


def test_no_unfinished_business():
    for path in files("src", "tools"):
        assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", code(path)), path


# the version -------------------------------------------------------------------------------------------------------


def version():
    return (ROOT / "VERSION").read_text().strip()


def test_versions_agree():
    assert re.fullmatch(r"\d+\.\d+\.\d+([.-]?(dev|a|b|rc)\d+)?", version())
    assert stablesoftmax.__version__ == version()
    assert stablesoftmax.build_info()["version"] == version()
    assert importlib.metadata.version("stablesoftmax") == version()


def test_the_version_is_written_once():
    quoted = re.compile(rf"""["']{re.escape(version())}["']""")
    for path in [*files("src", "tools", "tests", ".ci"), ROOT / "pyproject.toml", ROOT / "meson.build"]:
        assert not quoted.search(code(path)), f"{path.relative_to(ROOT)} repeats the version"


# layers ------------------------------------------------------------------------------------------------------------


def imported(path):
    """Modules of this package that a file imports anywhere, functions included, but for what only type checkers see."""
    found, tree = set(), ast.parse(code(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "typing.TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "stablesoftmax"}


def test_the_face_imports_nothing_above_it():
    """_softmax, _logsumexp and what they use know nothing of files, commands and demonstrations."""
    for path in SOURCE.glob("_*.py"):
        if path.name != "__main__.py":
            layers = ("cli", "demo", "doctor", "io")
            above = [name for name in imported(path) if name.split(".")[1:2] and name.split(".")[1] in layers]
            assert above == [], path


def test_layers_only_look_down():
    """cli may use everything, demo may use io, doctor and the face, io, doctor and _promises the face alone."""
    above = {
        "_promises": {"cli", "demo", "doctor", "io"}, "doctor": {"cli", "demo", "io"}, "io": {"cli", "demo", "doctor"},
        "demo": {"cli"}, "cli": set(),
    }  # fmt: skip
    for layer, forbidden in above.items():
        for path in (SOURCE / layer).rglob("*.py"):
            used = {parts[1] for name in imported(path) if len(parts := name.split(".")) > 1}
            assert not used & forbidden, f"{path.relative_to(ROOT)} imports {used & forbidden}"


def test_the_face_is_made_of_numpy_and_the_standard_library():
    """But for the files that are named after a library and imported only when they are asked for."""
    for path in SOURCE.glob("*.py"):
        libraries = {
            "autograd": {"autograd"},
            "dask": {"dask"},
            "jax": {"jax"},
            "torch": {"torch", "ml_dtypes"},
            "xarray": {"xarray"},
        }
        own = next((used for word, used in libraries.items() if path.stem.lstrip("_").startswith(word)), set())
        for node in ast.walk(ast.parse(code(path))):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                assert name.split(".")[0] in {*sys.stdlib_module_names, "numpy", "stablesoftmax", *own}, (path.name, name)


def test_only_two_native_files_know_python():
    for path in files("src/native"):
        if path.suffix in (".h", ".cpp") and path.name not in ("module.cpp", "numpy_api.h"):
            assert not re.search(r"#include\s*[<\"](Python\.h|numpy/)", code(path)), path


def test_kernels_include_no_library_that_has_code():
    """An inline function of <vector> compiled for AVX2 may be the one the linker gives to the baseline."""
    allowed = {"cstddef", "cstdint", "immintrin.h", "arm_neon.h"}
    for path in files("src/native/isa", "src/native/simd", "src/native/math", "src/native/rows", "src/native/pointwise"):
        assert set(re.findall(r"#include\s*<([^>]+)>", code(path))) <= allowed, path


# what was built ----------------------------------------------------------------------------------------------------


def tool(name, *arguments):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def objects(of_a_level):
    """Object files of the build that is lying here, if there is one; STABLESOFTMAX_BUILD names another place."""
    build = pathlib.Path(os.environ.get("STABLESOFTMAX_BUILD", ROOT / "build"))
    found = [path for path in build.rglob("*.o") if "native" in str(path) and ("isa_" in path.name) == of_a_level]
    if not found:
        pytest.skip(f"no object files under {build}: build with 'meson setup build && meson compile -C build'")
    return found


def extension():
    from stablesoftmax import _native

    return _native.__file__


def test_one_dynamic_symbol():
    """Everything else is hidden, so that no other extension can take its place."""
    symbols = [line.split()[-1] for line in tool("nm", "-D", "--defined-only", extension()).splitlines()]
    assert symbols == ["PyInit__native"]


def test_one_exported_symbol_for_each_level():
    for path in objects(of_a_level=True):
        level = re.search(r"isa_(\w+?)\.", path.name)[1]
        symbols = [line.split()[-1] for line in tool("nm", "--extern-only", "--defined-only", path).splitlines() if line.strip()]
        assert symbols == [f"stablesoftmax_level_{level}"], path


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="ymm and zmm are registers of x86-64")
def test_no_wide_registers_outside_their_level():
    """One AVX instruction in common code is an illegal instruction on a processor without it."""
    for path in [*objects(of_a_level=False), *objects(of_a_level=True)]:
        wide = set(re.findall(r"%([yz])mm\d|%(k)[1-7]\b", tool("objdump", "-d", "--no-show-raw-insn", path)))
        used = {letter for pair in wide for letter in pair if letter}
        allowed = {"avx2": {"y"}, "avx512": {"y", "z", "k"}}
        level = match[1] if (match := re.search(r"isa_(\w+?)\.", path.name)) else "common"
        assert used <= allowed.get(level, set()), f"{path.name} uses {used}"
        if level in allowed:
            assert used, f"{path.name} uses no wide register: is it compiled with its flags?"


def test_common_code_has_no_vex_instructions():
    """AVX has 128-bit forms as well: their names begin with v."""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("instructions of x86-64")
    for path in [*objects(of_a_level=False), *(p for p in objects(of_a_level=True) if "baseline" in p.name)]:
        listing = tool("objdump", "-d", "--no-show-raw-insn", path)
        vex = {
            name
            for name in re.findall(r"^\s*[0-9a-f]+:\s+(v[a-z0-9]+)", listing, re.MULTILINE)
            if not name.startswith(("verr", "verw"))
        }
        assert vex == set(), f"{path.name}: {sorted(vex)[:5]}"


def test_the_stack_is_not_executable():
    headers = tool("readelf", "-lW", extension())
    stack = [line for line in headers.splitlines() if "GNU_STACK" in line]
    assert stack
    assert " RWE " not in stack[0]
