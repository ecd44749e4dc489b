"""CNN-10 in JAX, measured side by side with ldctbench; speaks the protocol of pytorch_cnn10.py.

Settings are the two data layouts, each compiled as a whole (jit): forward, mean squared error, backward and Adam. bf16 means
bfloat16 activations and products with float32 master weights; fp32 and tf32 are the precision asked of float32 products. JAX
takes its threads from the processor set. On a GPU prediction brings images there and the result back.
"""

import argparse
import os

from protocol import keep_memory, open_settings, serve


SHAPES = [(64, 1, 9, 9), (64,), (32, 64, 3, 3), (32,), (1, 32, 5, 5), (1,)]
LEARNING_RATE, BETA1, BETA2, EPSILON = 1e-4, 0.9, 0.999, 1e-8


def limit_threads(count):
    """Must come before JAX starts its thread pool."""
    allowed = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, allowed[: max(1, count)])


def split(np, flat):
    tensors, at = [], 0
    for shape in SHAPES:
        n = int(np.prod(shape))
        tensors.append(flat[at : at + n].reshape(shape))
        at += n
    assert at == flat.size
    return tensors


class Setting:
    def __init__(self, layout, device, precision, parameters, inputs, targets, train):
        import jax
        import jax.numpy as jnp
        import numpy as np

        work = jnp.bfloat16 if precision == "bf16" else jnp.float32
        channel = layout.index("C")
        bias_shape = tuple(-1 if axis == channel else 1 for axis in range(4))

        def forward(tensors, x):
            x = x.astype(work)
            for layer in range(3):
                weight, bias = (tensor.astype(work) for tensor in tensors[2 * layer : 2 * layer + 2])
                x = jax.lax.conv_general_dilated(x, weight, (1, 1), "SAME", dimension_numbers=(layout, "OIHW", layout))
                x = x + bias.reshape(bias_shape)
                x = jax.nn.relu(x) if layer < 2 else x
            return x.astype(jnp.float32)

        def loss_of(tensors, x, y):
            return jnp.mean((forward(tensors, x) - y) ** 2)

        def train_step(state, x, y):
            tensors, m, v, t = state
            loss, gradients = jax.value_and_grad(loss_of)(tensors, x, y)
            t = t + 1
            m = [BETA1 * a + (1 - BETA1) * g for a, g in zip(m, gradients)]
            v = [BETA2 * a + (1 - BETA2) * g * g for a, g in zip(v, gradients)]
            scale1, scale2 = 1 / (1 - BETA1**t), 1 / (1 - BETA2**t)
            tensors = [
                p - LEARNING_RATE * (a * scale1) / (jnp.sqrt(b * scale2) + EPSILON) for p, a, b in zip(tensors, m, v)
            ]
            return (tensors, m, v, t), loss

        def place(images):  # one channel: the same numbers in either layout
            return jnp.asarray(images.reshape((images.shape[0], *images.shape[2:], 1)) if channel == 3 else images)

        tensors = [jnp.asarray(tensor) for tensor in parameters]
        zeros = [jnp.zeros_like(tensor) for tensor in tensors]
        self.state = (tensors, zeros, zeros, jnp.float32(0))
        self.inputs, self.targets = place(inputs), place(targets)
        self.train = train
        self.host = np.asarray(self.inputs) if device == "cuda" and not train else None
        self.call = jax.jit(train_step if train else forward)
        self.result = None

    def step(self):
        if self.train:
            self.state, self.result = self.call(self.state, self.inputs, self.targets)
        elif self.host is None:
            self.result = self.call(self.state[0], self.inputs)
        else:
            import numpy as np

            self.result = np.asarray(self.call(self.state[0], self.host))
        return self.result

    def finish(self):
        if hasattr(self.result, "block_until_ready"):
            self.result.block_until_ready()


def open_case(request, default_device="cpu"):
    if request["bench"] == "ssim":
        raise ValueError("JAX has no SSIM; leave this peer out")
    device = request.get("device", default_device)
    if device == "cpu":
        limit_threads(request["threads"])
    os.environ["JAX_PLATFORMS"] = device
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # others are on the device as well
    import jax
    import numpy as np

    if request["precision"] == "tf32" and device == "cpu":
        raise ValueError("tf32 is a GPU format")
    jax.config.update("jax_default_matmul_precision", "tensorfloat32" if request["precision"] == "tf32" else "float32")

    folder = request["data"]
    flat, inputs, targets = (np.load(os.path.join(folder, f"{name}.npy")) for name in ("params", "input", "target"))

    def open_setting(name):
        layout = name.split()[-1]
        setting = Setting(layout, device, request["precision"], split(np, flat), inputs, targets, request["bench"] == "train-step")
        setting.step()
        return setting, float(setting.step().mean())

    return open_settings(["jit NCHW", "jit NHWC"], open_setting, f"jax {jax.__version__}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where a request names none")
    device = parser.parse_args().device
    keep_memory()
    serve(lambda request: open_case(request, device))


if __name__ == "__main__":
    main()
