#!/usr/bin/env python3
"""Writes src/test/resources/golden: what PyTorch (float64) and scikit-image compute.

Needs torch, numpy and scikit-image. Run from the repository root. Parameters are PyTorch's initial
ones for a seed, so only their checksum is kept.
"""
import json
import pathlib
import zlib

import numpy as np
import torch
from skimage.metrics import structural_similarity

OUT = pathlib.Path("src/test/resources/golden")
SEED, STRIDE, MAX_PIXEL = 1332, 97, 2924.0


def network():
    torch.manual_seed(SEED)
    return torch.nn.Sequential(
        torch.nn.Conv2d(1, 64, 9, padding=4), torch.nn.ReLU(),
        torch.nn.Conv2d(64, 32, 3, padding=1), torch.nn.ReLU(),
        torch.nn.Conv2d(32, 1, 5, padding=2))


def flat(tensors):
    return np.concatenate([t.detach().numpy().ravel() for t in tensors])


def train(x, y, make_optimizer, steps):
    net = network().double()
    optimizer = make_optimizer(net.parameters())
    for _ in range(steps):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(net(x), y).backward()
        optimizer.step()
    return flat(net.parameters())[::STRIDE]


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    shape = (2, 1, 13, 18)
    target = rng.normal(0, 1, shape).astype(np.float32)
    noisy = (target + rng.normal(0, 0.3, shape)).astype(np.float32)
    np.save(OUT / "input.npy", noisy)
    np.save(OUT / "target.npy", target)
    x, y = torch.from_numpy(noisy).double(), torch.from_numpy(target).double()

    checksum = zlib.crc32(flat(network().parameters()).astype("<f4").tobytes())
    net = network().double()
    output = net(x)
    loss = torch.nn.functional.mse_loss(output, y)
    loss.backward()
    np.save(OUT / "output.npy", output.detach().numpy())
    np.save(OUT / "gradients.npy", flat(p.grad for p in net.parameters()).astype(np.float32))
    lr = 1e-3
    np.save(OUT / "adam5.npy", train(x, y, lambda p: torch.optim.Adam(p, lr), 5))
    np.save(OUT / "sgd5.npy", train(x, y, lambda p: torch.optim.SGD(p, lr, momentum=0.9), 5))
    np.save(OUT / "rmsprop5.npy", train(x, y, lambda p: torch.optim.RMSprop(p, lr), 5))

    metrics = {}
    for name, size, noise in (("square", (24, 24), 60), ("narrow", (7, 31), 400), ("equal", (9, 8), 0)):
        a = rng.uniform(-200, 3300, size).astype(np.float32)
        b = (a + rng.normal(0, 1, size) * noise).astype(np.float32)
        np.save(OUT / f"{name}.target.npy", a)
        np.save(OUT / f"{name}.pred.npy", b)
        a, b = np.clip(a, 0, MAX_PIXEL), np.clip(b, 0, MAX_PIXEL)
        mse = np.mean(np.square(a - b), dtype=np.float64)
        metrics[name] = {
            "SSIM": float(structural_similarity(a.astype(np.float64), b.astype(np.float64), data_range=MAX_PIXEL)),
            "PSNR": float(10 * np.log10(MAX_PIXEL**2 / (mse + 1e-8))),
            "RMSE": float(np.sqrt(mse))}
    (OUT / "expected.json").write_text(json.dumps(
        {"seed": SEED, "parameters_crc32": checksum, "stride": STRIDE, "loss": loss.item(), "metrics": metrics},
        indent=1) + "\n")


main()
