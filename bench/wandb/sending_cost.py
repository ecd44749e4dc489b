#!/usr/bin/env python3
"""What sending a run to W&B costs: the same training offline and online, in turns.

    python bench/wandb/sending_cost.py MOCK_SERVER.PY [--pairs N] [--every K] [--iterations I]
                                       [--real] [--bin DIR]

The online run meets a server that fails every K-th request, by turns with status 500 and by hanging
up (0: none). Reported are the medians of: training (from the first row to the last by the run's own
_runtime), start (from the command to the run), and rest (from the last row to the end of the
command), and processor time of the command, each offline and online, and the medians of the pairwise differences. --real adds what the
rest takes with the W&B client in the same weather: a script that logs the same rows and images.
"""

import argparse
import pathlib
import resource
import shutil
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import real_client as base  # noqa: E402

REAL = """
import sys, time, wandb
from PIL import Image
run = wandb.init(project="ldct-benchmark", config={"lr": 0.001})
for step in range(1, int(sys.argv[1]) + 1):
    time.sleep(0.5)
    row = {"loss (train)": 1 / step, "loss (val)": 1 / step, "SSIM": 0.5, "PSNR": 30.0, "RMSE": 9.0}
    for key in ("low dose", "prediction", "high dose"):
        pictures = [Image.effect_noise((64, 64), 10 + step + n) for n in range(int(sys.argv[2]))]
        row[key] = [wandb.Image(one) for one in pictures]
    run.log(row, step=step)
run.finish()
"""


class Weather:
    """Fails every k-th request."""

    def __init__(self, every):
        self.every, self.count, self.lock = every, 0, threading.Lock()

    def check(self, path):
        with self.lock:
            self.count += 1
            if not self.every or self.count % self.every:
                return None
            return "drop" if self.count % 2 else 500


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(place, words, **environment):
    """Runs a command; its start, training and rest in seconds by the rows that arrive."""
    begin, used = time.time(), processor_seconds()
    place.run(*words, **environment)
    end, used = time.time(), processor_seconds() - used
    if environment.get("WANDB_MODE") == "offline":
        place.run("ldctbench", "wandb", "sync", place.only("wandb/offline-run-*"))
    run = place.runs(1)[0]
    base.expect(run["state"] == "finished", "the run is", run["state"])
    rows = run["history"]
    first, last = rows[0], rows[-1]
    start = first["_timestamp"] - first["_runtime"] - begin
    return {"start": start, "training": last["_runtime"] - first["_runtime"],
            "rest": end - last["_timestamp"], "processor": used, "files": len(run["files"]), "rows": len(rows),
            "images": len(last["prediction"]["filenames"])}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mock")
    parser.add_argument("--pairs", type=int, default=1)
    parser.add_argument("--every", type=int, default=3)
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--bin", default=str(base.HERE / "bin"))
    options = parser.parse_args()
    mock = base.load(options.mock)
    data = base.make_data(options.bin)
    settings = {**base.TRAIN, "max_iterations": options.iterations,
                "iterations_before_val": options.iterations // 3}
    words = ["ldctbench-train", "--threads=1"] + ["--%s=%s" % one for one in settings.items()]
    seen = {"offline": [], "online": [], "real": []}
    kinds = ["offline", "online"] + ["real"] * options.real
    for pair in range(options.pairs):
        for kind in kinds if pair % 2 == 0 else kinds[::-1]:
            place = base.Place(mock, options.bin)
            weather = Weather(0 if kind == "offline" else options.every)
            place.server.faults.check = weather.check
            if kind == "real":
                script = place.write("real.py", REAL)
                result = timed(place, [sys.executable, script, 3, 2])
            else:
                mode = {"WANDB_MODE": "offline"} if kind == "offline" else {}
                result = timed(place, words, **mode)
            place.close(False)
            seen[kind].append(result)
            print(kind, {k: round(v, 2) for k, v in result.items()},
                  weather.count, "requests", flush=True)
    shutil.rmtree(data, ignore_errors=True)
    for part in ("start", "training", "rest", "processor"):
        row = [statistics.median(one[part] for one in seen[kind]) for kind in kinds]
        differences = [b[part] - a[part] for a, b in zip(seen["offline"], seen["online"])]
        print("%-10s" % part, "  ".join("%s %7.3f s" % one for one in zip(kinds, row)),
              "  online - offline: median %+.3f s, from %+.3f to %+.3f"
              % (statistics.median(differences), min(differences), max(differences)))


if __name__ == "__main__":
    main()
