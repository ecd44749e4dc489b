"""A stand-in for the original's training loop, for machines where the original package cannot be installed.

Written for this comparison from what the original does, not the original itself: PyTorch's DataLoader with 8 workers (fewer
only where fewer cores are), weighted sampling with replacement, two whole DICOM files read by pydicom and cropped for every
sample, mean-standard-deviation normalisation, CNN-10 in eager PyTorch, Adam. No validation, records or plots, which the original
has and ldctbench is measured with, and no start-up of workers: the loader runs when the clock starts.

  {"do": "open", "precision": "fp32", "data": DIR, "mbs": 16, "patch": 64, "threads": 2, "device": "cpu"|"cuda"}
      -> {"settings": {"DataLoader, 8 workers": null}, "skipped": {}, "framework": "stand-in for ldct-benchmark's loop, pytorch 2.13.0"}
  {"do": "run", "setting": ..., "steps": 1000} -> {"ms": 60.1}        (milliseconds an iteration)

DIR is a data set with an info.yml.
"""

import argparse
import os
import sys
from pathlib import Path

from protocol import missing, say, serve


try:
    import numpy as np
    import pydicom
    import torch
    import yaml
    from torch import nn
    from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler
except ImportError as problem:
    say(missing(problem))
    sys.exit(3)

WORKERS = 8
ENDLESS = 1 << 40  # draws of the sampler


def slice_files(folder, patient):
    """Low and high dose files of a patient, in order."""
    pairs = []
    for kind in ("input", "target"):
        files = sorted(Path(folder, patient[kind]).glob("*.dcm"))
        assert len(files) == patient["n_slices"], f"{patient['id']}: {len(files)} files"
        pairs.append(files)
    return list(zip(*pairs))


class Patches(Dataset):
    def __init__(self, folder, patch):
        info = yaml.safe_load(Path(folder, "info.yml").read_text())
        self.mean, self.std, self.patch = np.float32(info["mean"]), np.float32(info["std"]), patch
        self.pairs, self.weights = [], []
        for patient in info["train_set"]:
            self.pairs += slice_files(folder, patient)
            self.weights += [1 / patient["n_slices"]] * patient["n_slices"]

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        images = [pydicom.dcmread(file).pixel_array.astype(np.float32) for file in self.pairs[index]]
        if self.patch and images[0].shape != (self.patch, self.patch):
            row, column = (np.random.randint(0, edge - self.patch) for edge in images[0].shape)
            images = [image[row : row + self.patch, column : column + self.patch] for image in images]
        return tuple(torch.from_numpy((image - self.mean) / self.std)[None] for image in images)


class Draws(WeightedRandomSampler):
    """The weighted sampler without an end, a thousand draws at a time."""

    def __init__(self, weights):
        super().__init__(weights, 1000, replacement=True)

    def __iter__(self):
        while True:
            yield from super().__iter__()

    def __len__(self):
        return ENDLESS


def network():
    return nn.Sequential(
        nn.Conv2d(1, 64, 9, padding=4), nn.ReLU(), nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 5, padding=2)
    )


class Loop:
    def __init__(self, request):
        self.device = request.get("device", "cpu")
        torch.manual_seed(1332)
        torch.set_num_threads(request["threads"])
        patches = Patches(request["data"], request["patch"])
        self.workers = min(WORKERS, max(1, len(os.sched_getaffinity(0))))
        self.batches = iter(
            DataLoader(patches, request["mbs"], sampler=Draws(patches.weights), num_workers=self.workers, drop_last=True)
        )
        self.model = network().to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4)

    def step(self):
        inputs, targets = (images.to(self.device) for images in next(self.batches))
        self.optimizer.zero_grad()
        loss = nn.functional.mse_loss(self.model(inputs), targets)
        loss.backward()
        self.optimizer.step()
        return loss.item()  # the original logs every loss

    def finish(self):
        if self.device == "cuda":
            torch.cuda.synchronize()


def open_case(request):
    if request["precision"] != "fp32":
        raise ValueError("the original computes in fp32 only")
    loop = Loop(request)
    loop.step()
    name = f"DataLoader, {loop.workers} workers"
    framework = f"stand-in for ldct-benchmark's loop, pytorch {torch.__version__}"
    say({"settings": {name: None}, "skipped": {}, "framework": framework})
    return {name: loop}


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    serve(open_case)


if __name__ == "__main__":
    main()
