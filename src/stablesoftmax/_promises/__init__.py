"""The promises of every public function as a table, and what samples them: behind `stablesoftmax.verify`.

samples.py                         inputs, from integers
exact.py exact_*.py                what is right, by decimals
subject.py                         what a promise is about
rows.py gradients.py               the table: functions of rows and elements; losses, gradients, sparse relatives
hidden_markov.py drawing.py        functions of other shapes
checks.py                          accuracy, order, layout, threads
special.py                         special rows
golden.py                          the bits that this version has everywhere
sampling.py                        all of it in one run
"""
