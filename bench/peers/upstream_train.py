"""The training command of the original Python package, measured side by side with `ldctbench bench train`.

One JSON object a line on standard input, one line of answer each:

  {"do": "open", "precision": "fp32", "data": DIR, "mbs": 16, "patch": 64, "threads": 2}
      -> {"settings": {"ldctbench-train": null}, "skipped": {}, "framework": "ldct-benchmark 0.0.16"}
  {"do": "run", "setting": "ldctbench-train", "steps": 1000} -> {"ms": 60.1}        (milliseconds an iteration)

A run is one epoch of `steps` iterations with its validation, on CPU with W&B offline, less the time of a run of
no iterations (imports and W&B's start), so that only the loop is counted. The package must be installed beside the
interpreter that runs this script. It knows the patients of the published split only, so it runs from a copy whose
info.yml is that of DIR, where DIR has one.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = Path(sys.executable).parent / "ldctbench-train"


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def copy_with_split(data, folder):
    """The installed package in `folder`, knowing the patients and the normalisation of `data`."""
    package = Path(importlib.util.find_spec("ldctbench").origin).parent
    copied = Path(folder, "ldctbench")
    shutil.copytree(package, copied, ignore=shutil.ignore_patterns("__pycache__"))
    split = Path(data, "info.yml")
    if split.is_file():
        shutil.copyfile(split, copied / "data" / "info.yml")


def timed_run(case, iterations, epoch):
    config = {
        "trainer": "cnn10", "cuda": False, "devices": 0, "dryrun": True, "seed": 1332, "wandbtag": "",
        "datafolder": case["data"], "data_norm": "meanstd", "data_subset": 1.0, "num_workers": 0, "valsamples": 1,
        "mbs": case["mbs"], "patchsize": case["patch"], "eval_patchsize": 128,
        "max_iterations": iterations, "iterations_before_val": epoch,
        "optimizer": "adam", "lr": 0.0001, "adam_b1": 0.9, "adam_b2": 0.999,
    }  # fmt: skip
    environment = dict(os.environ, OMP_NUM_THREADS=str(case["threads"]), WANDB_MODE="offline")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.yaml").write_text("".join(f"{key}: {json.dumps(value)}\n" for key, value in config.items()))
        copy_with_split(case["data"], folder)
        environment["PYTHONPATH"] = folder
        start = time.perf_counter()
        done = subprocess.run([str(COMMAND), "--config", "config.yaml"], cwd=folder, env=environment, capture_output=True, text=True)
        seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return seconds


def check(case):
    if importlib.util.find_spec("ldctbench") is None:
        raise RuntimeError("the original package is not installed here (no module 'ldctbench'); pip install ldct-benchmark")
    if not COMMAND.is_file():
        raise RuntimeError(f"the original's command {COMMAND} is missing; pip install ldct-benchmark")
    if case["precision"] != "fp32":
        raise RuntimeError("the original computes in fp32 only")


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    case, start_up = {}, 0.0
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["do"] == "open":
                case = request
                check(case)
                start_up = timed_run(case, 0, 1)
                name = "ldct-benchmark " + importlib.metadata.version("ldct-benchmark")
                say({"settings": {COMMAND.name: None}, "skipped": {}, "framework": name})
            else:
                steps = request["steps"]
                say({"ms": (timed_run(case, steps, steps) - start_up) * 1000 / steps})
        except Exception as problem:
            say({"error": f"{type(problem).__name__}: {problem}"})


if __name__ == "__main__":
    main()
