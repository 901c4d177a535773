// The map of the images: one point each, a list of classes that shows and hides them.
const points = report.points;
const hidden = new Set();  // numbers of classes
let shown = [];            // numbers of points
let at = -1;               // the photograph stepped to

// Neighbours in number are far apart in hue; lightness tells the turns of the wheel apart.
function classColour(number) {
  const dark = document.documentElement.dataset.theme === "dark";
  const lightness = (dark ? 64 : 44) + [0, 12, -10][number % 3];
  return `hsl(${Math.round((number * 137.508 + 140) % 360)}, ${number % 2 ? 58 : 72}%, ${lightness}%)`;
}

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

function mapFigure() {
  shown = visiblePoints();
  const colours = points.labels.map((_, i) => classColour(i));
  const size = Math.max(3, Math.min(9, 220 / Math.sqrt(shown.length + 1)));
  return {
    traces: [{
      type: webgl ? "scattergl" : "scatter", mode: "markers", hoverinfo: "none", customdata: shown,
      x: shown.map((i) => points.x[i]), y: shown.map((i) => points.y[i]),
      marker: { size, opacity: 0.8, color: shown.map((i) => colours[points.label[i]]), line: { width: 0 } },
    }],
    dragmode: "pan", hovermode: "closest", uirevision: "map",
    xaxis: { title: { text: "first principal component" } },
    yaxis: { title: { text: "second principal component" } },
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
  const item = element("li");
  item.append(button);
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

function matching() {
  const words = byId("search").value.trim().toLowerCase();
  return points.labels.map((label) => label.toLowerCase().includes(words));
}

function listClasses() {
  classItems = points.labels.map(classButton);
  const order = points.labels.map((label, i) => [label, i]).sort((a, b) => a[0].localeCompare(b[0], "en", { numeric: true }));
  byId("classes").replaceChildren(...order.map(([, i]) => classItems[i]));
  byId("search").addEventListener("input", () => {
    matching().forEach((found, i) => { classItems[i].hidden = !found; });
  });
  // With a search, All and None are about what was found.
  byId("all").addEventListener("click", () => {
    matching().forEach((found, i) => { if (found) hidden.delete(i); });
    update();
  });
  byId("none").addEventListener("click", () => {
    matching().forEach((found, i) => { if (found) hidden.add(i); });
    update();
  });
}

async function drawMap() {
  if (!points) return;
  byId("map").hidden = false;
  const sampled = points.x.length < points.total;
  byId("map-note").textContent = "Each point is a photograph, placed by its first two principal components. " +
    (sampled ? `A sample, spread evenly over the listing: ${count(points.x.length)} of ${count(points.total)} images. `
             : `All ${count(points.total)} images. `) +
    (webgl ? "" : `This browser has no WebGL: at most ${count(MOST_WITHOUT_WEBGL)} points are drawn. `) +
    "Drag to move, use the buttons above the chart to zoom.";
  listClasses();
  redraws.push(() => classItems.forEach((item, i) => { item.querySelector("i").style.background = classColour(i); }));
  const label = "Scatter chart of the images by their first two principal components; the list of classes shows and hides them";
  await chart("map-plot", label, mapFigure, { scrollZoom: true, displayModeBar: true });
  redrawMap = redraws.at(-1);
  update();
  byId("map-plot").on("plotly_hover", showTip);
  byId("map-plot").on("plotly_unhover", () => { byId("tip").hidden = true; });
  byId("previous").addEventListener("click", () => step(-1));
  byId("next").addEventListener("click", () => step(1));
}
