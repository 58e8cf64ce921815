"""The text of a file that a person wrote settings in, a recipe or another. Knows no settings and no YAML."""

from pathlib import Path

from finewright.base.errors import InputError, Place
from finewright.base.recipe_rules import nearest_file

_LARGEST = 1 << 20


def settings_text(path: Path, named: str, start: str) -> str:
    """The UTF-8 text of the file. Raises InputError where there is none, or it is something else than settings.

    `named` says what it is in sentences, and `start` what to do where there is none.
    """
    place = Place(path)
    try:
        content = path.read_bytes()
    except IsADirectoryError as fault:
        raise InputError("is a folder", place=place, remedy=f"name the {named} file inside it") from fault
    except FileNotFoundError as fault:
        found = nearest_file(path)
        remedy = f"did you mean {found!r}" if found else start
        raise InputError(f"there is no such {named}", place=place, remedy=remedy) from fault
    except (OSError, ValueError) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise InputError(f"cannot be read ({reason})", place=place, remedy="check its name and permissions") from fault
    if len(content) > _LARGEST:
        raise InputError(f"is too large for a {named}", place=place, remedy=f"name the {named}, not the data file")
    return _decoded(content, path)


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise InputError("is not UTF-8 text", place=Place(path, line), remedy="save it as UTF-8") from fault
