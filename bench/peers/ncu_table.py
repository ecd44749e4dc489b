"""A Markdown table of the kernels in a CSV file of Nsight Compute (--page raw): one row a kernel, median of its launches.

Lines before the header, which the profiled program printed, are skipped.
"""

import csv
import statistics
import sys


COLUMNS = [
    ("gpu__time_duration.sum", "time"),
    ("dram__bytes.sum", "device memory"),
    ("dram__throughput.avg.pct_of_peak_sustained_elapsed", "of its peak"),
    ("sm__throughput.avg.pct_of_peak_sustained_elapsed", "busiest unit"),
    ("sm__warps_active.avg.pct_of_peak_sustained_active", "warps"),
    ("l1tex__data_bank_conflicts_pipe_lsu_mem_shared.sum", "bank conflicts"),
]


def number(text):
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def main():
    with open(sys.argv[1], newline="") as file:
        lines = file.read().splitlines()
    begin = next((i for i, line in enumerate(lines) if line.startswith('"ID"')), None)
    if begin is None:
        print("nothing was profiled")
        return
    rows = list(csv.reader(lines[begin:]))
    header, units, launches = rows[0], rows[1] + [""] * len(rows[0]), rows[2:]
    there = [(header.index(metric), title) for metric, title in COLUMNS if metric in header]
    name, grid = header.index("Kernel Name"), header.index("Grid Size")
    kernels = {}
    for launch in launches:
        if len(launch) == len(header):
            kernels.setdefault((launch[name].split("(")[0], launch[grid]), []).append(launch)
    print("| kernel | blocks | " + " | ".join(title for _, title in there) + " |")
    print("|---|---|" + "---:|" * len(there))
    for (kernel, blocks), measured in kernels.items():
        cells = []
        for column, _ in there:
            values = [v for v in (number(launch[column]) for launch in measured) if v is not None]
            cells.append(f"{statistics.median(values):.6g} {units[column]}".strip() if values else "")
        print(f"| {kernel} | {blocks} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
