// SPDX-License-Identifier: Apache-2.0
// A photograph, enlarged: its place, and the photographs that are nearest to it.
function linkTo(path) {
  const link = element("a", relative(path), { target: "_blank", rel: "noopener" });
  link.href = encodeURI("file://" + path.slice("file:".length)).replaceAll("#", "%23").replaceAll("?", "%3F");
  return link;
}

// Where a photograph is on the map; not all are where the map is a sample.
let numbers = null;
function numberOf(path) {
  numbers ??= new Map((points?.path ?? []).map((name, i) => [points.prefix + name, i]));
  return numbers.get(path);
}

function nearPhoto(i) {
  const path = pathOf(i);
  const label = points.labels[points.label[i]];
  const button = element("button", undefined, { type: "button", class: "thumb", title: relative(path), "aria-label": `${label}: ${relative(path)}` });
  const source = thumbnail(path);
  if (source) button.append(element("img", undefined, { src: source, alt: "" }));
  button.append(element("span", label));
  button.addEventListener("click", () => showPhoto(path));
  return button;
}

function showPhoto(path) {
  const dialog = byId("photo");
  const i = numberOf(path);
  const source = thumbnail(path);
  const picture = byId("photo-picture");
  if (source) picture.src = source; else picture.removeAttribute("src");
  byId("photo-title").textContent = i === undefined ? relative(path).split("/").at(-1) : points.labels[points.label[i]];
  byId("photo-path").replaceChildren(path.startsWith("file:/") ? linkTo(path) : element("span", path));
  const near = points?.map?.near[i] ?? [];
  byId("photo-near-title").hidden = near.length === 0;
  byId("photo-near").replaceChildren(...near.map(nearPhoto));
  if (!dialog.open) dialog.showModal();
}

function listenToPhoto() {
  const dialog = byId("photo");
  byId("photo-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
}
