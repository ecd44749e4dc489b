"""CNN-10 in PyTorch, measured side by side with ldctbench.

Started by `ldctbench bench --peer pytorch`. Reads one JSON object a line on standard input and answers
each with one line, so that the two programs can take turns (A B A B):

  {"do": "open", "bench": "train-step"|"predict"|"ssim", "precision": "fp32"|"bf16", "data": DIR, "threads": 2}
      -> {"settings": ["eager", ...], "framework": "pytorch 2.13.0", "loss": 0.77}
  {"do": "run", "setting": "eager", "steps": 5}      -> {"ms": 12.3}        (milliseconds a step)

DIR holds params.npy [24513], input.npy and target.npy [N,1,H,W], as ldctbench wrote them. "loss" is the
first training loss (or the mean of the output, or the SSIM), so that ldctbench can check that both compute the same thing.
"""

import argparse
import os
import sys

from protocol import missing, say, serve


try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as problem:
    say(missing(problem))
    sys.exit(3)


def network(parameters):
    layers = nn.Sequential(
        nn.Conv2d(1, 64, 9, padding=4), nn.ReLU(), nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 1, 5, padding=2)
    )
    at = 0
    for tensor in layers.parameters():
        n = tensor.numel()
        tensor.data.copy_(torch.from_numpy(parameters[at : at + n]).view_as(tensor))
        at += n
    assert at == parameters.size
    return layers


class Setting:
    """One way to run the network: eager or compiled, plain or channels_last, autocast or not."""

    def __init__(self, name, precision, parameters, inputs, targets, train):
        self.autocast = precision == "bf16"
        layout = torch.channels_last if "channels_last" in name else torch.contiguous_format
        self.model = network(parameters).to(memory_format=layout)
        self.inputs = inputs.to(memory_format=layout)
        self.targets = targets.to(memory_format=layout)
        self.train = train
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4) if train else None
        self.call = torch.compile(self.model) if name.startswith("compile") else self.model
        if not train:
            self.model.eval()

    def step(self):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.autocast):
            if not self.train:
                with torch.no_grad():
                    return self.call(self.inputs)
            output = self.call(self.inputs)
            loss = nn.functional.mse_loss(output.float(), self.targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss


class SsimSetting:
    def __init__(self, inputs, targets):
        from skimage.metrics import structural_similarity

        self.of = structural_similarity
        self.prediction, self.target = inputs[0, 0].numpy(), targets[0, 0].numpy()

    def step(self):
        return self.of(self.target, self.prediction, data_range=2924.0)


def names(bench):
    if bench == "ssim":
        return ["scikit-image"]
    plain = ["eager", "eager channels_last"]
    return plain + ["compile", "compile channels_last"] if hasattr(torch, "compile") else plain


def open_case(request):
    folder = request["data"]
    torch.set_num_threads(request["threads"])
    parameters, inputs, targets = (np.load(os.path.join(folder, f"{n}.npy")) for n in ("params", "input", "target"))
    inputs, targets = torch.from_numpy(inputs), torch.from_numpy(targets)
    settings, first, skipped = {}, None, {}
    for name in names(request["bench"]):
        try:
            if request["bench"] == "ssim":
                setting = SsimSetting(inputs, targets)
            else:
                setting = Setting(name, request["precision"], parameters, inputs, targets, request["bench"] == "train-step")
            value = setting.step()
            value = float(value.detach().float().mean()) if torch.is_tensor(value) else float(value)
            first = value if first is None else first
            setting.step()
            settings[name] = setting
        except Exception as problem:  # a setting that this machine cannot run is named, not fatal
            skipped[name] = str(problem).splitlines()[0][:200] if str(problem) else type(problem).__name__
    framework = f"pytorch {torch.__version__}"
    if request["bench"] == "ssim":
        import skimage

        framework = f"scikit-image {skimage.__version__}"
    say({"settings": list(settings), "skipped": skipped, "framework": framework, "loss": first})
    return settings


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    serve(open_case)


if __name__ == "__main__":
    main()
