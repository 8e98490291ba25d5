"""Find unstable softmax, log and exp code, and rewrite it safely: `stablesoftmax lint`.

The package imports nothing of the rest of stablesoftmax; docs/lint.md holds the rules, docs/design/lint.md how it works.
"""
