# SPDX-License-Identifier: Apache-2.0
"""The picture of `make bench-rivals`: images a second, a bar a contestant, a panel a contest.

Needs matplotlib, which .venv/rivals has.
"""

from pathlib import Path

OURS, OTHERS, BOUND = "#2f7d4f", "#9aa5b1", "#e3e7eb"
STYLE = {
    "axes.spines.bottom": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "svg.fonttype": "none",  # letters, not their outlines: small, and they can be searched
    "svg.hashsalt": "verger",
}


def colour(name: str) -> str:
    """Return the colour of a contestant's bar."""
    return OURS if name.startswith("ours") else BOUND if name == "openvino_bare" else OTHERS


def panel(axes, result: dict, names: dict[str, str]) -> None:
    """Draw a measurement, the quickest at the top."""
    rates = {name: row["images_per_s"] for name, row in result["figures"].items()}
    order = sorted(rates, key=rates.get)
    bars = axes.barh(
        [names.get(name, name) for name in order],
        [rates[name] for name in order],
        color=[colour(name) for name in order],
        height=0.65,
    )
    axes.bar_label(bars, [f"{rates[name]:,.0f}" for name in order], padding=3)
    axes.set_xlim(0, 1.12 * max(rates.values()))
    axes.set_xticks([])
    axes.tick_params(length=0)
    cores = "1 core" if result["threads"] == 1 else f"{result['threads']} cores"
    axes.set_title(f"images/s on {cores}", fontsize=9, loc="left")


def draw(results: list[dict], names: dict[str, str], file: Path) -> None:
    """Draw all measurements, one above the other."""
    import matplotlib as mpl  # noqa: PLC0415 - only where there is something to draw

    mpl.use("svg")
    from matplotlib import pyplot  # noqa: PLC0415

    counts = [len(result["figures"]) for result in results]
    with mpl.rc_context(STYLE):
        figure, panels = pyplot.subplots(
            len(results),
            figsize=(7, 0.27 * sum(counts) + 0.4 * len(counts)),
            height_ratios=counts,
            layout="constrained",
            squeeze=False,
        )
        for axes, result in zip(panels.flat, results, strict=True):
            panel(axes, result, names)
        figure.savefig(file, facecolor="white", metadata={"Date": None, "Creator": None})
        pyplot.close(figure)
    lines = file.read_text().splitlines()
    file.write_text("\n".join(line.rstrip() for line in lines) + "\n")
