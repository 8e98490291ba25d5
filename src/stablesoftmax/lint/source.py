"""A source file: its bytes, its text, and positions of syntax nodes as offsets into the text."""

from __future__ import annotations

import ast
import bisect
import codecs
import io
import re
import tokenize
import warnings

__all__ = ["LARGEST", "Source", "SourceError", "expression", "parse"]

LARGEST = 20_000_000
"""Bytes; larger files are data, and would take gigabytes as a tree."""
_LINE_END = re.compile("\r\n|\r|\n")


def parse(text: str) -> ast.Module:
    """The tree of a module; what Python would warn of is not our business."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def expression(text: str) -> ast.expr:
    """The tree of an expression that may span lines."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(f"({text}\n)", mode="eval").body


class SourceError(Exception):
    """A file that is not readable Python, and why, in one line."""


class Source:
    """The text of a file and what is needed to write it back byte for byte.

    Parameters
    ----------
    text : str
        The text, with the line ends of the file.
    data : bytes, optional
        The file.
    encoding : str
        Of the file.
    """

    def __init__(self, text: str, data: bytes | None = None, encoding: str = "utf-8") -> None:
        self.text, self.encoding = text, encoding
        self.data = text.encode(encoding) if data is None else data
        self.bom = self.data.startswith(codecs.BOM_UTF8)
        self.starts = [0, *(end.end() for end in _LINE_END.finditer(text))]
        self.ascii = text.isascii()

    @classmethod
    def decode(cls, data: bytes) -> Source:
        """The source that bytes hold.

        Parameters
        ----------
        data : bytes
            The file.

        Returns
        -------
        Source

        Raises
        ------
        SourceError
            If they are no text in the encoding that they declare.
        """
        if len(data) > LARGEST:
            raise SourceError(f"{len(data) / 1e6:.0f} MB are more than the {LARGEST / 1e6:.0f} MB that are read")
        if b"\0" in data:
            raise SourceError("holds null bytes: no Python source")
        try:
            encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
            body = data[len(codecs.BOM_UTF8) :] if data.startswith(codecs.BOM_UTF8) else data
            encoding = "utf-8" if encoding == "utf-8-sig" else encoding
            return cls(body.decode(encoding), data, encoding)
        except (SyntaxError, LookupError) as error:
            raise SourceError(f"its encoding: {error}") from None
        except UnicodeDecodeError as error:
            raise SourceError(f"byte {error.start} is not {error.encoding}") from None

    def parse(self) -> ast.Module:
        """The syntax tree.

        Returns
        -------
        ast.Module

        Raises
        ------
        SourceError
            If there is none.
        """
        try:
            return parse(self.text)
        except SyntaxError as error:
            raise SourceError(f"line {error.lineno}: {error.msg}") from None
        except (RecursionError, MemoryError):
            raise SourceError("nested too deeply") from None
        except ValueError as error:
            raise SourceError(str(error)) from None

    def encode(self, text: str) -> bytes:
        """Text as the bytes of this file.

        Parameters
        ----------
        text : str
            The new text.

        Returns
        -------
        bytes

        Raises
        ------
        SourceError
            If the encoding of the file cannot express it.
        """
        try:
            return (codecs.BOM_UTF8 if self.bom else b"") + text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise SourceError(f"the new text is not {error.encoding}") from None

    def offset(self, line: int, column: int) -> int:
        """Offset into the text of a line and a column in UTF-8 bytes, as `ast` counts."""
        start = self.starts[line - 1]
        if self.ascii or not column:
            return start + column
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.AST) -> tuple[int, int]:
        """First offset of a node and the one after its last."""
        begin = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        return begin, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset."""
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def line(self, number: int) -> str:
        """A line by its number from 1, without its end."""
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return self.text[self.starts[number - 1] : end].rstrip("\r\n")

    def segment(self, node: ast.AST) -> str:
        """The text of an expression, or "" if the position is not to be trusted."""
        begin, end = self.span(node)
        text = self.text[begin:end]
        try:
            parsed = expression(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ""
        return text if ast.dump(parsed) == ast.dump(node) else ""
