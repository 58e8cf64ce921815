"""Personal and confidential data: the recipe's section `privacy`. Pure schema; docs/privacy.md says why.

What names somebody, or something of somebody's, is replaced by a made-up one of the same form, the same in prompt and
answer. What is public, or names nobody by itself, stays.
"""

from typing import Annotated, Literal

from pydantic import Field

from finewright.base.settings import Settings

Mode = Literal["replace", "keep", "quarantine"]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]

_KEPT = ("place", "bic", "isin", "cusip", "sedol")
_REPLACED = (
    *("person", "company", "email", "phone", "address", "birth_date", "ip"),
    *("payment_card", "iban", "account", "sort_code", "aba", "wallet", "secret"),
    *("ssn", "itin", "ein", "tax_id", "vat", "lei"),
    *("invoice", "order", "customer", "case"),
)
KINDS: dict[str, Mode] = {**dict.fromkeys(_REPLACED, "replace"), **dict.fromkeys(_KEPT, "keep")}
"""Every kind of identifier and what becomes of it where the recipe says nothing."""
OWN = "own:"
"""What the kinds of a team's own patterns begin with."""
RULE_SETS = ("special_categories", "unreported_results", "deal_names", "contract_terms", "balances", "copyright")
"""The built-in sets of rules for what may not be learned at all."""


class OwnPattern(Settings):
    """An identifier of the team's own, such as a policy or case number; its kind is `own:` and its name."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]*$", description="Name of the kind.")
    pattern: str = Field(min_length=1, description="Regular expression of what such an identifier looks like.")
    context: list[str] = Field(
        [], description="Words of which one must stand shortly before it; none: it counts wherever it stands."
    )
    mode: Mode = Field("replace", description="What becomes of it: replace, keep, or quarantine its row.")


class AdmissionRule(Settings):
    """A rule for rows that may not be learned. It refuses a row for which all that it names is true."""

    name: str = Field(min_length=1, description="Name of the rule, as reports show it.")
    because: str = Field(min_length=1, description="Why such a row may not be learned, in one sentence.")
    kinds: list[str] = Field([], description="Kinds of identifiers of which the row holds one, such as payment_card.")
    words: list[str] = Field([], description="Phrases of which the row holds one, as whole words in any case.")
    pattern: str | None = Field(None, min_length=1, description="Regular expression that fits somewhere in the row.")
    column: str | None = Field(None, min_length=1, description="Column whose value decides: source, licence, region.")
    values: list[str] = Field([], description="Values of that column, in any case; none: any value at all.")
    until: Day | None = Field(None, description="Day from which the rule holds no longer, such as 2026-03-31.")
    belongs: Literal["corpus", "nowhere"] = Field(
        "corpus", description="Where such a row belongs: in the retrieval corpus, or nowhere."
    )


class Admission(Settings):
    """What may never be in weights. Rows that are refused are kept in quarantine, with the reason."""

    sets: list[str] = Field(list(RULE_SETS), description="Built-in sets of rules that hold.")
    rules: list[AdmissionRule] = Field([], description="The team's own rules.")
    licence: str | None = Field(None, description="Column with the licence of a row; none: licences are not looked at.")
    licences: list[str] = Field([], description="Licences that may be learned from, in any case; others are refused.")
    embargo: str | None = Field(None, description="Column with the day until which a row may not be learned.")
    as_of: Day | None = Field(
        None, description="Day on which embargoes and the rules' days are judged; none: when the data set is sealed."
    )
    entitlements: str | None = Field(
        None, description="Column that says who may read a row; refused rows keep it where they are exported."
    )


class Privacy(Settings):
    """What is found in the rows, and what becomes of it before anything is learned."""

    enabled: bool = Field(True, description="Whether rows are searched; false: the data go in as they are.")
    replace: list[str] = Field([], description="Kinds replaced beside those that are by default, such as place.")
    keep: list[str] = Field([], description="Kinds that go in as they are, such as invoice or company.")
    quarantine: list[str] = Field([], description="Kinds whose rows are refused, such as secret.")
    allow: list[str] = Field([], description="Texts that are never taken for an identifier, such as your own name.")
    own: list[OwnPattern] = Field([], description="Identifiers by the team's own patterns.")
    region: str | None = Field(
        None, pattern=r"^[A-Z]{2}$", description="Country of phone numbers without a country code, such as DE."
    )
    vault: bool = Field(
        False, description="Whether an encrypted vault keeps what each surrogate stands for; false: nobody can tell."
    )
    subjects: bool = Field(True, description="Whether an encrypted index keeps which rows speak of whom, for erasure.")
    policy: Admission = Field(Admission(), description="What may never be in weights.")

    def mode(self, kind: str) -> Mode:
        """What becomes of a kind, a team's own among them."""
        own = {OWN + one.name: one.mode for one in self.own}
        asked: dict[str, Mode] = {
            **dict.fromkeys(self.replace, "replace"),
            **dict.fromkeys(self.keep, "keep"),
            **dict.fromkeys(self.quarantine, "quarantine"),
        }
        return asked.get(kind) or own.get(kind) or KINDS.get(kind, "replace")
