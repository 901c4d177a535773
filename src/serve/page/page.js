// SPDX-License-Identifier: Apache-2.0
"use strict";
// What comes from the service or from a file is put into the page by textContent alone, so that it
// stays text whatever it says.

const TEXTS = {
  en: {
    title: "What fruit is this?",
    lead: "Take a photograph, and the photographs that look most like it tell what it shows.",
    take: "Take a photograph",
    choose: "Choose a photograph",
    drop: "or drop one here, or paste it",
    token: "This service asks for its token:",
    enter: "Enter",
    untrained: "The network is untrained: a demonstration, whose answers mean nothing.",
    nearest: "The photographs nearest to it",
    footer: "The photograph is sent to this service alone, which does not keep it.",
    looks: "It looks like",
    unknown: "I do not know this",
    unknownMore: label => `Nothing that I know is near to it. The least far away is ${label}.`,
    sure: share => `${share} of the votes of the nearest photographs`,
    unsure: share => `Not sure: ${share} of the votes of the nearest photographs`,
    near: cosine => `${cosine} alike`,
    sending: "Looking…",
    rejected: message => `This photograph cannot be read: ${message}`,
    noImage: "This is no photograph that your browser can read.",
    busy: "The service is busy. Try again in a moment.",
    wrongToken: "That is not the token.",
    gone: "The service does not answer. Are you still connected?",
    failed: message => `The service could not answer: ${message}`,
    photograph: "Your photograph",
    unlabelled: "without a label",
  },
  fr: {
    title: "Quel est ce fruit ?",
    lead: "Prenez une photo : les photos qui lui ressemblent le plus disent ce qu’elle montre.",
    take: "Prendre une photo",
    choose: "Choisir une photo",
    drop: "ou déposez-en une ici, ou collez-la",
    token: "Ce service demande son jeton :",
    enter: "Entrer",
    untrained: "Le réseau n’est pas entraîné : une démonstration, dont les réponses ne veulent rien dire.",
    nearest: "Les photos les plus proches",
    footer: "La photo n’est envoyée qu’à ce service, qui ne la garde pas.",
    looks: "Cela ressemble à",
    unknown: "Je ne connais pas cela",
    unknownMore: label => `Rien de ce que je connais n’en est proche. Le moins éloigné : ${label}.`,
    sure: share => `${share} des voix des photos les plus proches`,
    unsure: share => `Pas sûr : ${share} des voix des photos les plus proches`,
    near: cosine => `semblable à ${cosine}`,
    sending: "Je regarde…",
    rejected: message => `Cette photo est illisible : ${message}`,
    noImage: "Ce n’est pas une photo que votre navigateur sache lire.",
    busy: "Le service est occupé. Réessayez dans un instant.",
    wrongToken: "Ce n’est pas le jeton.",
    gone: "Le service ne répond pas. Êtes-vous toujours connecté ?",
    failed: message => `Le service n’a pas pu répondre : ${message}`,
    photograph: "Votre photo",
    unlabelled: "sans nom",
  },
};
const LONGEST = 1024; // pixels a side that are sent: the network looks at 224
const SURE = 0.6; // share of the votes from which the answer is said without doubt
const SHOWN_VOTES = 4;
const SHOWN_SHARE = 0.005; // least share of the votes that is shown

const byId = id => document.getElementById(id);
const stored = (key, value) => {
  try {
    if (value !== undefined) sessionStorage.setItem(key, value);
    return sessionStorage.getItem(key);
  } catch {
    return null; // a browser that keeps nothing
  }
};

let language = stored("language") || (navigator.language.startsWith("fr") ? "fr" : "en");
let token = stored("token");
let waiting = null; // a photograph that waits for the token
let shown = null; // the last answer
let pictures = []; // URLs of what the page shows, to give back
let turn = 0; // counts photographs, so that a late answer is not shown

const say = (name, ...rest) => {
  const text = TEXTS[language][name];
  return typeof text === "function" ? text(...rest) : text;
};
const percent = share => share.toLocaleString(language, { style: "percent" });

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function tell(name, ...rest) {
  const message = byId("message");
  message.textContent = name ? say(name, ...rest) : "";
  message.className = name === "sending" ? "busy" : name ? "alarm" : "";
}

function translate() {
  document.documentElement.lang = language;
  for (const at of document.querySelectorAll("[data-text]")) at.textContent = say(at.dataset.text);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === language));
  }
  byId("photograph").alt = say("photograph");
  if (shown) showAnswer();
}

function urlOf(blob) {
  const url = URL.createObjectURL(blob);
  pictures.push(url);
  return url;
}

const headers = () => (token ? { Authorization: `Bearer ${token}` } : {});

// A camera's photograph is megabytes and may lie on its side: it is made small and upright here. One
// that is small already is sent as it is.
async function toSend(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const longest = Math.max(picture.width, picture.height);
  if (longest <= LONGEST && ["image/jpeg", "image/png"].includes(file.type)) return file;
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, LONGEST / longest);
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

async function ask(file) {
  const mine = ++turn;
  shown = null;
  byId("answer").hidden = true;
  pictures.splice(0).forEach(URL.revokeObjectURL);
  tell("sending");
  let photograph;
  try {
    photograph = await toSend(file);
  } catch {
    return mine === turn && tell("noImage");
  }
  let reply, document_;
  try {
    reply = await fetch("v1/similar", { method: "POST", body: photograph, headers: headers() });
    document_ = await reply.json();
  } catch {
    return mine === turn && tell("gone");
  }
  if (mine !== turn) return;
  if (reply.status === 401) return askToken(file);
  if (reply.status === 503) return tell("busy");
  const answer = document_.queries && document_.queries[0];
  if (!answer) return tell("failed", document_.error || reply.status);
  if (answer.rejected) return tell("rejected", answer.rejected.message);
  tell();
  shown = { answer, result: document_.result, photograph: urlOf(photograph), mine };
  showAnswer();
  byId("answer").focus({ preventScroll: true });
  byId("answer").scrollIntoView({ behavior: "smooth", block: "start" });
}

function askToken(file) {
  tell(token ? "wrongToken" : null);
  waiting = file;
  byId("token-form").hidden = false;
  byId("token").focus();
}

function showAnswer() {
  const { answer, photograph } = shown;
  const stranger = answer.familiar === false;
  const label = answer.label || say("unlabelled");
  const share = answer.votes.length ? answer.votes[0].share : 0;
  byId("photograph").src = photograph;
  byId("kind").textContent = stranger ? "" : say("looks");
  byId("label").textContent = stranger ? say("unknown") : label;
  byId("sure").textContent = stranger
    ? say("unknownMore", label)
    : say(share >= SURE ? "sure" : "unsure", percent(share));
  const votes = answer.votes.slice(0, SHOWN_VOTES).filter(vote => vote.share >= SHOWN_SHARE);
  byId("votes").replaceChildren(...(stranger ? [] : votes.map(showVote)));
  byId("nearest").replaceChildren(...answer.neighbors.map(showNeighbour));
  byId("answer").hidden = false;
}

function showVote(vote) {
  const item = element("li");
  const bar = element("progress");
  bar.max = 1;
  bar.value = vote.share;
  bar.setAttribute("aria-hidden", "true");
  const name = element("span", vote.label || say("unlabelled"), "name-of");
  item.append(name, element("span", percent(vote.share), "share"), bar);
  return item;
}

function showNeighbour(neighbour) {
  const figure = element("figure");
  const picture = element("div", "·", "picture");
  const caption = element("figcaption", neighbour.label || say("unlabelled"));
  caption.append(element("small", say("near", percent(Math.max(0, neighbour.cosine)))));
  figure.append(picture, caption);
  figure.title = neighbour.path.slice(neighbour.path.lastIndexOf("/") + 1);
  showThumbnail(picture, neighbour, shown);
  const item = element("li");
  item.append(figure);
  return item;
}

// Each picture is fetched once, with the token, and kept while its answer is shown.
async function showThumbnail(place, neighbour, of) {
  of.thumbnails ??= new Map();
  if (!of.thumbnails.has(neighbour.row)) {
    const path = `v1/thumbnails/${of.result}/${neighbour.row}`;
    const got = fetch(path, { headers: headers() })
      .then(reply => (reply.ok ? reply.blob() : null))
      .then(blob => (blob && of.mine === turn ? urlOf(blob) : null))
      .catch(() => null);
    of.thumbnails.set(neighbour.row, got);
  }
  const url = await of.thumbnails.get(neighbour.row);
  if (!url) return;
  const image = element("img");
  image.alt = "";
  image.src = url;
  place.replaceChildren(image);
}

function listen() {
  for (const input of [byId("camera"), byId("file")]) {
    input.addEventListener("change", () => {
      if (input.files.length) ask(input.files[0]);
      input.value = ""; // the same one may be chosen again
    });
  }
  const take = (event, data) => {
    const file = [...data.files].find(one => one.type.startsWith("image/"));
    if (file) event.preventDefault();
    if (file) ask(file);
  };
  const drop = byId("drop");
  addEventListener("dragover", event => (event.preventDefault(), drop.classList.add("over")));
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", event => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event, event.dataTransfer);
  });
  addEventListener("paste", event => take(event, event.clipboardData));
  byId("token-form").addEventListener("submit", event => {
    event.preventDefault();
    token = byId("token").value;
    stored("token", token);
    byId("token-form").hidden = true;
    if (waiting) ask(waiting);
  });
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => {
      language = button.dataset.language;
      stored("language", language);
      tell();
      translate();
    });
  }
}

async function start() {
  translate();
  listen();
  try {
    const health = await (await fetch("healthz")).json();
    byId("untrained").hidden = !health.untrained;
  } catch {
    tell("gone");
  }
  document.documentElement.dataset.ready = "true";
}

start();
