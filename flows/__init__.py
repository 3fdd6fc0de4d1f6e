"""The flows, what they are made of, and the command line."""

import os

# The matrices here are small, and beside worker processes threads wait for each other: in an import on two cores, with
# two threads, finding the words of templates takes 15 times as long. NumPy reads this when it is first imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
