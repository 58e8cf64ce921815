"""The demo corpus: invented remarks about short payments, each with the deduction record wanted. Knows no torch."""

from finewright.data.deductions.corpus import recipe_text, write_corpus, write_personal_corpus, write_recipe
from finewright.data.deductions.reasons import REASON_CODES, REASONS, Reason
from finewright.data.deductions.remarks import Remark, remark

__all__ = [
    "REASONS",
    "REASON_CODES",
    "Reason",
    "Remark",
    "recipe_text",
    "remark",
    "write_corpus",
    "write_personal_corpus",
    "write_recipe",
]
