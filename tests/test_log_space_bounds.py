"""The bounds of log-space algebra as data: those that its tests hold."""

import pytest

import stablesoftmax

# 1 ulp and 2^exponent
FAITHFUL = {"logcumsumexp": -100, "logmatmulexp": -98, "logsumexp(weights)": -55, "logmeanexp": -46, "logvarexp": -46}
# so many ulps in float64, 1 where the result is rounded once more
RELATIVE = {"effective_sample_size": 9, "entropy_from_logits": 9, "kl_divergence_from_logits": 65}
MODELS = {"hmm_forward": -49, "hmm_forward_backward": -47, "viterbi": 0}
DTYPES = ("float16", "bfloat16", "float32", "float64")


def rows(function):
    return {row["dtype"]: row for row in stablesoftmax.bounds() if row["function"] == function}


@pytest.mark.parametrize("function", [*FAITHFUL, *RELATIVE, *MODELS])
def test_bounds_of_log_space(function):
    found = rows(function)
    assert set(found) == ({"float64"} if function in MODELS else set(DTYPES))
    for dtype, row in found.items():
        assert 0.5 <= row["observed"] < row["ulp"]
        assert row["ulp"] == (RELATIVE[function] if function in RELATIVE and dtype == "float64" else 1)
        assert row["absolute_exponent"] == {**FAITHFUL, **MODELS}.get(function, 0)
        assert row["source"] == "derived"
        assert row["worst"]
