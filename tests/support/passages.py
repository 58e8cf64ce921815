"""PDF files of a few lines, and an encoder of texts that needs no model: equal words give near vectors."""

import hashlib
from collections.abc import Sequence

import numpy as np

from finewright.retrieve.encoder import Encoder
from finewright.retrieve.words import words_of


def pdf_of(*pages: str) -> bytes:
    """A PDF with one line of text on each page, none where it is empty."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for at, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {5 + 2 * at} 0 R"
            "/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    written, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj{content}endobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(objects) + 1}/Root 1 0 R>>\n"
    return written + f"{end}startxref\n{len(written)}\n%%EOF".encode()


class Counting:
    """An encoder whose vectors are sums of a vector for each word; `seen` are the texts it was asked to embed."""

    def __init__(self, name: str = "counting", adapter: str | None = None, width: int = 16) -> None:
        self.seen: list[str] = []
        self._width = width
        self.encoder = Encoder(name, hashlib.sha256(name.encode()).hexdigest(), adapter, self.embed)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (N, width)."""
        self.seen += texts
        found = np.array([self._vector(text) for text in texts], np.float32).reshape(-1, self._width)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def _vector(self, text: str) -> np.ndarray:
        return sum((self._word(word) for word in words_of(text)), self._word(""))

    def _word(self, word: str) -> np.ndarray:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        return np.random.Generator(np.random.PCG64(seed)).standard_normal(self._width)
