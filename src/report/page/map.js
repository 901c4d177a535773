// SPDX-License-Identifier: Apache-2.0
// The map of the images: one point each, a list of classes that shows and hides them.
const points = report.points;
const hidden = new Set();  // numbers of classes
let shown = [];            // numbers of points
let at = -1;               // the photograph stepped to

let view = points?.map ? "islands" : "plane";
const place = () => view === "islands" ? points.map : points;  // where the points are

const webgl = (() => {
  try { return document.createElement("canvas").getContext("webgl") !== null; } catch { return false; }
})();
const MOST_WITHOUT_WEBGL = 3000;

function visiblePoints() {
  const all = points.label.flatMap((label, i) => hidden.has(label) ? [] : [i]);
  if (webgl || all.length <= MOST_WITHOUT_WEBGL) return all;
  const step = all.length / MOST_WITHOUT_WEBGL;
  return Array.from({ length: MOST_WITHOUT_WEBGL }, (_, i) => all[Math.floor(i * step)]);
}

// "first principal component (7.3 % of the variance)"
function axisTitle(number) {
  const { cumulative } = report.spectrum;
  const share = number < cumulative.length ? cumulative[number] - (number ? cumulative[number - 1] : 0) : 0;
  return { text: `${number ? "second" : "first"} principal component (${percent(share)} of the variance)` };
}

const coarse = matchMedia("(pointer: coarse)").matches;

function mapFigure() {
  shown = visiblePoints();
  const colours = points.labels.map((_, i) => classColour(i));
  const size = Math.max(3, Math.min(9, 220 / Math.sqrt(shown.length + 1)));
  const { x, y } = place();
  const islands = view === "islands";
  return {
    traces: [{
      type: webgl ? "scattergl" : "scatter", mode: "markers", hoverinfo: "none", customdata: shown,
      x: shown.map((i) => x[i]), y: shown.map((i) => y[i]),
      marker: { size, opacity: 0.8, color: shown.map((i) => colours[points.label[i]]), line: { width: 0 } },
      unselected: { marker: { opacity: 0.15 } },
    }],
    dragmode: "pan", hovermode: "closest", uirevision: view,
    xaxis: islands ? { visible: false } : { title: axisTitle(0) },
    yaxis: islands ? { visible: false, scaleanchor: "x" } : { title: axisTitle(1) },
    ...(islands ? { margin: { l: 8, r: 8, t: 8, b: 8 } } : {}),
  };
}

const pathOf = (i) => points.prefix + points.path[i];

function tell(i) {
  const source = thumbnail(pathOf(i));
  const picture = byId("picture");
  if (source) picture.src = source; else picture.removeAttribute("src");
  picture.alt = points.labels[points.label[i]];
  byId("picture-text").textContent = `${points.labels[points.label[i]]}: ${points.path[i]}` + (source ? "" : " (no thumbnail)");
}

function showTip(event) {
  const i = event.points[0].customdata;
  const tip = byId("tip");
  const box = tip.parentElement.getBoundingClientRect();
  const picture = tip.querySelector("img");
  const source = thumbnail(pathOf(i));
  if (source) picture.src = source; else picture.removeAttribute("src");
  tip.querySelector("strong").textContent = points.labels[points.label[i]];
  tip.querySelector("span").textContent = points.path[i];
  tip.hidden = false;
  const x = (event.event?.clientX ?? box.left) - box.left;
  const y = (event.event?.clientY ?? box.top) - box.top;
  tip.style.left = Math.max(0, x + 16 + tip.offsetWidth > box.width ? x - tip.offsetWidth - 16 : x + 16) + "px";
  tip.style.top = Math.max(0, Math.min(y + 12, box.height - tip.offsetHeight)) + "px";
  tell(i);
  return i;
}

// Steps through the points shown that have a picture.
function step(by) {
  const pictured = shown.filter((i) => thumbnail(pathOf(i)));
  if (pictured.length === 0) return;
  at = (at + by + pictured.length) % pictured.length;
  tell(pictured[at]);
}

function sayShown() {
  const classes = points.labels.length - hidden.size;
  byId("shown").textContent = `${count(classes)} of ${count(points.labels.length)} classes`;
}

const counts = new Map(report.labels.listed.map((label) => [label.name, label.count]));

function classButton(label, number) {
  const button = element("button", undefined, { type: "button", "aria-pressed": "true", title: label });
  button.append(element("i"), element("span", label), element("small", counts.has(label) ? count(counts.get(label)) : ""));
  button.addEventListener("click", () => { if (!hidden.delete(number)) hidden.add(number); update(); });
  const only = element("button", "only", { type: "button", class: "only", "aria-label": "Only " + label });
  only.addEventListener("click", () => showOnly((other) => other === number));
  const item = element("li");
  item.append(button, only);
  return item;
}

let redrawMap = () => {};
let classItems = [];  // by class number

function update() {
  classItems.forEach((item, number) => {
    item.firstChild.setAttribute("aria-pressed", String(!hidden.has(number)));
    item.querySelector("i").style.background = classColour(number);
  });
  at = -1;
  sayShown();
  redrawMap();
}

// Shows the classes whose numbers are wanted, and no others.
function showOnly(wanted) {
  points.labels.forEach((_, number) => { if (wanted(number)) hidden.delete(number); else hidden.add(number); });
  update();
}

function matching() {
  const words = byId("search").value.trim().toLowerCase();
  return points.labels.map((label) => label.toLowerCase().includes(words));
}

function listClasses() {
  classItems = points.labels.map(classButton);
  const order = points.labels.map((label, i) => [label, i]).sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
  byId("classes").replaceChildren(...order.map(([, i]) => classItems[i]));
  byId("search").addEventListener("input", () => {
    matching().forEach((matches, i) => { classItems[i].hidden = !matches; });
  });
  // With a selection on the map it is about that, else about what matches the search.
  byId("only").addEventListener("click", () => {
    const shown = selected ?? matching();
    selected = null;
    showOnly((number) => shown[number]);
  });
  // With a search, All and None are about what matches it.
  byId("all").addEventListener("click", () => {
    matching().forEach((matches, i) => { if (matches) hidden.delete(i); });
    update();
  });
  byId("none").addEventListener("click", () => {
    matching().forEach((matches, i) => { if (matches) hidden.add(i); });
    update();
  });
}

let selected = null;  // by class: whether a photograph of it was selected on the map

function select(event) {
  if (!event?.points?.length) { selected = null; return; }
  selected = points.labels.map(() => false);
  const counts = new Map();
  for (const { customdata: i } of event.points) {
    selected[points.label[i]] = true;
    counts.set(points.label[i], (counts.get(points.label[i]) ?? 0) + 1);
  }
  const most = [...counts].sort((a, b) => b[1] - a[1]);
  byId("picture").removeAttribute("src");
  byId("picture-text").textContent = `${count(event.points.length)} photographs selected: ` +
    most.slice(0, 12).map(([label, n]) => `${count(n)} ${points.labels[label]}`).join(", ") +
    (most.length > 12 ? `, and of ${count(most.length - 12)} more classes.` : ".");
}

function setView(name) {
  view = name;
  for (const other of ["islands", "plane"]) byId(other).setAttribute("aria-pressed", String(other === view));
  byId("map-note").textContent = mapNote();
  redrawMap();
}

function mapNote() {
  const sampled = points.x.length < points.total;
  const how = view === "islands"
    ? "Each point is a photograph. Photographs that are alike lie together (t-SNE of the nearest neighbours by all components kept); how far islands are from each other says little. "
    : "Each point is a photograph, placed by its first two principal components. ";
  const more = points.map ? "" : "Islands of what is alike are drawn by 'verger report': they take the time that a run spares. ";
  return how + more + (sampled ? `A sample, spread evenly over the listing: ${count(points.x.length)} of ${count(points.total)} images. `
                        : `All ${count(points.total)} images. `) +
    (webgl ? "" : `This browser has no WebGL: at most ${count(MOST_WITHOUT_WEBGL)} points are drawn. `) +
    (coarse ? "Tap a point for its photograph; the buttons above the chart zoom." : "Click a point to enlarge its photograph; drag to move, Ctrl and the wheel to zoom.");
}

// The wheel scrolls the page, and zooms with Ctrl alone; fingers scroll the page too.
function leavePageToScroll(box) {
  const keep = (event) => event.stopImmediatePropagation();
  box.addEventListener("wheel", (event) => { if (!event.ctrlKey && !event.metaKey) keep(event); }, { capture: true, passive: true });
  for (const kind of ["touchstart", "touchmove"]) box.addEventListener(kind, keep, { capture: true, passive: true });
}

function listenToMap(plot) {
  let pointer = "mouse";
  leavePageToScroll(plot);
  plot.addEventListener("pointerdown", (event) => { pointer = event.pointerType; }, { capture: true });
  plot.on("plotly_hover", showTip);
  plot.on("plotly_unhover", () => { if (pointer === "mouse") byId("tip").hidden = true; });
  plot.on("plotly_click", (event) => {
    const i = showTip(event);
    byId("tip").dataset.path = pathOf(i);
    if (pointer === "mouse") showPhoto(pathOf(i));
  });
  byId("tip").addEventListener("click", () => showPhoto(byId("tip").dataset.path));
  plot.on("plotly_selected", select);
  plot.on("plotly_deselect", () => select(null));
  for (const event of ["plotly_afterplot", "plotly_relayouting"]) plot.on(event, drawNames);
}

async function drawMap() {
  if (!points) return;
  byId("map").hidden = false;
  listClasses();
  redraws.push(() => classItems.forEach((item, i) => { item.querySelector("i").style.background = classColour(i); }));
  const label = "Scatter chart of the images, those that are alike together; the list of classes shows and hides them";
  await chart("map-plot", label, mapFigure, { scrollZoom: true, displayModeBar: true });
  redrawMap = redraws.at(-1);
  listenToMap(byId("map-plot"));
  byId("views").hidden = !points.map;
  for (const name of ["islands", "plane"]) byId(name).addEventListener("click", () => setView(name));
  setView(view);
  update();
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
}
