// One page, large, with its words beside it.

import { send } from "/assets/desk.js";

let dialog = null;
let shown = null; // the pages that can be leafed through, and the one in view

/** Show a page of the board; the arrow keys lead through all pages that the board has now. */
export function openPreview(page) {
  const pages = [...document.querySelectorAll(".page:has(img)")];
  shown = { pages: pages.map(readPage), at: Math.max(0, pages.indexOf(page)), zoom: 1, opener: page.id };
  dialog ??= makeDialog();
  dialog.showModal();
  show();
}

function readPage(page) {
  const { page: number, path, turn } = page.dataset;
  const image = page.querySelector("img");
  const title = page.closest(".exhibit")?.querySelector("h3")?.textContent.trim() ?? "In no exhibit";
  return { address: image.getAttribute("src").replace(/[^/]*$/, ""), number, path, turn: Number(turn ?? 0), isTurned: turn !== undefined, title, width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")), language: findLanguage(page) };
}

/** The language that a build reads a page in: that of the exhibit, or of its English translation. */
function findLanguage(page) {
  const isDocument = page.closest(".strip")?.dataset.role === "document";
  return isDocument ? page.closest(".exhibit").dataset.language : "en";
}

function makeDialog() {
  const made = document.createElement("dialog");
  made.className = "preview";
  made.setAttribute("aria-labelledby", "preview-title");
  made.innerHTML = `<div class="dialog-head"><h2 id="preview-title"></h2><div class="preview-tools">
    <button type="button" class="icon-button" data-go="-1"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m14 6-6 6 6 6"/></svg><span class="sr">Page before</span></button>
    <button type="button" class="icon-button" data-go="1"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m10 6 6 6-6 6"/></svg><span class="sr">Next page</span></button>
    <button type="button" class="icon-button" data-zoom="-1"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 12h12"/></svg><span class="sr">Smaller</span></button>
    <button type="button" class="icon-button" data-zoom="1"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 12h12M12 6v12"/></svg><span class="sr">Larger</span></button>
    <button type="button" class="icon-button" data-close><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m6 6 12 12M18 6 6 18"/></svg><span class="sr">Close</span></button></div></div>
    <div class="preview-body"><div class="preview-page" tabindex="0" autofocus role="group" aria-label="The page"><div class="preview-frame"><img alt=""></div></div>
    <section class="preview-words" aria-label="Words of the page" tabindex="0"><h3>Words</h3><div class="words"></div></section></div>`;
  made.addEventListener("click", onClick);
  made.addEventListener("keydown", onKey);
  made.addEventListener("close", () => document.getElementById(shown.opener)?.focus({ preventScroll: true }));
  made.querySelector(".words").addEventListener("pointerover", markLine);
  document.body.append(made);
  return made;
}

function onClick(event) {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.go) go(Number(button.dataset.go));
  if (button.dataset.zoom) zoom(Number(button.dataset.zoom));
  if ("close" in button.dataset) dialog.close();
  if ("read" in button.dataset) readWords();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const actions = { ArrowRight: () => go(1), ArrowLeft: () => go(-1), "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1) };
  const isScrolling = shown.zoom > 1 && event.target.matches(".preview-page");
  if (!(event.key in actions) || (isScrolling && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  actions[event.key]();
}

function go(by) {
  const next = shown.at + by;
  if (next < 0 || next >= shown.pages.length) return;
  shown.at = next;
  shown.zoom = 1;
  show();
}

function zoom(by) {
  shown.zoom = Math.max(1, Math.min(4, shown.zoom * (by > 0 ? 1.3 : 1 / 1.3)));
  dialog.querySelector(".preview-frame").style.setProperty("--zoom", shown.zoom);
}

function show() {
  const page = shown.pages[shown.at];
  dialog.querySelector("#preview-title").textContent = `${page.title} · ${page.path.replace(/^evidence\//, "")}, page ${page.number}`;
  const turned = page.turn % 180 !== 0;
  const shape = turned ? page.height / page.width : page.width / page.height;
  const frame = dialog.querySelector(".preview-frame");
  const room = dialog.querySelector(".preview-page").getBoundingClientRect();
  const fit = Math.min(room.width - 32, (room.height - 32) * shape);
  frame.style.setProperty("--shape", shape);
  frame.style.setProperty("--zoom", shown.zoom);
  frame.style.setProperty("--fit", `${Math.max(160, fit)}px`);
  frame.style.setProperty("--turn", `${page.turn}deg`);
  frame.style.setProperty("--image-width", turned ? `${100 / shape}%` : "100%");
  const image = frame.querySelector("img");
  image.alt = `Page ${page.number} of ${page.path}`;
  image.src = addressOf(page, "large.webp");
  for (const [by, n] of [[-1, 0], [1, shown.pages.length - 1]]) dialog.querySelector(`[data-go="${by}"]`).disabled = shown.at === n;
  // a button that was just disabled would take the arrow keys with it
  if (!dialog.contains(document.activeElement) || document.activeElement.disabled) dialog.querySelector(".preview-page").focus();
  clearMarks();
  loadWords(page);
}

const addressOf = (page, what) => `${page.address}${what}`;
const addressOfWords = (page) => addressOf(page, `words?language=${encodeURIComponent(page.language)}${page.isTurned ? `&turn=${page.turn}` : ""}`);

async function loadWords(page) {
  showNote("Looking for the words…");
  try {
    const answer = await send(addressOfWords(page), null, { method: "GET", body: undefined });
    if (page === shown.pages[shown.at]) showWords(page, answer);
  } catch (error) { showNote(error.message); }
}

async function readWords() {
  const page = shown.pages[shown.at];
  showNote("Reading the words. This takes a few seconds…");
  try {
    const answer = await send(addressOfWords(page));
    if (page === shown.pages[shown.at]) showWords(page, answer);
  } catch (error) { showNote(error.message); }
}

function showNote(text, button = "") {
  const words = dialog.querySelector(".words");
  const note = document.createElement("p");
  note.className = "muted small";
  note.textContent = text;
  words.replaceChildren(note);
  if (!button) return;
  const action = document.createElement("button");
  action.type = "button";
  action.dataset.read = "";
  action.textContent = button;
  words.append(action);
}

function showWords(page, answer) {
  clearMarks();
  if (answer.problem) return showNote(answer.problem);
  if (!answer.read) return showNote("This page is a picture. Its words have not been read yet.", "Read the words");
  if (!answer.lines.length) return showNote("There are no words on this page.");
  const lines = answer.lines.map((line) => {
    const text = document.createElement("p");
    text.className = "line";
    text.dir = "auto";
    text.textContent = line.map((word) => word[0]).join(" ");
    text.box = [Math.min(...line.map((w) => w[1])), Math.min(...line.map((w) => w[2])), Math.max(...line.map((w) => w[3])), Math.max(...line.map((w) => w[4]))];
    return text;
  });
  // places are of the page as it was read; if that is not how it stands here, there are no marks
  shown.hasMarks = page.turn === answer.turned;
  dialog.querySelector(".words").replaceChildren(...lines);
}

function markLine(event) {
  clearMarks();
  const box = event.target.closest(".line")?.box;
  if (!box || !shown.hasMarks) return;
  const mark = document.createElement("div");
  mark.className = "word-mark";
  const [left, top, right, bottom] = box.map((part) => part * 100);
  for (const [name, value] of [["left", left], ["top", top], ["width", right - left], ["height", bottom - top]]) mark.style.setProperty(name, `${value}%`);
  dialog.querySelector(".preview-frame").append(mark);
}

function clearMarks() {
  for (const mark of dialog.querySelectorAll(".word-mark")) mark.remove();
}
