// The form of a case: each field saves itself, and shows what is wrong with it.

import { base, change, csrf, refresh, send, toast, version } from "./desk.js";
import { followCitations } from "./citing.js";

const PAUSE = 600; // ms after the last key, then a field is saved
const dirty = new Map(); // id of a field → what it had when it was last shown or saved
let saving = Promise.resolve(); // one change at a time, so that each knows what the last one wrote

const fieldOf = (part) => part.closest?.(".field[data-pointer]");
const inputOf = (field) => field.querySelector(":scope > input, :scope > select, :scope > textarea, :scope > .with-button > input");

/** What a person sees in a field, as one text, to tell whether it was changed. */
function shownIn(field) {
  const input = inputOf(field);
  if (input) return input.value;
  return [...field.querySelectorAll(".choices input")].filter((box) => box.checked).map((box) => box.value).join("\n");
}

/** Several texts as a list; what was one text stays one as long as it is. */
function readLines(field, text) {
  const texts = text.split(/\n+/).filter((line) => line.trim());
  if (!texts.length) return null;
  const was = JSON.parse(field.dataset.was);
  const mayBeText = field.dataset.control === "paragraphs" && typeof was === "string";
  return mayBeText && texts.length === 1 ? texts[0] : texts;
}

/** Checked choices as a list; those that stay keep their order. */
function readChecks(field) {
  const checked = [...field.querySelectorAll(".choices input:checked")].map((box) => JSON.parse(box.value));
  const before = JSON.parse(field.dataset.was);
  const kept = (Array.isArray(before) ? before : []).filter((entry) => checked.includes(entry));
  const all = [...kept, ...checked.filter((entry) => !kept.includes(entry))];
  return all.length ? all : null;
}

const CANONICAL = { date: /^\d{4}-\d\d-\d\d$/, number: /^\d{1,15}$/, named: /^$/ };

/** The value that case.json has for what is shown; undefined if only the server can read it: a day, a name. */
function readPlain(field) {
  const control = field.dataset.control;
  const text = shownIn(field);
  if (control === "checks") return readChecks(field);
  if (control === "lines" || control === "paragraphs") return readLines(field, text);
  if (["choice", "radio", "yes-no"].includes(control)) return text ? JSON.parse(text) : null;
  if (!text.trim()) return null;
  if (!(control in CANONICAL)) return text;
  if (!CANONICAL[control].test(text.trim())) return undefined;
  return control === "number" ? Number(text.trim()) : text.trim();
}

async function readValue(field) {
  const value = readPlain(field);
  return value === undefined ? send(`${base}/facts/read`, { pointer: field.dataset.pointer, text: shownIn(field) }) : { value };
}

const listGuards = (field) => (field.dataset.guards ? JSON.parse(field.dataset.guards) : []);

/** Note that a field was changed, and save it when the person pauses. */
function touch(field, pause = PAUSE) {
  if (!field || field.querySelector(".conflict")) return;
  const state = dirty.get(field.id) ?? { shown: field.dataset.shown ?? "", was: field.dataset.was };
  clearTimeout(state.timer);
  if (shownIn(field) === state.shown) { dirty.delete(field.id); return; }
  state.timer = setTimeout(() => save(field.id), pause);
  dirty.set(field.id, state);
}

function save(id) {
  saving = saving.then(() => saveNow(id)).catch((error) => toast(error.message, { bad: true }));
  return saving;
}

async function saveNow(id) {
  const field = document.getElementById(id);
  const state = dirty.get(id);
  if (!field || !state || shownIn(field) === state.shown) { dirty.delete(id); return; }
  clearTimeout(state.timer);
  if (document.querySelector(".cite-frame") && document.activeElement === inputOf(field)) {
    state.timer = setTimeout(() => save(id), PAUSE); // a citation is half written
    return;
  }
  const shown = shownIn(field);
  const read = await readValue(field);
  if (read.choices?.length) offerReadings(field, read.choices);
  else if (offered.delete(id)) field.querySelector(".readings")?.remove();
  const isId = field.dataset.pointer.endsWith("/id") && field.dataset.was !== "null" && read.value !== null;
  const answer = isId
    ? await change("/facts/entries", { action: "rename", pointer: field.dataset.pointer, value: read.value, seen: version }, { quiet: true }).catch(refused(field, state))
    : await change("/fields", { changes: [...listGuards(field), { pointer: field.dataset.pointer, value: read.value, was: JSON.parse(field.dataset.was) }] }, { quiet: true }).catch(refused(field, state));
  if (!answer) return;
  field.dataset.was = JSON.stringify(read.value);
  field.dataset.shown = shown;
  if (shownIn(field) === shown) dirty.delete(id);
  else dirty.set(id, { ...state, shown, was: field.dataset.was });
  showReading(field, read);
  if ("refreshes" in field.dataset || isRemovedEntry(field, read.value)) await refresh();
  await showFindings();
}

/** A refusal for another reason than a conflict is said; a conflict is shown when the page has the new value. */
const refused = (field, state) => (error) => {
  if (error.status !== 409) { toast(error.message, { bad: true }); clearTimeout(state.timer); }
  return null;
};

/** An entry that is emptied is removed from its list, and those behind it move up. */
function isRemovedEntry(field, value) {
  return value === null && /\/\d+$/.test(field.dataset.pointer);
}

/** Show a value as it was read: a day in the usual form, the name of a code. */
function showReading(field, read) {
  const input = inputOf(field);
  if (!input || document.activeElement === input) {
    if (input && read.value !== null && (field.dataset.control in CANONICAL)) input.addEventListener("blur", () => showReading(field, read), { once: true });
    return;
  }
  if (field.dataset.control in CANONICAL && read.value !== null && !dirty.has(field.id)) {
    input.value = String(read.value);
    field.dataset.shown = input.value;
  }
  const reading = field.querySelector(".reading");
  if (reading) reading.textContent = read.label ?? "";
}

const offered = new Map(); // id of a field → the readings that it offers, and of which text

/** Days that a date can mean, as buttons. */
function offerReadings(field, choices) {
  field.querySelector(".readings")?.remove();
  offered.set(field.id, { choices, text: shownIn(field) });
  const place = document.createElement("p");
  place.className = "note warning readings";
  place.textContent = "This can be two days. ";
  for (const [value, label] of choices) {
    place.append(makeButton(label, () => {
      inputOf(field).value = value;
      place.remove();
      offered.delete(field.id);
      touch(field, 0);
      inputOf(field).focus();
    }));
  }
  field.append(place);
}

function makeButton(label, run) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.addEventListener("click", run);
  return button;
}

// --- conflicts: somebody else changed the field that is being typed ---

let kept = []; // what was typed and not saved yet, while the page is exchanged
const undecided = new Set(); // ids of fields whose conflict is shown

document.addEventListener("page-swap", () => {
  kept = [...dirty.keys(), ...undecided].map((id) => document.getElementById(id)).filter(Boolean).map((field) => {
    const input = inputOf(field);
    const isFocused = document.activeElement === input;
    return {
      id: field.id,
      shown: shownIn(field),
      was: field.dataset.was,
      selection: isFocused && "selectionStart" in input ? [input.selectionStart, input.selectionEnd] : null,
    };
  });
  for (const state of dirty.values()) clearTimeout(state.timer);
  dirty.clear();
});

document.addEventListener("page-refreshed", () => {
  start();
  for (const typed of kept) restore(typed);
  kept = [];
  for (const [id, { choices, text }] of offered) {
    const field = document.getElementById(id);
    if (field && shownIn(field) === text) offerReadings(field, choices);
    else offered.delete(id);
  }
});

/** Put back what was being typed; if the field has another value now, let the person choose. */
function restore(typed) {
  const field = document.getElementById(typed.id);
  if (!field?.dataset.pointer) return;
  const theirs = shownIn(field);
  const wasOther = field.dataset.was !== typed.was || undecided.has(field.id);
  if (theirs === typed.shown) { undecided.delete(field.id); return; }
  show(field, typed.shown);
  if (typed.selection) inputOf(field).setSelectionRange(...typed.selection);
  if (wasOther) showConflict(field, theirs, typed.shown);
  else touch(field);
}

function show(field, text) {
  const input = inputOf(field);
  if (input) { input.value = text; return; }
  const chosen = text.split("\n");
  for (const box of field.querySelectorAll(".choices input")) box.checked = chosen.includes(box.value);
}

function showConflict(field, theirs, mine) {
  undecided.add(field.id);
  const place = document.createElement("div");
  place.className = "conflict";
  place.setAttribute("role", "alert");
  const words = document.createElement("p");
  const quote = (text) => { const part = document.createElement("q"); part.textContent = describe(field, text) || "nothing"; return part; };
  words.append("This field was changed meanwhile, by an editor or in another window. It is now ", quote(theirs), ". You wrote ", quote(mine), ".");
  const end = (text) => {
    place.remove();
    undecided.delete(field.id);
    show(field, text);
    inputOf(field)?.focus();
    touch(field, 0);
  };
  place.append(words, makeButton("Keep mine", () => end(mine)), makeButton("Take theirs", () => end(theirs)));
  field.append(place);
}

/** What was chosen, in words. */
function describe(field, text) {
  if (inputOf(field)?.tagName === "SELECT") return [...inputOf(field).options].find((option) => option.value === text)?.textContent;
  if (inputOf(field)) return text;
  const boxes = [...field.querySelectorAll(".choices input")].filter((box) => text.split("\n").includes(box.value));
  return boxes.map((box) => box.nextElementSibling.textContent.trim()).join(", ");
}

// --- findings beside the fields ---

let latest = 0;
async function showFindings() {
  const asked = ++latest;
  const answer = await fetch(`${base}/findings`, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const news = await answer.json();
  if (asked !== latest) return;
  for (const place of document.querySelectorAll("[data-notes]")) {
    const found = news.findings[place.dataset.notes] ?? [];
    const text = JSON.stringify(found);
    if (place.dataset.found === text) continue;
    place.dataset.found = text;
    place.replaceChildren(...found.map(makeNote));
    place.closest(".field")?.classList.toggle("wrong", found.some((finding) => finding.class === "error"));
  }
  for (const pill of document.querySelectorAll("[data-state]")) {
    const state = news.sections[pill.dataset.state];
    if (!state) continue;
    pill.textContent = state.words;
    pill.className = `pill ${state.class}`;
  }
}

function makeNote(finding) {
  const note = document.createElement("p");
  note.className = `note ${finding.class}`;
  const remedy = finding.remedy.charAt(0).toLowerCase() + finding.remedy.slice(1);
  note.textContent = `${finding.words}${finding.problem.replace(/\.$/, "")}; ${remedy}`;
  if (finding.fix && !finding.look) {
    const row = document.createElement("span");
    row.className = "fix-row";
    row.append(makeButton(finding.fix, () => fix(finding)));
    note.append(row);
  }
  return note;
}

/** Make the one right change; it can be undone. */
async function fix(finding) {
  await flush();
  const answer = await change("/check/fix", { key: finding.key, seen: version });
  if (!answer) return;
  await refresh();
  toast(`${finding.fix}: done`, { action: { label: "Undo", run: () => document.getElementById("undo").click() } });
}

// --- entries of lists, alternatives ---

async function flush() {
  for (const id of [...dirty.keys()]) save(id);
  await saving;
}

async function changeEntry(button, more = {}) {
  await flush();
  const { action, entry } = button.dataset;
  const answer = await change("/facts/entries", { action, pointer: entry, seen: version, ...more });
  if (!answer) { await refresh(); return; }
  await refresh();
  if (action === "remove" || action === "choose") {
    toast(action === "remove" ? "Removed" : "Changed", { action: { label: "Undo", run: () => document.getElementById("undo").click() } });
  }
  focusAfter(action, entry);
}

/** Put the focus where the person goes on: into a new entry, or onto the button of the moved one. */
function focusAfter(action, entry) {
  const id = (pointer) => `at${pointer.replaceAll("/", ".")}`;
  if (action === "add") {
    const entries = document.getElementById(id(entry))?.querySelectorAll(":scope > .entry");
    entries?.[entries.length - 1]?.querySelector("input, select, textarea")?.focus();
  } else if (action === "up" || action === "down") {
    const [, home, place] = entry.match(/^(.*)\/(\d+)$/);
    const moved = `${id(home)}.${Number(place) + (action === "up" ? -1 : 1)}`;
    const button = document.getElementById(`${moved}:${action}`);
    (button?.disabled ? document.getElementById(`${moved}:${action === "up" ? "down" : "up"}`) : button)?.focus();
  } else if (action === "remove") {
    const home = entry.replace(/\/[^/]+$/, "");
    (document.getElementById(`${id(home)}:add`) ?? document.getElementById(id(home)))?.focus();
  }
}

// --- what a person does ---

document.addEventListener("input", (event) => {
  const isBox = event.target.matches("select, [type=radio], [type=checkbox]");
  if (event.target.classList.contains("picker")) return;
  touch(fieldOf(event.target), isBox ? 0 : PAUSE);
});
document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.classList.contains("picker")) {
    const field = fieldOf(target);
    inputOf(field).value = target.value;
    touch(field, 0);
  } else if (target.classList.contains("alternative")) {
    changeEntry({ dataset: { action: "choose", entry: target.dataset.entry } }, { number: Number(target.value) });
  }
});
document.addEventListener("focusout", (event) => {
  const field = fieldOf(event.target);
  if (field && dirty.has(field.id)) save(field.id);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.classList.contains("entry-action")) changeEntry(button);
  if (button?.classList.contains("pick-day")) {
    const picker = button.parentElement.querySelector(".picker");
    const written = inputOf(fieldOf(button)).value;
    picker.value = CANONICAL.date.test(written) ? written : "";
    picker.showPicker();
  }
});
// a page that is closed still sends what was typed
addEventListener("pagehide", () => {
  for (const id of dirty.keys()) {
    const field = document.getElementById(id);
    if (!field) continue;
    const value = readPlain(field) ?? (shownIn(field).trim() && inputOf(field) ? shownIn(field) : null);
    const changes = [...listGuards(field), { pointer: field.dataset.pointer, value, was: JSON.parse(field.dataset.was) }];
    fetch(`${base}/fields`, { method: "POST", keepalive: true, headers: { "content-type": "application/json", "x-csrf-token": csrf }, body: JSON.stringify({ changes }) });
  }
});

// --- places on the page ---

/** Show the field that an address names: open what it is in, and put the focus into it. */
function goToHash() {
  let id = decodeURIComponent(location.hash.slice(1));
  if (!id.startsWith("at.")) return;
  let place = document.getElementById(id);
  while (!place && id.includes(".")) {
    id = id.slice(0, id.lastIndexOf("."));
    place = document.getElementById(id);
  }
  if (!place) return;
  for (let outer = place; outer; outer = outer.parentElement) if (outer.tagName === "DETAILS") outer.open = true;
  place.scrollIntoView({ block: "center" });
  const inner = place.matches("input, select, textarea") ? place : place.querySelector("input:not(.picker), select, textarea");
  (place.classList.contains("field") ? inner : place.tabIndex >= -1 && place.hasAttribute("tabindex") ? place : inner)?.focus({ preventScroll: true });
}
addEventListener("hashchange", goToHash);

/** Mark the section that is in view in the navigation. */
let observer = null;
function watchSections() {
  observer?.disconnect();
  const links = new Map([...document.querySelectorAll(".sections a[href^='#']")].map((link) => [link.hash.slice(1), link]));
  observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const [id, link] of links) {
        if (id === entry.target.id) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-20% 0px -75% 0px" });
  for (const section of document.querySelectorAll(".section")) observer.observe(section);
}

function start() {
  for (const field of document.querySelectorAll(".field[data-pointer]")) field.dataset.shown = shownIn(field);
  watchSections();
  showFindings();
}

start();
followCitations();
// the browser goes to the address's place itself when the page is complete, and takes the focus away
if (document.readyState === "complete") goToHash();
else addEventListener("load", () => setTimeout(goToHash));
