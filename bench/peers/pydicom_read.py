"""Reading CT slices with pydicom, measured side by side with `ldctbench bench cache`.

One JSON object a line on standard input, one line of answer each:

  {"do": "open", "data": DIR} -> {"settings": ["dcmread"], "framework": "pydicom 3.0.1", "loss": 2047.5}
  {"do": "run", "setting": "dcmread", "steps": 2} -> {"ms": 1.25}        (milliseconds a file)

A step reads every *.dcm file below DIR once, in this one thread: dcmread, pixel_array, astype float32, as the
data set of the original does. "loss" is the mean of all stored values, so that ldctbench can check the reading.
"""

import argparse
import json
import sys
import time
from pathlib import Path


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


try:
    import numpy as np
    import pydicom
except ImportError as problem:
    say({"error": f"{problem}; install it with: pip install -r bench/peers/requirements.txt"})
    sys.exit(3)


def read(file):
    return pydicom.dcmread(file).pixel_array.astype(np.float32)


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    files = []
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["do"] == "open":
                files = sorted(Path(request["data"]).rglob("*.dcm"))
                mean = float(np.mean([read(file).mean(dtype=np.float64) for file in files]))
                say({"settings": ["dcmread"], "skipped": {}, "framework": f"pydicom {pydicom.__version__}", "loss": mean})
            else:
                start = time.perf_counter()
                for _ in range(request["steps"]):
                    for file in files:
                        read(file)
                say({"ms": (time.perf_counter() - start) * 1000 / request["steps"] / len(files)})
        except Exception as problem:
            say({"error": f"{type(problem).__name__}: {problem}"})


if __name__ == "__main__":
    main()
