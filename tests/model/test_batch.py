"""What an example must be."""

import pytest

from finewright.model.batch import Example


def test_supervised_tokens_are_counted():
    assert Example("x", (5, 6, 7), (False, True, True)).targets == 2


@pytest.mark.parametrize("supervised", [(True, True, True), (False, True)])
def test_a_first_token_to_predict_or_a_missing_mark_is_a_fault(supervised):
    with pytest.raises(ValueError, match="example x"):
        Example("x", (5, 6, 7), supervised)
