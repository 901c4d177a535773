// SPDX-License-Identifier: Apache-2.0
// The other sections, top to bottom.
function drawHead() {
  byId("command").textContent = run.command;
  byId("subtitle").textContent = `${written(run.input)} → ${written(run.output)}, ${run.started}`;
  document.title = `verger ${run.command}: ${written(run.output)}`;
  if (run.warning) {
    byId("banner").textContent = "⚠ " + run.warning.replace(/^Untrained weights/, "UNTRAINED WEIGHTS");
    byId("banner").hidden = false;
  }
  const figures = [[count(run.counts.listed), "images listed"], [count(run.counts.features), "with features"],
    [count(run.counts.rejected), "rejected"], [count(report.labels.total), "classes"]];
  if (report.spectrum) {
    const k = report.spectrum.k;
    figures.push([`${count(k)} of ${count(report.spectrum.width)}`, "components kept"],
      [percent(report.spectrum.cumulative[k - 1], 2), "of the variance"]);
  }
  if (report.pipeline) figures.push([rounded(report.pipeline.images_per_second), "images a second"]);
  for (const [value, name] of figures) {
    const box = element("div");
    box.append(element("b", value), element("span", name));
    byId("figures").append(box);
  }
}

const mark = (extra) => ({ type: "line", line: { color: colour("warm"), width: 1.5, dash: "dot" }, ...extra });

function drawVariance() {
  const spectrum = report.spectrum;
  if (!spectrum) return;
  byId("variance").hidden = false;
  const { k, cumulative } = spectrum;
  const numbers = cumulative.map((_, i) => i + 1);
  byId("variance-note").textContent = (spectrum.variance > 0 ? `Asked: ${percent(spectrum.variance, 2)} of the variance. ` : `Asked: ${count(k)} components. `) +
    `${count(k)} components keep ${percent(cumulative[k - 1], 3)}` + (k > 1 ? `; ${count(k - 1)} would keep ${percent(cumulative[k - 2], 3)}. ` : ". ") +
    `Fitted on ${count(spectrum.count)} images, features ${spectrum.standardize ? "standardised" : "centred only"}.`;
  const line = (y) => ({ type: "scatter", mode: numbers.length < 60 ? "lines+markers" : "lines", x: numbers, y, line: { color: colour("accent"), width: 2.5 } });
  chart("variance-plot", `Cumulative share of the variance; ${k} components are kept`, () => ({
    traces: [{ ...line(cumulative), fill: "tozeroy", fillcolor: colour("accent") + "22", hovertemplate: "%{x} components: %{y:.2%}<extra></extra>" }],
    xaxis: { title: { text: "components" } },
    yaxis: { tickformat: ".0%", range: [0, 1.03] },
    shapes: [mark({ x0: k, x1: k, y0: 0, y1: 1, yref: "paper" }),
      ...(spectrum.variance > 0 ? [mark({ x0: 0, x1: 1, xref: "paper", y0: spectrum.variance, y1: spectrum.variance })] : [])],
    annotations: [{ x: k, y: 0.12, text: `k = ${k}`, showarrow: false, font: { color: colour("warm") }, bgcolor: colour("panel"), borderpad: 3,
      xanchor: k > 0.5 * numbers.length ? "right" : "left", xshift: k > 0.5 * numbers.length ? -6 : 6 },
      ...(spectrum.variance > 0 ? [{ x: 0.02, xref: "paper", xanchor: "left", y: spectrum.variance, yanchor: "top", text: `${percent(spectrum.variance, 0)} asked`,
        showarrow: false, font: { color: colour("warm") } }] : [])],
  }));
  chart("spectrum-plot", "Eigenvalues of the components, on a logarithmic axis", () => ({
    traces: [{ ...line(spectrum.eigenvalues), hovertemplate: "component %{x}: λ = %{y:.4g}<extra></extra>" }],
    xaxis: { title: { text: "component" } },
    yaxis: { type: "log", title: { text: "eigenvalue" }, exponentformat: "power" },
    shapes: [mark({ x0: k, x1: k, y0: 0, y1: 1, yref: "paper" })],
  }));
  fill("variance-table", [{ name: "Component", kind: "number" }, { name: "Eigenvalue", kind: "number" }, { name: "Cumulative", kind: "number" }],
    numbers.map((n, i) => [n, by(spectrum.eigenvalues[i], spectrum.eigenvalues[i].toPrecision(6)), by(cumulative[i], percent(cumulative[i], 4))]));
}

function drawBalance() {
  const { listed, total } = report.labels;
  if (listed.length === 0) return;
  const counts = listed.map((label) => label.count);
  const ratio = counts[0] / counts.at(-1);
  byId("balance-note").textContent = `${count(total)} classes, of which the largest has ${count(counts[0])} images and the smallest ` +
    (listed.length < total ? "listed " : "") + `${count(counts.at(-1))}` + (ratio > 1 ? ` (${rounded(ratio, 2)} to 1).` : ".") +
    (listed.length < total ? ` The ${count(listed.length)} largest are listed.` : "");
  const names = listed.map((label) => label.name);
  // Numbers along the axis: two names may look alike, and a chart reads mark-up in names.
  chart("balance-plot", "Images of each class", () => ({
    traces: [{ type: "bar", x: names.map((_, i) => i + 1), y: counts, marker: { color: colour("accent") },
      customdata: names.map(plain), hovertemplate: "%{customdata}: %{y}<extra></extra>" }],
    bargap: names.length > 60 ? 0.1 : 0.3,
    xaxis: names.length <= 40 ? { tickvals: names.map((_, i) => i + 1), ticktext: names.map((name) => plain(name.length > 22 ? name.slice(0, 21) + "…" : name)), tickangle: -40 }
                              : { title: { text: "classes, by size (the table names them)" } },
    yaxis: { title: { text: "images" }, rangemode: "tozero" },
  }));
  fill("balance-table", [{ name: "Class" }, { name: "Images", kind: "number" }], listed.map((label) => [label.name, by(label.count, count(label.count))]));
}

// As text for plotly.js, which reads a small part of HTML.
const plain = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

function drawOutliers() {
  if (!report.outliers?.length) return;
  byId("outliers").hidden = false;
  fill("outliers-table", [{ name: "" }, { name: "D²", kind: "number" }, { name: "Class" }, { name: "Image", kind: "path" }].map((c, i) => i ? c : { ...c, kind: "picture" }),
    report.outliers.map((row) => [row.path, by(row.score, rounded(row.score, 4)), row.label, relative(row.path)]));
}

function drawConfusions() {
  const confusions = report.confusions;
  if (!confusions) return;
  byId("confusions").hidden = false;
  const sampled = confusions.measured < confusions.rows;
  byId("confusions-note").textContent = `Of ${sampled ? "" : "all "}${count(confusions.measured)} photographs${sampled ? `, a sample of ${count(confusions.rows)} compared among themselves` : ""}, ` +
    (confusions.confused === 0 ? "the nearest other one is always of the same class." :
      `${count(confusions.confused)} (${percent(confusions.confused / confusions.measured, 2)}) are nearest to one of another class` +
      (confusions.listed.length < confusions.total ? `; the ${count(confusions.listed.length)} pairs of classes with most of them are listed, of ${count(confusions.total)}.` : "."));
  if (!confusions.listed.length) return;
  byId("confusions-table").hidden = false;
  fill("confusions-table", [{ name: "", kind: "picture" }, { name: "", kind: "picture" }, { name: "Photographs of" }, { name: "are nearest to" }, { name: "How many", kind: "number" },
    { name: "Share", kind: "number" }, { name: "Closest", kind: "number" }],
    confusions.listed.map((row) => [row.path, row.nearest_path, row.label, row.nearest_label, by(row.images, `${count(row.images)} of ${count(row.of)}`),
      by(row.images / row.of, percent(row.images / row.of)), by(row.cosine, row.cosine.toFixed(3))]));
}

function drawPairs() {
  const closest = report.closest_pairs;
  if (!closest) return;
  byId("pairs").hidden = false;
  byId("pairs-note").textContent = closest.skipped === "components"
    ? `Not looked for: with fewer than ${count(closest.limit)} components many images are alike by chance.`
    : `The ${count(closest.pairs.length)} pairs of photographs whose components are most alike. Alike is not the same: 'verger duplicates' compares the pixels, and finds what was copied, saved anew or resized.`;
  if (!closest.pairs.length) return;
  byId("pairs-table").hidden = false;
  fill("pairs-table", [{ name: "", kind: "picture" }, { name: "", kind: "picture" }, { name: "Cosine", kind: "number" }, { name: "Labels" }, { name: "Images", kind: "path" }],
    closest.pairs.map((pair) => [pair.first, pair.second, by(pair.cosine, pair.cosine.toFixed(5)),
      pair.label_conflict ? `⚠ differ: ${pair.first_label} | ${pair.second_label}` : pair.first_label, `${relative(pair.first)}\n${relative(pair.second)}`]));
}

// How many files were passed over, and why; null when none was.
function passedOver() {
  const reasons = Object.entries(run.passed_over.by_reason).map(([reason, number]) => `${count(number)} ${reason}`);
  if (reasons.length === 0) return null;
  const kinds = Object.entries(run.passed_over.kinds).map(([kind, number]) => `${count(number)} ${kind}`);
  return reasons.join(", ") + (kinds.length > 0 ? ` (${kinds.join(", ")})` : "");
}

function drawRejected() {
  const { total, by_reason: reasons, listed } = report.rejected;
  byId("rejected-note").textContent = total === 0 ? "None: every image listed has features."
    : `${count(total)} of ${count(run.counts.listed)}: ` + Object.entries(reasons).map(([name, n]) => `${count(n)} ${name}`).join(", ") + "." +
      (listed.length < total ? ` The first ${count(listed.length)} are listed; the rejected table has them all.` : "");
  if (listed.length) {
    fill("rejected-table", [{ name: "Reason" }, { name: "Class" }, { name: "File", kind: "path" }, { name: "Bytes", kind: "number" }, { name: "Message" }],
      listed.map((row) => [row.reason, row.label, relative(row.path), by(row.length, row.length < 0 ? "?" : count(row.length)), row.message]));
  }
  const passed = passedOver();
  byId("passed-note").textContent = passed ? `Files in INPUT that were passed over, being no images to read: ${passed}.` : "No file in INPUT was passed over.";
}

const STAGES = { fetch: "waited for images", decode: "decode and resize", infer: "network", write: "write", other: "other, or no core free" };

function timeNote() {
  const pipeline = report.pipeline;
  if (!pipeline) return "The stages of this run.";
  const rate = rounded(pipeline.images_per_second);
  const faster = pipeline.images_per_second_without;
  const subject = { fetch: "Fetching limits", decode: "Decoding limits", infer: "The network limits", write: "Writing limits", other: "Cores that were busy elsewhere limit" };
  return `${rate} images a second by ${count(run.pipeline.workers)} workers and ${count(run.pipeline.readers)} readers. ${subject[pipeline.limit]}: ` +
    `${percent(pipeline.share, 0)} of the workers' time` + (faster ? `; without it, at most ${rounded(faster)} images a second. ` : ". ") +
    `Readers were busy ${percent(pipeline.reader_busy, 0)} of the time.`;
}

function drawTime() {
  const stages = Object.entries(run.seconds);
  byId("time-note").textContent = timeNote();
  // run.json keeps the stages by name: put them in the order of the road.
  const road = ["list", "extract", "precision check", "moments", "merge", "fit", "project"];
  stages.sort((a, b) => road.indexOf(a[0]) - road.indexOf(b[0]));
  chart("time-plot", "Seconds of each stage", () => ({
    traces: [{ type: "bar", orientation: "h", y: stages.map(([name]) => name), x: stages.map(([, s]) => s), marker: { color: colour("accent") },
      text: stages.map(([, s]) => seconds(s)), textposition: "auto", hoverinfo: "none" }],
    xaxis: { title: { text: "seconds" }, rangemode: "tozero" }, yaxis: { autorange: "reversed" },
  }));
  const rows = stages.map(([name, s]) => [name, by(s, seconds(s))]);
  byId("worker-figure").hidden = !report.pipeline;
  if (report.pipeline) {
    const shares = Object.keys(STAGES).map((name) => [name, report.pipeline.worker_shares[name]]);
    chart("worker-plot", "Share of the workers' time by stage", () => ({
      traces: [{ type: "bar", orientation: "h", y: shares.map(([name]) => STAGES[name]), x: shares.map(([, share]) => share),
        marker: { color: shares.map(([name]) => colour(name === report.pipeline.limit ? "warm" : "accent")) },
        text: shares.map(([, share]) => percent(share)), textposition: "auto", hoverinfo: "none" }],
      xaxis: { tickformat: ".0%", range: [0, 1] }, yaxis: { autorange: "reversed" },
    }));
    rows.push(...shares.map(([name, share]) => [`workers: ${STAGES[name]}`, by(share, percent(share))]));
  }
  fill("time-table", [{ name: "Stage" }, { name: "Time", kind: "number" }], rows);
}

function drawCost() {
  const { currency, region, machines, leaves_out: without, source } = report.cost;
  const own = report.cost.cpu_seconds_image !== null;
  const money = (value) => by(value, `${currency} ${value < 1 ? value.toPrecision(2) : value.toFixed(2)}`);
  byId("cost-note").textContent = `On-demand machines in ${region}, every core busy; EMR: with its own charge. Prices: ${source}. Left out: ` +
    without.charAt(0).toLowerCase() + without.slice(1) +
    (own ? ` This run took ${(1e3 * report.cost.cpu_seconds_image).toPrecision(3)} ms of CPU time an image on its own machine.` : "");
  const number = (name) => ({ name, kind: "number" });
  fill("cost-table", [{ name: "Instance" }, number("vCPUs"), number("An hour"), number("EC2"), number("EMR"),
    ...(own ? [number("EC2 at this run's CPU time"), number("EMR at this run's CPU time")] : []), { name: "Rate from", kind: "path" }],
    machines.map((m) => [m.instance, m.vcpus, by(m.hour, `${currency} ${m.hour}`), money(m.cost), money(m.cost_with_emr),
      ...(own ? [money(m.cost_at_own_cpu), money(m.cost_at_own_cpu_with_emr)] : []), m.rate_source]));
}

function drawCard() {
  const model = run.model;
  const rows = [["Command", `verger ${run.command}, version ${run.verger_version}`], ["Started", run.started], ["Input", written(run.input)], ["Output", written(run.output)],
    ["Images", `${count(run.counts.listed)} listed = ${count(run.counts.features)} with features + ${count(run.counts.rejected)} rejected`],
    ["Shards", `${count(run.shards.total)}, ${count(run.shards.resumed)} of them taken over from an interrupted run`]];
  const passed = passedOver();
  if (passed) rows.push(["Passed over", passed]);
  if (model) {
    rows.push(["Network", `${model.name}, ${count(model.width)} features an image`], ["Weights", model.weights + (model.untrained ? " (untrained: the features mean nothing)" : "")],
      ["Weights, SHA-256", model.weights_sha256], ["Engine", `${model.engine}, ${model.precision}`]);
  }
  if (run.precision_check) rows.push(["Cosine to f32", `lowest ${run.precision_check.lowest_cosine.toFixed(6)}, median ${run.precision_check.median_cosine.toFixed(6)}`]);
  if (report.spectrum) rows.push(["Reduction", `${count(report.spectrum.k)} of ${count(report.spectrum.width)} components, fitted on ${count(report.spectrum.count)} images`]);
  for (const file of report.model_files) rows.push([file.name.split("/").at(-1) + ", SHA-256", file.sha256]);
  pairs("card-table", rows);
  pairs("options-table", Object.entries(run.options).map(([name, value]) => [name, String(value) || "(default)"]));
}
