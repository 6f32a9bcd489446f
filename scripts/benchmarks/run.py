"""Measures the rows that are asked for, prints the table, and holds its counts against limits.txt. Called by scripts/bench."""

import argparse
import os
import sys
import time
import traceback

import rows


class Programs:
    def __init__(self, ours, simulator, tools):
        self.ours, self.simulator, self.tools = ours, simulator, tools

    def tool(self, name):
        return os.path.join(self.tools, name)


def limits(path):
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                name, count, most = words
                found.setdefault(name, {})[count] = float(most)
    return found


def show(results, baseline):
    head = ["what", "now", *(["before"] if baseline else []), "compared with", "ratio", "goal", "met"]
    lines = [head, ["---"] * len(head)]
    for index, result in enumerate(results):
        before = [baseline[index].ours if index < len(baseline) else "-"] if baseline else []
        ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
        lines.append([result.what, result.ours, *before, result.compared, ratio, result.goal, {True: "yes", False: "no", None: ""}[result.met]])
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def measure(name, programs):
    try:
        return list(rows.ROWS[name](programs))
    except (SystemExit, Exception) as failure:  # one row that fails must not take the others with it
        if not isinstance(failure, SystemExit):
            traceback.print_exc()
        return [rows.Result(name, f"FAILED: {failure}")]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True)
    parser.add_argument("--baseline")
    parser.add_argument("--simulator", required=True)
    parser.add_argument("--tools", required=True)
    parser.add_argument("--limits", required=True)
    parser.add_argument("--counts", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("rows", nargs="*")
    options = parser.parse_args()
    bounds = limits(options.limits)
    names = options.rows or (list(bounds) if options.counts else [name for name in rows.ROWS if options.large or name not in rows.LARGE])
    unknown = [name for name in names if name not in rows.ROWS]
    if unknown:
        sys.exit(f"bench: there is no row {unknown[0]}; there are {', '.join(rows.ROWS)}")
    results, before, broken = [], [], []
    for name in names:
        begun = time.monotonic()
        print(f"    measuring {name}", end="", file=sys.stderr, flush=True)
        measured = measure(name, Programs(options.ours, options.simulator, options.tools))
        results += measured
        if options.baseline:
            then = measure(name, Programs(options.baseline, options.simulator, options.tools))
            before += then[:len(measured)] + [rows.Result("", "-")] * (len(measured) - len(then))
        print(f": {time.monotonic() - begun:.0f} s", file=sys.stderr)
        counts = {count: number for result in measured for count, number in result.counts.items()}
        for count, most in bounds.get(name, {}).items():
            if count not in counts:
                broken.append(f"{name}: {count} was not counted")
            elif counts[count] > most:
                broken.append(f"{name}: {count} is {counts[count]:g}, and {most:g} is the most")
    show(results, before)
    for line in broken:
        print(f"bench: {line}")
    if broken or any(result.ours.startswith("FAILED") for result in results):
        sys.exit(1)


main()
