"""HTML: the text that a reader sees, one line a block. No scripts, styles or comments; links are not followed.

By the parser of the standard library, which takes broken pages as browsers do and loads nothing.
"""

from html.parser import HTMLParser
from pathlib import Path

from finewright.retrieve.formats.text import whole_text
from finewright.retrieve.section import Reading, Section

_UNSEEN = {"script", "style", "template", "noscript", "svg", "math", "head"}
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption"),
    *("figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p"),
    *("pre", "section", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"),
}
_CELLS = {"td", "th"}


def html(path: Path) -> Reading:
    """The page's visible text. Raises DataError where the file is no UTF-8 text."""
    return Reading((Section(visible_text(whole_text(path))),))


def visible_text(page: str) -> str:
    """The text of an HTML page: blocks on lines of their own, cells of a row parted by ` | `, else single spaces."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    lines = (" ".join(line.split()).removesuffix(" |") for line in "".join(reader.parts).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "body":
            self._unseen.clear()  # of a head that was never closed
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        elif tag in _CELLS:
            self.parts.append(" | ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            # A line break in the source is a space to the reader.
            self.parts.append(" ".join(data.split("\n")))
