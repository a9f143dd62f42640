#!/usr/bin/env python3
"""What each question costs in databases of different size, and how it grows: a table, and a picture (SVG) if asked for.

usage: growth.py ASK PICTURE.svg ROWS=DATABASE...

Processor time of the thread that asks is compared, since other programs hardly change it; where several threads read, it is
that of one reader's share. The growth is that of the last step: 1.0 is none, 10 as
much as the table. What grows with the matches instead of the screen is expected in counts and groups that no tally answers.
"""
import html
import math
import re
import subprocess
import sys

ASK, PICTURE = sys.argv[1:3]
FILES = [(int(rows), path) for rows, path in (pair.split("=", 1) for pair in sys.argv[3:])]
LEFT, TOP, WIDTH, ROW = 250, 50, 620, 17
LOW_MS, HIGH_MS = 0.1, 10000


def measure():
    """{name: (budget, [ms of a processor for each file])}"""
    costs = {}
    for _, path in FILES:
        for line in subprocess.run([ASK, path], capture_output=True, text=True, check=True).stdout.splitlines():
            name, budget, _, cpu = line.split("\t")
            costs.setdefault(name, (float(budget), []))[1].append(float(cpu))
    return costs


def table(costs):
    print(f"{'question':<34}" + "".join(f"{rows:>14,}" for rows, _ in FILES) + f"{'growth':>9}{'budget ms':>11}")
    for name, (budget, ms) in costs.items():
        growth = ms[-1] / max(ms[-2], 0.2) if len(ms) > 1 else 1
        print(f"{name:<34}" + "".join(f"{one:>11.1f} ms" for one in ms) + f"{growth:>9.1f}{budget:>11.0f}"
              + (" over" if ms[-1] > budget else ""))


def x_of(ms):
    at = math.log10(max(ms, LOW_MS) / LOW_MS) / math.log10(HIGH_MS / LOW_MS)
    return LEFT + WIDTH * min(at, 1)


def picture(costs):
    colours = ["#7fb3d5", "#2874a6", "#1b2631"]
    height = TOP + ROW * len(costs) + 20
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}"'
           ' font-family="DejaVu Sans" font-size="11" stroke="none"><rect width="100%" height="100%" fill="white"/>']
    for i, (rows, _) in enumerate(FILES):
        out.append(f'<circle cx="{LEFT + 10 + i * 130}" cy="14" r="5" fill="{colours[i % 3]}"/>'
                   f'<text x="{LEFT + 20 + i * 130}" y="18">{rows:,} emails</text>')
    out.append(f'<rect x="{LEFT + 6 + len(FILES) * 130}" y="8" width="3" height="12" fill="#c0392b"/>'
               f'<text x="{LEFT + 16 + len(FILES) * 130}" y="18">budget</text>')
    for power in range(-1, 5):
        x = x_of(10 ** power)
        out.append(f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{height - 16}" stroke="#ddd"/>'
                   f'<text x="{x}" y="{TOP - 12}" text-anchor="middle" fill="#555">{10 ** power:g} ms</text>')
    for i, (name, (budget, ms)) in enumerate(costs.items()):
        y = TOP + ROW * i + 8
        label = html.escape(re.sub('"(.*)"', r"“\1”", name))  # ImageMagick loses a plain quote at the end
        out.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{label}</text>'
                   f'<line x1="{x_of(min(ms))}" y1="{y}" x2="{x_of(max(ms))}" y2="{y}" stroke="#aaa"/>'
                   f'<rect x="{x_of(budget) - 1}" y="{y - 6}" width="3" height="12" fill="#c0392b"/>')
        out += [f'<circle cx="{x_of(one)}" cy="{y}" r="4" fill="{colours[k % 3]}"/>' for k, one in enumerate(ms)]
    out.append("</svg>")
    with open(PICTURE, "w") as f:
        f.write("\n".join(out))


costs = measure()
table(costs)
picture(costs)
