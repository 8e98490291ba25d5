"""The main job on real data: a network whose softmax gives NaN, and the same network with one that does not.

The way of the demo, one file a step: `digits` (the data), `formulas` (three ways to write a softmax), `network` (training),
`compare` (errors against exact arithmetic, bits under shuffling), `experiment` (all of it), `report` and `plot` (what is shown).
"""
