"""CNN-10 in PyTorch, measured side by side with ldctbench.

Started by `ldctbench bench --peer pytorch`. Reads one JSON object a line on standard input and answers
each with one line, so that the two programs can take turns (A B A B):

  {"do": "open", "bench": "train-step"|"predict"|"ssim", "precision": "fp32"|"tf32"|"bf16", "data": DIR, "threads": 2,
   "device": "cpu"|"cuda"}
      -> {"settings": {"eager": 0.77, ...}, "skipped": {}, "framework": "pytorch 2.13.0"}
  {"do": "run", "setting": "eager", "steps": 5}      -> {"ms": 12.3}        (milliseconds a step)

DIR holds params.npy [24513], input.npy and target.npy [N,1,H,W], as ldctbench wrote them. The number of a setting is the
loss of its second training step, which the first one's gradients and Adam have led to (or the mean of the output, or the
SSIM), so that ldctbench can check that both compute the same thing. Adam is the fused one.

On a GPU a training step finds its images on the device; prediction brings them there from pinned memory and the result
back, as whoever predicts must. A "graph" is a whole step, recorded once and replayed.
"""

import argparse
import os
import sys

from protocol import keep_memory, missing, open_settings, say, serve


try:
    import numpy as np
    import torch
    from torch import nn
except ImportError as problem:
    say(missing(problem))
    sys.exit(3)

WARM_UP_STEPS = 11  # before a step is recorded: optimiser state and cuDNN's choice of algorithms


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


def prepare(device, precision):
    """Global settings: what float32 products may round, cuDNN's search for the fastest algorithm, denormals as zero."""
    tf32 = precision == "tf32"
    if tf32 and device == "cpu":
        raise ValueError("tf32 is a GPU format")
    if device == "cuda":
        if not torch.cuda.is_available():
            raise ValueError("PyTorch finds no GPU")
        torch.backends.cuda.matmul.allow_tf32 = tf32
        torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cudnn.benchmark = True
    else:
        torch.set_flush_denormal(True)


class Setting:
    """One way to run the network: eager, compiled or recorded, plain or channels_last, autocast or not."""

    def __init__(self, name, device, precision, parameters, inputs, targets, train):
        self.device, self.train = device, train
        self.autocast = precision == "bf16"
        layout = torch.channels_last if "channels_last" in name else torch.contiguous_format
        self.model = network(parameters).to(device=device, memory_format=layout)
        self.inputs = inputs.to(device=device, memory_format=layout)
        self.targets = targets.to(device=device, memory_format=layout)
        self.host = (inputs.pin_memory(), torch.empty_like(inputs).pin_memory()) if device == "cuda" and not train else None
        # A recorded step needs its learning rate and step count on the device.
        more = {"capturable": "graph" in name} if device == "cuda" else {}
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4, fused=True, **more) if train else None
        options = {"freezing": True} if "freezing" in name else None
        self.call = torch.compile(self.model, options=options) if name.startswith("compile") else self.model
        self.graph = None
        if not train:
            self.model.eval()

    def finish(self):
        if self.device == "cuda":
            torch.cuda.synchronize()

    def compute(self):
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=self.autocast, cache_enabled=False):
            if not self.train:
                with torch.no_grad():
                    return self.call(self.inputs)
            output = self.call(self.inputs)
            loss = nn.functional.mse_loss(output.float(), self.targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.optimizer.step()
        return loss

    def record(self):
        """The warm-up is on another stream, as PyTorch asks for."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UP_STEPS):
                self.compute()
        torch.cuda.current_stream().wait_stream(side)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.result = self.compute()

    def step(self):
        if self.host:
            self.inputs.copy_(self.host[0], non_blocking=True)
        if self.graph:
            self.graph.replay()
            result = self.result
        else:
            result = self.compute()
        if self.host:
            self.host[1].copy_(result, non_blocking=True)
            self.finish()
            return self.host[1]
        return result


class SsimSetting:
    """All pairs, one after the other, on the CPU."""

    def __init__(self, inputs, targets):
        from skimage.metrics import structural_similarity

        self.of = structural_similarity
        self.pairs = [(target[0].numpy(), prediction[0].numpy()) for target, prediction in zip(targets, inputs)]

    def step(self):
        return [self.of(target, prediction, data_range=2924.0) for target, prediction in self.pairs][0]


def names(bench, device):
    """Frozen weights are laid out for their convolution once, which only prediction allows."""
    if bench == "ssim":
        return ["scikit-image"]
    plain = ["eager", "eager channels_last"]
    if device == "cuda":
        plain += ["graph", "graph channels_last"]
    if hasattr(torch, "compile"):
        plain += ["compile", "compile channels_last"]
        if device == "cuda":
            plain += ["compile graph", "compile graph channels_last"]
        elif bench == "predict":
            plain += ["compile freezing"]
    return plain


def open_setting(name, request, arrays):
    parameters, inputs, targets = arrays
    if request["bench"] == "ssim":
        setting = SsimSetting(inputs, targets)
        return setting, float(setting.step())
    device, train = request.get("device", "cpu"), request["bench"] == "train-step"
    setting = Setting(name, device, request["precision"], parameters, inputs, targets, train)
    setting.step()
    value = float(setting.step().detach().float().mean())
    if "graph" in name:
        setting.record()
        setting.step()
    setting.finish()
    return setting, value


def open_case(request, default_device="cpu"):
    folder = request["data"]
    request.setdefault("device", default_device)
    torch.set_num_threads(request["threads"])
    torch.compiler.reset()  # else shapes after the first two would share code for any shape
    if request["bench"] != "ssim":
        prepare(request["device"], request["precision"])
    parameters, inputs, targets = (np.load(os.path.join(folder, f"{n}.npy")) for n in ("params", "input", "target"))
    arrays = parameters, torch.from_numpy(inputs), torch.from_numpy(targets)
    framework = f"pytorch {torch.__version__}"
    if request["bench"] == "ssim":
        import skimage

        framework = f"scikit-image {skimage.__version__}"
    return open_settings(
        names(request["bench"], request["device"]), lambda name: open_setting(name, request, arrays), framework
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where a request names none")
    device = parser.parse_args().device
    keep_memory()
    serve(lambda request: open_case(request, device))


if __name__ == "__main__":
    main()
