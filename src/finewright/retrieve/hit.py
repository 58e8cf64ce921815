"""A passage that was found, and its place. Knows neither how nor for whom."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and where it stands: `start` and `end` count characters of the extracted text of the source, or of its
    page or row. `score` compares with those of the same answer alone."""

    text: str
    source: str
    start: int
    end: int
    page: int | None
    row: int | None
    score: float

    @property
    def place(self) -> str:
        """The source and span in words: `report.pdf, page 3, characters 120 to 480`."""
        part = f", page {self.page}" if self.page else f", row {self.row}" if self.row else ""
        return f"{self.source}{part}, characters {self.start} to {self.end}"
