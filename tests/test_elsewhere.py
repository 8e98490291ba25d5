"""What NumPy takes by itself goes the usual way, whatever its type; the kinds of other libraries are in tests/integration."""

import kinds
import numpy as np
import pytest
from family import FAMILY
from formats import assert_same_bits
from integers import logits

import stablesoftmax as ssm


class Derived(np.ndarray):
    """An ndarray by another name."""


@pytest.mark.parametrize("name", kinds.FUNCTIONS)
def test_classes_derived_from_ndarray(name):
    matrix = logits(6 * 17, 5, 4.0, "float32").reshape(6, 17)
    for mine, plain in zip(FAMILY[name](matrix), FAMILY[name](matrix), strict=True):
        result, expected = kinds.converted(mine, lambda a: a.view(Derived))(), plain()
        if not isinstance(result, tuple):
            result, expected = (result,), (expected,)
        for got, wanted in zip(result, expected, strict=True):
            assert type(got) is type(wanted)
            assert_same_bits(got, wanted)


def test_first_argument_by_name():
    assert ssm.logmeanexp(x=[1.0, 1.0]) == 1.0
    assert ssm.log_softmax_vjp(g=[1.0, 0.0], y=ssm.log_softmax([0.0, 0.0])).tolist() == [0.5, -0.5]
    with pytest.raises(TypeError, match=r"logmeanexp\(\) missing 1 required positional argument: 'x'"):
        ssm.logmeanexp()


def test_every_function_of_logits_asks():
    """Each is wrapped, or asks by itself once its short way in was not taken."""
    by_themselves = {"softmax", "log_softmax", "logsumexp", "cross_entropy", "cross_entropy_and_grad"}
    wrapped = {name for name in kinds.FUNCTIONS if hasattr(getattr(ssm, name), "__wrapped__")}
    assert wrapped | by_themselves == set(kinds.FUNCTIONS)
    assert not wrapped & by_themselves
