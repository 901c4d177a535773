// SPDX-License-Identifier: Apache-2.0
// Themes, contents, and the charting library, which lies compressed in the page.
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  for (const draw of redraws) draw();
}

async function loadPlotly() {
  const packed = Uint8Array.from(atob(byId("plotly").textContent), (c) => c.charCodeAt(0));
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = element("script", await new Response(unpacked).text());
  document.head.append(script);
}

function listSections() {
  for (const section of document.querySelectorAll("main section[id]")) {
    const title = section.querySelector("h2");
    if (!title || section.hidden) continue;
    const item = element("li");
    item.append(element("a", title.textContent, { href: "#" + section.id }));
    byId("contents").append(item);
  }
}

async function start() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  setTheme(dark.matches ? "dark" : "light");
  dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  drawHead();
  listenToPhoto();
  drawRejected();
  drawOutliers();
  drawConfusions();
  drawPairs();
  drawCost();
  drawCard();
  await loadPlotly();
  drawVariance();
  drawBalance();
  drawTime();
  await drawMap();
  listSections();
  document.documentElement.dataset.ready = "yes";
}

start();
