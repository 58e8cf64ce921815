"""What a surrogate is: its text, and out of how many it was chosen. Knows no kind.

A maker takes the keyed choices, a finding's one written form and what stands in the text, and returns a surrogate in
the form of the latter. It never raises, and hangs on nothing but its arguments.
"""

from collections.abc import Callable
from dataclasses import dataclass

from finewright.privacy.keyed import Keyed


@dataclass(frozen=True, slots=True)
class Surrogate:
    """text   what takes the place of what was found
    space  how many texts could have stood there: how surely a surrogate is told from a real value that is the same
    """

    text: str
    space: float


Maker = Callable[[Keyed, str, str], Surrogate]
"""(choices, value, surface) to a surrogate: `value` is the finding's one written form, `surface` what stood there."""
