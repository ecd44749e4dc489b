"""Draws the sampling sequences of SamplerTest with the real generators of Python, NumPy and PyTorch.

Follows the description of the original's loader: shuffle by random, weighted draws with replacement by
torch's sampler behind a DataLoader, crop offsets by numpy.random.randint. Needs torch.

    python src/test/tools/sampler_sequence.py > src/test/resources/org/ldctbench/data/sampler-sequence.json
"""

import json
import random

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler


class Slices(Dataset):
    def __init__(self, counts, first, size, patch, seed, subset):
        np.random.seed(seed)
        random.seed(seed)
        entries = [(first + sum(counts[:p]) + i, 1 / n) for p, n in enumerate(counts) for i in range(n)]
        random.shuffle(entries)
        if subset < 1:
            entries = entries[: int(len(entries) * subset)]
        self.entries, self.size, self.patch = entries, size, patch

    def __len__(self):
        return len(self.entries)

    def __getitem__(self, index):
        if self.patch and self.patch != self.size:
            row = np.random.randint(0, self.size - self.patch)
            column = np.random.randint(0, self.size - self.patch)
        else:
            row = column = 0
        return torch.tensor([self.entries[index][0], row, column])


def record(train, val, size, patchsize, eval_patchsize, mbs, iterations_before_val, seed, data_subset, epochs=2):
    sets = {
        "train": Slices(train, 0, size, patchsize, seed, data_subset),
        "val": Slices(val, sum(train), size, eval_patchsize, seed, data_subset),
    }
    draws = {"train": mbs * iterations_before_val, "val": len(sets["val"])}
    loaders = {}
    for name, data in sets.items():
        weights = torch.DoubleTensor([w for _, w in data.entries])
        sampler = WeightedRandomSampler(weights, draws[name], replacement=True)
        loaders[name] = DataLoader(data, batch_size=mbs, sampler=sampler, drop_last=True, num_workers=0)
    result = []
    for e in range(epochs):
        torch.manual_seed(seed + e)
        np.random.seed(seed + e)
        result.append({name: [int(x) for batch in loaders[name] for x in batch.flatten()] for name in ("train", "val")})
    return dict(
        train=train, val=val, size=size, patchsize=patchsize, eval_patchsize=eval_patchsize, mbs=mbs,
        iterations_before_val=iterations_before_val, seed=seed, data_subset=data_subset, epochs=result,
    )


print(
    json.dumps(
        [
            record([5, 9, 3], [4, 6], 64, 16, 48, 3, 4, 1332, 1.0),
            record([31, 2, 40, 7], [12, 5], 100, 99, 0, 4, 3, 7, 0.6),
            record([8], [8], 32, 32, 31, 2, 5, 0, 1.0),
        ]
    )
)
