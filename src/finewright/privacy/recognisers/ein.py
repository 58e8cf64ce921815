"""American employer numbers: two digits of a campus that gives them out and seven more, with a word; no checksum."""

from finewright.privacy.recognisers.after import after
from finewright.privacy.recognisers.standard import standard

EINS = after(
    "ein",
    ("ein", "fein", "employer identification", "employer id", "federal tax", "federal id", "tax id",
     "tax identification",
     "taxpayer id", "taxpayer identification", "irs", "tin", "employer tax", "federal employer identification", "eins"),
    r"[0-9]{2}-?[0-9]{7}(?![^\W_]|[-.,][0-9])",
    standard("us.ein"),
    ("ein", "fein", "employerid", "employeridentificationnumber", "federaltaxid", "taxid", "tin", "einnumber"),
    fillers=2,
)  # fmt: skip
