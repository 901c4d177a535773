// SPDX-License-Identifier: Apache-2.0
// What the sections share: text, tables, charts in the colours of the theme.
const report = JSON.parse(document.getElementById("report").textContent);
const run = report.run;
const byId = (id) => document.getElementById(id);
const redraws = [];  // draw the charts anew, in the theme's colours

const count = (n) => Number(n).toLocaleString("en-GB");
const percent = (share, digits = 1) => (100 * share).toFixed(digits) + " %";
const rounded = (value, digits = 3) => Number(value.toPrecision(digits)).toLocaleString("en-GB", { maximumSignificantDigits: digits });
function seconds(s) {
  if (s < 1) return Math.round(s * 1000) + " ms";
  if (s < 120) return s.toFixed(1) + " s";
  return s < 7200 ? (s / 60).toFixed(1) + " min" : (s / 3600).toFixed(1) + " h";
}

// Text goes in by textContent alone: what the document holds is never read as HTML.
function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const thumbnail = (path) => Object.hasOwn(report.thumbnails, path) ? "data:image/jpeg;base64," + report.thumbnails[path] : null;

// A place of the record, as people write it.
const written = (place) => place.replace(/^file:(?=\/)/, "");

// A path as INPUT has it; of an image elsewhere as it is.
const inputs = run.input.endsWith("/") ? run.input : run.input + "/";
const relative = (path) => path.startsWith(inputs) ? path.slice(inputs.length) : written(path);

// What a cell shows, and what its column is sorted by where that is something else.
const by = (value, text) => ({ text, by: value });
const textOf = (value) => value?.text ?? value;
const orderOf = (value) => value?.by ?? value;

function cell(value, column) {
  const kind = column.kind ?? "text";
  if (kind !== "picture") return element("td", textOf(value), kind === "text" ? {} : { class: kind });
  const td = element("td");
  if (thumbnail(value)) {
    const button = element("button", undefined, { type: "button", class: "thumb", "aria-label": "Enlarge " + relative(value) });
    button.append(element("img", undefined, { src: thumbnail(value), alt: "" }));
    button.addEventListener("click", () => showPhoto(value));
    td.append(button);
  }
  return td;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en", { numeric: true });
}

// A click on a column's name sorts by it, another one the other way round.
function head(column, i, table, items) {
  const th = element("th", undefined, { scope: "col", ...(column.kind === "number" ? { class: "number" } : {}) });
  if (!column.name) return th;
  const button = element("button", column.name, { type: "button" });
  button.addEventListener("click", () => {
    const down = th.getAttribute("aria-sort") === "ascending" || (column.kind === "number" && !th.hasAttribute("aria-sort"));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
    const sorted = [...items].sort((a, b) => (down ? -1 : 1) * compare(orderOf(a.row[i]), orderOf(b.row[i])));
    table.tBodies[0].replaceChildren(...sorted.map((item) => item.tr));
  });
  th.append(button);
  return th;
}

function fill(id, columns, rows) {
  const table = element("table");
  const names = element("tr");
  const items = rows.map((row) => {
    const tr = element("tr");
    row.forEach((value, i) => tr.append(cell(value, columns[i])));
    return { row, tr };
  });
  table.append(element("thead"), element("tbody"));
  table.tHead.append(names);
  names.append(...columns.map((column, i) => head(column, i, table, items)));
  table.tBodies[0].append(...items.map((item) => item.tr));
  const box = byId(id);
  box.setAttribute("tabindex", "0");
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Table");
  box.replaceChildren(table);
}

function pairs(id, rows) {
  const table = element("table");
  table.append(element("tbody"));
  for (const [name, value] of rows) {
    const tr = element("tr");
    tr.append(element("th", name, { scope: "row" }), element("td", value));
    table.tBodies[0].append(tr);
  }
  byId(id).replaceChildren(table);
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

function layout(extra) {
  const axis = { gridcolor: colour("line"), zerolinecolor: colour("line"), linecolor: colour("line"), automargin: true };
  const { xaxis, yaxis, ...rest } = extra;
  return {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: colour("ink"), family: "system-ui, sans-serif", size: 12 },
    margin: { l: 52, r: 16, t: 16, b: 44 }, showlegend: false, dragmode: false,
    modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("soft"), activecolor: colour("accent") },
    hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink") } },
    xaxis: { ...axis, ...xaxis }, yaxis: { ...axis, ...yaxis }, ...rest,
  };
}

const config = { responsive: true, displaylogo: false, scrollZoom: false, displayModeBar: false,
  modeBarButtons: [["zoom2d", "pan2d", "lasso2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] };

// `make` gives traces and layout; it is called again when the theme changes.
function chart(id, label, make, more = {}) {
  byId(id).setAttribute("aria-label", label);
  const draw = () => {
    const { traces, ...rest } = make();
    return Plotly.react(byId(id), traces, layout(rest), { ...config, ...more });
  };
  redraws.push(draw);
  return draw();
}
