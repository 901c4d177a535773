// SPDX-License-Identifier: Apache-2.0
// The names of the islands, on the map itself: as many as have room, those of most points first.
const measure = document.createElement("canvas").getContext("2d");
const NAME_HEIGHT = 16;

function nameBox(island, { xaxis, yaxis }) {
  measure.font = "600 11px system-ui, sans-serif";
  const width = measure.measureText(points.labels[island.label]).width + 8;
  const x = xaxis.d2p(island.x), y = yaxis.d2p(island.y);
  if (x < 0 || y < 0 || x > xaxis._length || y > yaxis._length) return null;
  const left = Math.max(0, Math.min(xaxis._length - width, x - width / 2)) + xaxis._offset;
  return { left, top: y + yaxis._offset - NAME_HEIGHT / 2, width };
}

const overlap = (a, b) => a.left < b.left + b.width && b.left < a.left + a.width && Math.abs(a.top - b.top) < NAME_HEIGHT;

function drawNames() {
  const placed = [];
  const spans = [];
  for (const island of view === "islands" ? points.map.islands : []) {
    if (hidden.has(island.label)) continue;
    const box = nameBox(island, byId("map-plot")._fullLayout);
    if (!box || placed.some((other) => overlap(box, other))) continue;
    placed.push(box);
    const span = element("span", points.labels[island.label]);
    span.style.left = box.left + "px";
    span.style.top = box.top + "px";
    span.style.width = box.width + "px";
    spans.push(span);
  }
  byId("names").replaceChildren(...spans);
}

// Twelve colours are enough where names are on the map: each class takes the one whose islands are
// the farthest away.
const HUES = [140, 25, 265, 345, 200, 60, 310, 95, 0, 230, 170, 285];
let classHues = null;

function hueOf(number) {
  if (!classHues) {
    classHues = [];
    const taken = [];
    const places = points.map?.islands ?? points.labels.map((_, label) => ({ label, x: label, y: 0 }));
    for (const { label, x, y } of places) {
      const crowd = HUES.map((hue) => taken.reduce((sum, t) => sum + (t.hue === hue ? 1 / (1e-9 + (t.x - x) ** 2 + (t.y - y) ** 2) : 0), 0));
      const hue = HUES[crowd.indexOf(Math.min(...crowd))];
      taken.push({ hue, x, y });
      classHues[label] = hue;
    }
  }
  return classHues[number];
}

function classColour(number) {
  const hue = hueOf(number);
  const dark = document.documentElement.dataset.theme === "dark";
  const yellowish = hue > 40 && hue < 110;  // looks lighter than it says
  return `hsl(${hue}, 65%, ${dark ? 62 : yellowish ? 34 : 46}%)`;
}
