"""Reading CT slices with pydicom, measured side by side with `ldctbench bench cache`.

One JSON object a line on standard input, one line of answer each:

  {"do": "open", "data": DIR} -> {"settings": {"dcmread": 2047.5}, "skipped": {}, "framework": "pydicom 3.0.1"}
  {"do": "run", "setting": "dcmread", "steps": 2} -> {"ms": 1.25}        (milliseconds a file)

A step reads every *.dcm file below DIR once, in this one thread: dcmread, pixel_array, astype float32, as the
data set of the original does. The number is the mean of all stored values, so that ldctbench can check the reading.
"""

import argparse
import sys
from pathlib import Path

from protocol import keep_memory, missing, say, serve


try:
    import numpy as np
    import pydicom
except ImportError as problem:
    say(missing(problem))
    sys.exit(3)


def read(file):
    return pydicom.dcmread(file).pixel_array.astype(np.float32)


class Reading:
    def __init__(self, files):
        self.files, self.count = files, len(files)

    def step(self):
        for file in self.files:
            read(file)


def open_case(request):
    files = sorted(Path(request["data"]).rglob("*.dcm"))
    mean = float(np.mean([read(file).mean(dtype=np.float64) for file in files]))
    say({"settings": {"dcmread": mean}, "skipped": {}, "framework": f"pydicom {pydicom.__version__}"})
    return {"dcmread": Reading(files)}


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    keep_memory()
    serve(open_case)


if __name__ == "__main__":
    main()
