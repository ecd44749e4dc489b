"""What a GPU does at most by PyTorch's libraries: matrix products in each precision, and copies in its memory.

The measure for the shares that a report states. Our own `bench` measures the multiply-add units by the instructions that our
kernels use, which on some devices are slower than others that it has.
"""

import argparse
import sys


try:
    import torch
except ImportError as problem:
    sys.exit(f"{problem}; install it with: pip install -r bench/peers/requirements.txt")

REPEATS, EDGE, COPIED_BYTES = 20, 8192, 1 << 32


def seconds(work):
    """Median of single runs, by the device's clock."""
    for _ in range(3):
        work()
    times = []
    for _ in range(REPEATS):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        work()
        end.record()
        end.synchronize()
        times.append(begin.elapsed_time(end) * 1e-3)
    return sorted(times)[REPEATS // 2]


def product(dtype, tf32):
    torch.backends.cuda.matmul.allow_tf32 = tf32
    a, b = (torch.randn(EDGE, EDGE, device="cuda").to(dtype) for _ in range(2))
    out = torch.empty_like(a)
    return 2 * EDGE**3 / seconds(lambda: torch.mm(a, b, out=out))


def copy():
    a = torch.empty(COPIED_BYTES // 4, device="cuda", dtype=torch.float32).normal_()
    b = torch.empty_like(a)
    return 2 * COPIED_BYTES / seconds(lambda: b.copy_(a))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", help="also write the table to this file")
    table = parser.parse_args().table
    if not torch.cuda.is_available():
        sys.exit("PyTorch finds no GPU")
    lines = [f"{torch.cuda.get_device_name()}, pytorch {torch.__version__}", "", "| what | measured |", "|---|---:|"]
    for name, dtype, tf32 in (("bf16", torch.bfloat16, False), ("tf32", torch.float32, True), ("fp32", torch.float32, False)):
        lines.append(f"| {name} product of {EDGE} x {EDGE} matrices | {product(dtype, tf32) * 1e-12:.0f} TFLOP/s |")
    lines.append(f"| copy in device memory, bytes read and written | {copy() * 1e-9:.0f} GB/s |")
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if table:
        with open(table, "w") as file:
            file.write(text)


if __name__ == "__main__":
    main()
