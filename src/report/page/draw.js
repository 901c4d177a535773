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

function cell(value, column) {
  const kind = column.kind ?? "text";
  if (kind === "picture") {
    const td = element("td");
    const source = thumbnail(value);
    if (source) td.append(element("img", undefined, { src: source, alt: "" }));
    return td;
  }
  return element("td", value, kind === "text" ? {} : { class: kind });
}

function fill(id, columns, rows) {
  const table = element("table");
  const head = element("tr");
  for (const column of columns) {
    head.append(element("th", column.name, { scope: "col", ...(column.kind === "number" ? { class: "number" } : {}) }));
  }
  table.append(element("thead"), element("tbody"));
  table.tHead.append(head);
  for (const row of rows) {
    const tr = element("tr");
    row.forEach((value, i) => tr.append(cell(value, columns[i])));
    table.tBodies[0].append(tr);
  }
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
  modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] };

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
