// Offer the exhibits of the case after "[@" in a text that may cite.

import { base } from "./desk.js";

const MOST = 40; // exhibits that are offered at once
const OPENED = /\[@(?:[^\[\]]*;\s*@)?([^\[\];,@]*)$/; // what is typed after "[@", or after a ";" in the same brackets

let exhibits = null;
async function loadExhibits() {
  exhibits ??= fetch(`${base}/facts/exhibits`).then((answer) => answer.json()).then((value) => value.exhibits).catch(() => []);
  return exhibits;
}

/** Exhibits that fit what was typed: by id, tab or title. */
function select(all, typed) {
  const words = typed.toLowerCase().trim();
  const starts = all.filter((exhibit) => exhibit.id.startsWith(words) || (words && exhibit.tab.toLowerCase() === words));
  const others = all.filter((exhibit) => !starts.includes(exhibit) && `${exhibit.id} ${exhibit.title}`.toLowerCase().includes(words));
  return [...starts, ...others].slice(0, MOST);
}

let list = null; // the open list: { box, frame, element, options, chosen, start }

function close() {
  if (!list) return;
  list.frame.remove();
  list.box.removeAttribute("aria-controls");
  list.box.removeAttribute("aria-activedescendant");
  list = null;
}

async function update(box) {
  const match = box.value.slice(0, box.selectionStart).match(OPENED);
  if (!match || box.selectionStart !== box.selectionEnd) { close(); return; }
  const options = select(await loadExhibits(), match[1]);
  if (document.activeElement !== box || !options.length) { close(); return; }
  open(box, options, box.selectionStart - match[1].length);
}

function open(box, options, start) {
  close();
  const element = document.createElement("ul");
  element.className = "cite-list";
  element.id = "cite-list";
  element.setAttribute("role", "listbox");
  element.setAttribute("aria-label", "Exhibits");
  element.append(...options.map(makeOption));
  const frame = document.createElement("div");
  frame.className = "cite-frame";
  const help = document.createElement("p");
  help.textContent = "Enter cites the exhibit, a comma one of its pages";
  frame.append(element, help);
  element.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the text keeps the focus
    const option = event.target.closest("[role=option]");
    if (option) insert(options[[...element.children].indexOf(option)]);
  });
  list = { box, frame, element, options, chosen: 0, start };
  const place = box.getBoundingClientRect();
  frame.style.setProperty("left", `${place.left + scrollX}px`);
  frame.style.setProperty("top", `${Math.min(place.bottom, innerHeight - 60) + scrollY + 4}px`);
  document.getElementById("main").append(frame);
  box.setAttribute("aria-controls", "cite-list");
  choose(0);
  say(`${options.length} exhibit${options.length === 1 ? "" : "s"} to cite. Arrow keys choose, Enter cites, comma cites a page.`);
}

function makeOption(exhibit, number) {
  const option = document.createElement("li");
  option.id = `cite-${number}`;
  option.setAttribute("role", "option");
  for (const [name, text] of [["tab", exhibit.tab || "–"], ["title", exhibit.title || exhibit.id], ["id", exhibit.id]]) {
    const part = document.createElement("span");
    part.className = name;
    part.textContent = text;
    option.append(part);
  }
  return option;
}

function choose(number) {
  list.chosen = (number + list.options.length) % list.options.length;
  [...list.element.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === list.chosen)));
  list.element.children[list.chosen].scrollIntoView({ block: "nearest" });
  list.box.setAttribute("aria-activedescendant", `cite-${list.chosen}`);
}

/** Put an exhibit in place of what was typed, with the closing bracket; the caret is behind it, or before it for a page. */
function insert(exhibit, { page = false } = {}) {
  const { box, start } = list;
  const end = box.selectionStart;
  close();
  const isClosed = /^[^\[\n]*\]/.test(box.value.slice(end));
  const text = exhibit.id + (page ? "," : "");
  box.setRangeText(text + (isClosed ? "" : "]"), start, end, "end");
  const caret = start + text.length + (isClosed || page ? 0 : 1);
  box.setSelectionRange(caret, caret);
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  box.focus();
  say(`${exhibit.title || exhibit.id} cited.`);
}

let voice = null;
function say(text) {
  if (!voice?.isConnected) {
    voice = document.createElement("div");
    voice.className = "sr";
    voice.setAttribute("role", "status");
    document.body.append(voice);
  }
  voice.textContent = text;
}

/** Whether the caret is in a citation, right before the bracket that was added for it: typing one more only passes it. */
function isBeforeOurs(box) {
  return box.selectionStart === box.selectionEnd && box.value[box.selectionEnd] === "]" && /\[@[^\[\]]*$/.test(box.value.slice(0, box.selectionStart));
}

/** Follow all texts that may cite. */
export function followCitations() {
  document.addEventListener("input", (event) => { if ("cites" in event.target.dataset) update(event.target); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "]" && "cites" in event.target.dataset && isBeforeOurs(event.target)) {
      event.target.setSelectionRange(event.target.selectionEnd + 1, event.target.selectionEnd + 1);
      event.preventDefault();
      close();
      return;
    }
    if (!list || event.target !== list.box) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) choose(list.chosen + moves[event.key]);
    else if (event.key === "Enter" || event.key === "Tab") insert(list.options[list.chosen]);
    else if (event.key === ",") insert(list.options[list.chosen], { page: true });
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  document.addEventListener("focusout", (event) => { if (list && event.target === list.box) close(); });
  document.addEventListener("page-swap", close);
  document.addEventListener("page-refreshed", () => { exhibits = null; });
}
