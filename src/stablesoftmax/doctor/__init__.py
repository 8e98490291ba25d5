"""The doctor: why is it NaN, and what to do.

`explain` looks at one array of logits, `Watch` at a training; both end in findings (`findings`), each with its evidence and a
remedy as code. The remedies that are functions: `clipping`, `initialisers`, `orthogonal_weights`, `scaling`.

explaining     what formulas do to logits: `logit_statistics` counts, `logit_findings` judges
watch          what happens in a training: `statistics` of one tensor, `records` of one step, `torch_hooks`, `history`; `diagnosis`
               and `warnings_before` judge
letter, page   what is shown: text, and one HTML file with its `curves`
"""
