"""What a command tells of a finished run or update, as text."""

from __future__ import annotations

from typing import Any


def summary(record: dict[str, Any]) -> str:
    """Return the lines that end what is said of a record."""
    if record["state"] == "unchanged":
        title, rows = "update: nothing to do", _unchanged(record)
    else:
        title, rows = f"{record['command']} finished", _finished(record)
    return f"\n{title}\n" + "\n".join(f"  {name:<12} {text}" for name, text in rows.items())


def _unchanged(record: dict[str, Any]) -> dict[str, str]:
    images = f"the {record['counts']['listed']:,} in {record['input']} are those of the output"
    return {
        "images": f"{images}; nothing was read or written",
        "output": record["output"],
    }


def _finished(record: dict[str, Any]) -> dict[str, str]:
    counts, reduction = record["counts"], record["reduction"]
    reasons = ", ".join(f"{n:,} {reason}" for reason, n in counts["rejected_by_reason"].items())
    rejected = f"{counts['rejected']:,} rejected" + (f" ({reasons})" if reasons else "")
    seconds = ", ".join(f"{stage} {time:.1f} s" for stage, time in record["seconds"].items())
    rows = {
        "images": f"{counts['listed']:,} listed = {counts['features']:,} with features + "
        f"{rejected}",
        **_update(record.get("update")),
        "components": f"{reduction['k']:,} of {record['width']:,}, keeping "
        f"{100 * reduction['cumulative']:.2f} % of the variance",
        "network": f"{record['model']['name']}, {record['model']['weights']}, "
        f"{record['model']['precision']}, {record['model']['engine']}",
        "time": seconds,
        "Spark": f"{record['spark']['version']}, {record['spark']['master']}, "
        f"{record['spark']['application']}",
        "output": record["output"],
    }
    if "warning" in record:
        rows["WARNING"] = "untrained weights: the features mean nothing"
    return rows


def _update(update: dict[str, Any] | None) -> dict[str, str]:
    if update is None:
        return {}
    shards, drift = update["shards"], update["drift"]
    model = "fitted anew" if update["refitted"] else "kept as it is"
    if drift and update["refitted"]:
        model += f", k {drift['k_before']:,} → {drift['k_after']:,}"
    rows = {
        "update": f"{update['kept']:,} kept, {update['added']:,} added, {update['changed']:,} "
        f"changed, {update['removed']:,} removed; {update['inferred']:,} inferred",
        "shards": f"{shards['kept']:,} kept, {shards['rewritten']:,} written anew, "
        f"{shards['added']:,} added, {shards['removed']:,} removed",
        "model": model,
    }
    if drift:
        rows["drift"] = f"the earlier model keeps {100 * drift['variance_kept']:.2f} % of today's "
        rows["drift"] += "variance"
        if drift["largest_angle"] is not None:
            rows["drift"] += f"; to the one fitted now {drift['largest_angle']:.2f}° at most"
    return rows
