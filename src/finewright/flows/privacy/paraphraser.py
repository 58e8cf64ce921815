"""Who paraphrases: a base on this machine, or an endpoint of the recipe. Knows no row."""

from collections.abc import Callable

from finewright.base.errors import InputError
from finewright.base.nearest import nearest
from finewright.base.protocols import Completer
from finewright.base.recipe import Recipe
from finewright.flows.asking import endpoint_of
from finewright.flows.predict import serving
from finewright.model.hub import find


def paraphraser(recipe: Recipe, base: str | None, endpoint: str | None, say: Callable[[str], None]) -> Completer:
    """The base of this name, the recipe's own where neither is named, or the endpoint of that name.

    Raises BaseError where the base is not stored, InputError where there is no such endpoint or its key is not set.
    """
    if endpoint is None:
        return serving(None, find(base or recipe.base))[0]
    known = {one.name: one for one in recipe.arms.endpoints}
    if endpoint not in known:
        like = nearest(endpoint, known)
        remedy = f"did you mean {like!r}" if like else "add it to the recipe, with `enabled: false` where it is no arm"
        raise InputError(f"there is no {endpoint!r} among `arms.endpoints`", remedy=remedy)
    if not known[endpoint].local:
        say(f"DATA LEAVE THIS MACHINE: texts with slots for what was found in them go to {known[endpoint].host}")
    return endpoint_of(known[endpoint], seed=recipe.seed)
