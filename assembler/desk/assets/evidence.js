// The board of exhibits: choosing and moving pages, adding files, proposals, the panel of one exhibit.

import { addFile, base, change, refresh, send, toast } from "/assets/desk.js";
import { isDragging, setUpDragging } from "/assets/evidence_drag.js";
import { openPreview } from "/assets/evidence_preview.js";

const LOOSE = -1;
const AT_ONCE = 2; // files that are sent at the same time
const LOOK_MS = 1200; // between two questions whether more is known of the files
const STEPS = { "open evidence": "Opening files", "read pages": "Reading pages", "join exhibits": "Putting pages together" };
const byId = (id) => document.getElementById(id);

document.documentElement.classList.add("scripted");

/* ---- changes ---- */

/** Make one change of the exhibits as this page shows them, then show the result. */
async function edit(action, body) {
  const answer = await change(`/evidence/change/${action}`, { version: byId("board").dataset.version, ...body });
  if (answer) { chosen.clear(); await refresh(); }
  return answer;
}

const readPlace = (element) => ({ place: Number(element.dataset.place), id: element.dataset.id });

function readPage(page) {
  const exhibit = page.closest(".exhibit");
  const common = { path: page.dataset.path, page: Number(page.dataset.page) || 0 };
  return exhibit ? { exhibit: Number(exhibit.dataset.place), index: Number(page.dataset.index), ...common } : { exhibit: LOOSE, index: 0, ...common };
}

/* ---- choosing pages ---- */

const chosen = new Set(); // ids of pages
let anchor = null; // where a choice with Shift begins
let isSelecting = false; // on touch: a tap chooses

function listChosen() {
  return [...chosen].map(byId).filter(Boolean).sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
}

function choose(page, on) {
  on ? chosen.add(page.id) : chosen.delete(page.id);
  page.setAttribute("aria-selected", String(on));
}

function chooseTo(page) {
  const pages = [...document.querySelectorAll(".page")];
  const [from, to] = [pages.indexOf(byId(anchor) ?? page), pages.indexOf(page)].sort((a, b) => a - b);
  for (const one of pages.slice(from, to + 1)) choose(one, true);
}

function clearChoice() {
  for (const page of listChosen()) choose(page, false);
  chosen.clear();
  showSelection();
}

function showSelection() {
  const bar = byId("selection-bar");
  if (!bar) return;
  const pages = listChosen();
  bar.hidden = !pages.length;
  if (!pages.length) return;
  byId("selection-count").textContent = `${pages.length} page${pages.length === 1 ? "" : "s"} chosen`;
  const areListed = pages.every((page) => page.closest(".exhibit"));
  for (const name of ["left", "right", "out"]) bar.querySelector(`[data-do="${name}"]`).hidden = !areListed;
  bar.querySelector('[data-do="upright"]').hidden = !pages.some((page) => page.dataset.turn && page.closest(".exhibit"));
  byId("role-choice").hidden = !areListed;
  bar.querySelector('[data-do="split"]').hidden = !(areListed && pages.length === 1 && Number(pages[0].dataset.index) > 0);
}

/** The check mark in the corner of a page is drawn by its style, so the place of the click tells. */
function isOnCheck(event, page) {
  const box = page.getBoundingClientRect();
  return event.detail > 0 && event.clientX - box.left < 30 && event.clientY - box.top < 30;
}

function onPageClick(event, page) {
  if (event.shiftKey && anchor) chooseTo(page);
  else if (event.ctrlKey || event.metaKey || isSelecting || isOnCheck(event, page)) choose(page, !chosen.has(page.id));
  else if (page.querySelector("img")) openPreview(page);
  else toast("This page cannot be shown yet.");
  anchor = page.id;
  moveTabStop(page);
  showSelection();
}

/** Each row of pages has one stop for the Tab key; arrows lead on. */
function moveTabStop(page) {
  for (const other of page.parentElement.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  page.tabIndex = 0;
}

function onPageKey(event, page) {
  if (event.key === "Enter") { onPageClick(event, page); return; }
  if (event.key === "x" || (event.key === " " && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    choose(page, !chosen.has(page.id));
    anchor = page.id;
    showSelection();
    return;
  }
  const next = { ArrowRight: page.nextElementSibling, ArrowDown: page.nextElementSibling, ArrowLeft: page.previousElementSibling, ArrowUp: page.previousElementSibling, Home: page.parentElement.firstElementChild, End: page.parentElement.lastElementChild }[event.key];
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) { choose(page, true); choose(next, true); showSelection(); }
  moveTabStop(next);
  next.focus();
}

const ACTIONS = {
  move: () => askWhereTo(),
  new: () => edit("make-exhibit", { pages: listChosen().map(readPage) }),
  left: () => edit("turn", { pages: listChosen().map(readPage), degrees: 270 }),
  right: () => edit("turn", { pages: listChosen().map(readPage), degrees: 90 }),
  upright: () => edit("turn", { pages: listChosen().map(readPage), degrees: 0 }),
  out: () => edit("take-out", { pages: listChosen().map(readPage) }),
  split: () => { const page = readPage(listChosen()[0]); return edit("split", { place: page.exhibit, id: listChosen()[0].closest(".exhibit").dataset.id, index: page.index }); },
  clear: () => clearChoice(),
};

/* ---- dragging ---- */

const announce = (text) => { byId("announcer").textContent = text; };

/** What is carried when one drags from an element: the chosen pages if it is one of them. */
function pick(source) {
  if (source.matches(".grip")) {
    const exhibit = source.closest(".exhibit");
    return { kind: "exhibit", elements: [exhibit], label: exhibit.querySelector("h3").textContent.trim() };
  }
  const pages = chosen.has(source.id) ? listChosen() : [source];
  const label = pages.length === 1 ? source.getAttribute("aria-label") : `${pages.length} pages`;
  return { kind: "pages", elements: pages, label };
}

function drop(carried, target) {
  if (carried.kind === "exhibit") return dropExhibit(carried.elements[0], target.exhibit, target.after);
  const pages = carried.elements.map(readPage);
  if (target.zone?.id === "new-exhibit") return edit("make-exhibit", { pages });
  if (target.zone) {
    const listed = pages.filter((page) => page.exhibit !== LOOSE);
    return listed.length ? edit("take-out", { pages: listed }) : null;
  }
  return edit("move-pages", { pages, exhibit: Number(target.exhibit.dataset.place), index: target.index, role: target.role });
}

/** Put an exhibit beside another; among others of another category only after asking. */
async function dropExhibit(moved, other, after) {
  let category = "";
  if (moved.dataset.category !== other.dataset.category) {
    const label = nameCategory(other.dataset.category);
    const answer = await ask({
      title: "Change the category?",
      text: `The category decides the place in the packet. To go there, “${moved.querySelector("h3").textContent.trim()}” becomes: ${label}.`,
      actions: [{ label: "Change the category", value: "yes", main: true }],
    });
    if (!answer) return null;
    category = other.dataset.category;
  }
  const before = Number(other.dataset.place) + (after ? 1 : 0);
  return edit("move-exhibit", { ...readPlace(moved), before, category });
}

function nameCategory(value) {
  const choice = [...byId("category-choices").content.querySelectorAll("option")].find((option) => option.value === value);
  return choice ? choice.textContent : value;
}

/* ---- dialogs ---- */

/** Ask something; return the value of the button that was pressed, with the fields' values; null if it was closed. */
function ask({ title, text = "", fields = [], actions }) {
  const dialog = document.createElement("dialog");
  dialog.className = "ask";
  dialog.setAttribute("aria-labelledby", "ask-title");
  const form = document.createElement("form");
  form.method = "dialog";
  const head = make("div", "dialog-head"), body = make("div", "dialog-body"), foot = make("div", "dialog-foot");
  const heading = make("h2", "", title);
  heading.id = "ask-title";
  head.append(heading);
  if (text) body.append(make("p", "", text));
  for (const field of fields) body.append(makeField(field));
  const cancel = make("button", "quiet", "Cancel");
  cancel.type = "button";
  cancel.addEventListener("click", () => dialog.close());
  foot.append(cancel);
  for (const action of actions) {
    const button = make("button", action.main ? "main" : action.danger ? "danger" : "", action.label);
    button.value = action.value;
    foot.append(button);
  }
  form.append(head, body, foot);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const values = Object.fromEntries(fields.map((field) => [field.name, form.elements[field.name].value]));
      dialog.remove();
      resolve(dialog.returnValue ? { action: dialog.returnValue, ...values } : null);
    });
  });
}

function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  return element;
}

function makeField({ name, label, choices, list, value = "" }) {
  const field = make("div", "field"), caption = make("label", "", label);
  caption.htmlFor = `ask-${name}`;
  const control = document.createElement(choices ? "select" : "input");
  control.id = `ask-${name}`;
  control.name = name;
  control.required = true;
  for (const [key, text] of choices ?? []) control.append(new Option(text, key));
  if (list) { control.setAttribute("list", list); control.maxLength = 500; control.autocomplete = "off"; }
  if (value) control.value = value;
  field.append(caption, control);
  return field;
}

function askReason(title, text, label) {
  return ask({ title, text, fields: [{ name: "reason", label: "Reason", list: "reasons" }], actions: [{ label, value: "yes", danger: true }] });
}

function listExhibits() {
  return [...document.querySelectorAll(".exhibit")].map((exhibit) => {
    const title = exhibit.querySelector("h3").textContent.trim();
    return [exhibit.dataset.place, exhibit.dataset.tab ? `${exhibit.dataset.tab} · ${title}` : title];
  });
}

async function askWhereTo() {
  const elements = listChosen(), pages = elements.map(readPage);
  const answer = await ask({
    title: `Move ${pages.length} page${pages.length === 1 ? "" : "s"}`,
    fields: [
      { name: "exhibit", label: "To the exhibit", choices: listExhibits(), value: elements[0].closest(".exhibit")?.dataset.place },
      { name: "role", label: "As", choices: [["document", "the document itself"], ["translation", "its English translation"], ["certificate", "the translator’s certificate"]] },
      { name: "where", label: "At its", choices: [["end", "end"], ["start", "start"]] },
    ],
    actions: [{ label: "Move", value: "yes", main: true }],
  });
  if (!answer) return null;
  const strips = [...document.querySelectorAll(`#exhibit-${answer.exhibit} .strip`)];
  const alike = strips.filter((strip) => strip.dataset.role === answer.role);
  const strip = (answer.where === "start" ? alike[0] : alike.at(-1)) ?? strips.at(-1);
  const start = Number(strip.dataset.start), isStart = answer.where === "start" && alike.length;
  return edit("move-pages", { pages, exhibit: Number(answer.exhibit), role: answer.role, index: isStart ? start : start + Number(strip.dataset.count) });
}

async function askWhereExhibit(exhibit) {
  const others = listExhibits().filter(([place]) => place !== exhibit.dataset.place);
  const answer = await ask({
    title: "Move the exhibit",
    fields: [{ name: "other", label: "Next to", choices: others }, { name: "side", label: "Where", choices: [["before", "before it"], ["after", "after it"]] }],
    actions: [{ label: "Move", value: "yes", main: true }],
  });
  return answer && dropExhibit(exhibit, byId(`exhibit-${answer.other}`), answer.side === "after");
}

async function askRemove(exhibit) {
  const title = exhibit.querySelector("h3, h2").textContent.trim();
  const answer = await askReason(`Remove “${title}”?`, "Its files stay in the folder, listed as left out for this reason. Undo brings the exhibit back.", "Remove the exhibit");
  return answer && edit("remove-exhibit", { ...readPlace(exhibit), reason: answer.reason });
}

async function askIgnore(path) {
  const name = path.replace(/^evidence\//, "");
  const answer = await askReason(`Leave out ${name}?`, "The file stays in the folder. No exhibit lists it, and the packet says why.", "Leave it out");
  return answer && edit("ignore", { paths: [path], reason: answer.reason });
}

/* ---- the menu of an exhibit ---- */

function openMenu(button) {
  const exhibit = button.closest(".exhibit");
  const all = [...document.querySelectorAll(".exhibit")], at = all.indexOf(exhibit);
  const items = [
    ["Edit…", () => openPanel(exhibit)],
    ["Move up", at > 0 && (() => dropExhibit(exhibit, all[at - 1], false))],
    ["Move down", at < all.length - 1 && (() => dropExhibit(exhibit, all[at + 1], true))],
    ["Move to…", all.length > 1 && (() => askWhereExhibit(exhibit))],
    ["Choose all its pages", () => { for (const page of exhibit.querySelectorAll(".page")) choose(page, true); showSelection(); }],
    ["Remove…", () => askRemove(exhibit)],
  ];
  const menu = make("div", "menu");
  menu.popover = "auto";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", exhibit.querySelector("h3").textContent.trim());
  for (const [label, run] of items.filter((item) => item[1])) {
    const item = make("button", label === "Remove…" ? "danger" : "", label);
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.addEventListener("click", () => { menu.hidePopover(); run(); });
    menu.append(item);
  }
  byId("main").append(menu);
  menu.showPopover();
  const box = button.getBoundingClientRect(), own = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, box.right - own.width)}px`;
  menu.style.top = `${box.bottom + own.height > innerHeight ? box.top - own.height : box.bottom}px`;
  menu.firstElementChild.focus();
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (!step) return;
    event.preventDefault();
    document.activeElement[step]?.focus();
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    if (menu.contains(document.activeElement)) button.focus({ preventScroll: true });
    setTimeout(() => menu.remove());
  });
}

/* ---- the panel of an exhibit ---- */

let panel = null;

async function openPanel(exhibit) {
  panel ??= makePanel();
  panel.dataset.id = exhibit.dataset.id;
  panel.opener = exhibit.querySelector("[data-open]").id;
  if (await fillPanel(exhibit.dataset.place)) panel.showModal();
}

function makePanel() {
  const made = make("dialog", "panel");
  made.setAttribute("aria-labelledby", "panel-title");
  made.addEventListener("change", onFieldChange);
  made.addEventListener("click", onPanelClick);
  made.addEventListener("close", () => byId(made.opener)?.focus({ preventScroll: true }));
  document.body.append(made);
  return made;
}

async function fillPanel(place) {
  const answer = await fetch(`${base}/evidence/exhibits/${place}`);
  if (!answer.ok) { panel.close(); return false; }
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const pages = panel.querySelector(".panel-pages"), fresh = page.querySelector(".panel-pages");
  const scroll = [pages?.scrollTop, panel.querySelector(".dialog-body")?.scrollTop];
  const isSame = pages?.innerHTML === fresh.innerHTML;
  if (isSame) fresh.replaceWith(pages); // so that pictures do not flicker
  panel.replaceChildren(...page.body.childNodes);
  if (isSame) pages.scrollTop = scroll[0];
  panel.querySelector(".dialog-body").scrollTop = scroll[1] ?? 0;
  if (focused) byId(focused)?.focus({ preventScroll: true });
  return true;
}

/** After any change, show in the panel what the case has now; it may be in another place. */
async function renewPanel() {
  if (!panel?.open) return;
  const exhibit = [...document.querySelectorAll(".exhibit")].find((one) => one.dataset.id === panel.dataset.id);
  if (!exhibit) { panel.close(); return; }
  const isTyping = panel.contains(document.activeElement) && document.activeElement.matches("input[type=text]") && document.activeElement.value !== document.activeElement.defaultValue;
  if (!isTyping) await fillPanel(exhibit.dataset.place);
}

const panelPlace = () => readPlace(panel.querySelector(".panel-content"));

function readControl(control) {
  if (control.matches("fieldset")) {
    const values = [...control.querySelectorAll("input:checked")].map((box) => box.value);
    return values.length ? values : null;
  }
  return control.value.trim() || null;
}

async function onFieldChange(event) {
  if (event.target.matches("[data-join]")) { joinWith(event.target); return; }
  if (event.target.matches("[data-entry]")) { changeEntry(event.target); return; }
  if (event.target.matches("[data-excerpt]")) { markExcerpt(event.target); return; }
  if (event.target.matches("[data-option]")) { changeOption(event.target); return; }
  const control = event.target.closest("[data-field]");
  if (!control) return;
  const body = { ...panelPlace(), field: control.dataset.field, value: readControl(control), was: JSON.parse(control.dataset.was) };
  if (control.dataset.field === "title" && !body.value) { toast("An exhibit needs a title.", { bad: true }); control.value = control.defaultValue; return; }
  if (await change("/evidence/change/set-field", body)) {
    control.dataset.was = JSON.stringify(body.value);
    if ("defaultValue" in control) control.defaultValue = control.value;
    await refresh();
  }
}

async function changeEntry(input) {
  const body = { ...panelPlace(), index: Number(input.dataset.entry), pages: input.value, was: input.dataset.was };
  if (!(await edit("set-pages", body))) input.value = input.dataset.was;
}

async function markExcerpt(box) {
  const body = { ...panelPlace(), index: Number(box.dataset.excerpt), value: box.checked };
  if (!(await edit("set-excerpt", body))) box.checked = !box.checked;
}

async function changeOption(input) {
  const body = { ...panelPlace(), index: Number(input.dataset.of), name: input.dataset.option, value: input.value, was: input.dataset.was };
  if (!(await edit("set-option", body))) input.value = input.dataset.was;
}

async function joinWith(select) {
  const name = select.selectedOptions[0].textContent, other = Number(select.value);
  const answer = await ask({ title: "Join the exhibits?", text: `The pages of “${name}” come behind those of this exhibit. Citations follow them.`, actions: [{ label: "Join", value: "yes", main: true }] });
  if (answer) await edit("join", { ...panelPlace(), other });
  else select.value = "";
}

async function onPanelClick(event) {
  const button = event.target.closest("button");
  if (!button) { if (event.target === panel) panel.close(); return; }
  if ("close" in button.dataset) panel.close();
  if ("confirm" in button.dataset) await edit("confirm", { ...panelPlace(), fields: button.dataset.confirm ? [button.dataset.confirm] : [] });
  if ("remove" in button.dataset) await askRemove(panel.querySelector(".panel-content"));
  if (button.dataset.dropFile) await askIgnore(button.dataset.dropFile);
}

/* ---- adding files ---- */

const uploads = { waiting: [], active: 0, done: 0, total: 0, problems: [] };

function addFiles(files) {
  if (!files.length) return;
  uploads.waiting.push(...files);
  uploads.total += files.length;
  while (uploads.active < AT_ONCE && uploads.waiting.length) sendNext();
  showProgress();
}

async function sendNext() {
  const file = uploads.waiting.shift();
  uploads.active += 1;
  try { await sendFile(file); } catch (error) { uploads.problems.push(`${file.name}: ${error.message}`); }
  uploads.active -= 1;
  uploads.done += 1;
  showProgress();
  if (uploads.waiting.length) sendNext();
  else if (!uploads.active) await finishUploads();
}

async function sendFile(file) {
  const answer = await addFile("/evidence/files", file);
  if (answer.same_as) uploads.problems.push(`${file.name}: the same file is in the case already, as ${answer.same_as.replace(/^evidence\//, "")}`);
}

async function finishUploads() {
  const count = uploads.done, problems = uploads.problems;
  Object.assign(uploads, { waiting: [], active: 0, done: 0, total: 0, problems: [] });
  await refresh();
  showProblems(problems);
  if (problems.length < count) toast(`${count} file${count === 1 ? "" : "s"} handled.`);
}

function showProblems(problems) {
  const place = byId("upload-problems");
  place.hidden = !problems.length;
  if (!problems.length) return;
  const list = document.createElement("ul");
  list.append(...problems.map((text) => make("li", "", text)));
  place.replaceChildren(make("h2", "", "Look at these files"), list);
}

let work = {}; // the last news of the work on this case

function showProgress() {
  const place = byId("progress");
  if (!place) return;
  const isProposing = work.running && work.kind === "propose";
  place.hidden = !uploads.total && !isProposing;
  byId("stop-proposing").hidden = !isProposing;
  const bar = byId("progress-bar");
  if (uploads.total) {
    byId("progress-text").textContent = `Adding files: ${uploads.done} of ${uploads.total}`;
    bar.max = uploads.total;
    bar.value = uploads.done;
  } else if (isProposing) {
    const count = work.total ? `: ${work.done} of ${work.total}` : "…";
    byId("progress-text").textContent = `${STEPS[work.step] ?? "Proposing exhibits"}${count}`;
    if (work.total) { bar.max = work.total; bar.value = work.done; } else bar.removeAttribute("value");
  }
}

document.addEventListener("job", (event) => {
  const before = work;
  work = event.detail;
  showProgress();
  if (before.running && !work.running && work.kind === "propose") refreshWhenIdle();
});

/** Files of dropped folders, too. */
async function listDropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  for (const entry of entries) await collect(entry, files);
  return files;
}

async function collect(entry, files) {
  if (entry.isFile) { files.push(await new Promise((resolve, reject) => entry.file(resolve, reject))); return; }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!batch.length) return;
    for (const inner of batch) await collect(inner, files);
  }
}

let overlay = null;
const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  if (overlay) return;
  overlay = make("div", "drop-overlay");
  overlay.append(make("p", "", "Drop the files to add them to this case"));
  document.body.append(overlay);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) hideOverlay(); });
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  hideOverlay();
  addFiles(await listDropped(event.dataTransfer));
});
function hideOverlay() { overlay?.remove(); overlay = null; }

/* ---- news of the files ---- */

let lookTimer = 0;

async function lookAgain() {
  clearTimeout(lookTimer);
  const board = byId("board");
  let isBusy = true;
  try {
    const state = await send(`${base}/evidence/state`, null, { method: "GET", body: undefined });
    isBusy = state.busy;
    if (String(state.revision) !== board.dataset.revision) await refreshWhenIdle();
  } catch { return; }
  if (isBusy) lookTimer = setTimeout(lookAgain, LOOK_MS);
}

/** A board that is being dragged on, or asked about, stays as it is. */
async function refreshWhenIdle() {
  if (isDragging() || document.querySelector("dialog[open]:not(.panel)")) { setTimeout(refreshWhenIdle, 700); return; }
  await refresh();
}

/* ---- wiring ---- */

document.addEventListener("click", async (event) => {
  const target = event.target;
  const page = target.closest(".page");
  if (page) { onPageClick(event, page); return; }
  const button = target.closest("button");
  if (!button || !button.closest("#board")) return;
  if ("open" in button.dataset) openPanel(button.closest(".exhibit"));
  else if ("menu" in button.dataset) openMenu(button);
  else if (button.dataset.do) ACTIONS[button.dataset.do]?.();
  else if (button.dataset.ignore) askIgnore(button.dataset.ignore);
  else if (button.dataset.restore) edit("restore", { path: button.dataset.restore });
  else if (button.id === "propose") await startProposing(button);
  else if (button.id === "stop-proposing") send(`${base}/evidence/propose/stop`).catch((error) => toast(error.message, { bad: true }));
  else if (button.id === "select-pages") toggleSelecting(button);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest(".unlock");
  if (!form) return;
  event.preventDefault();
  const field = form.elements.password, button = form.querySelector("button");
  button.disabled = true;
  try {
    await send(`${base}/evidence/password`, { path: form.dataset.path, password: field.value });
    await refresh();
    announce("The file is open");
    document.getElementById("main").focus();
  } catch (error) {
    toast(error.message, { bad: true });
    button.disabled = false;
    field.select();
  }
});

async function startProposing(button) {
  button.disabled = true;
  try { await send(`${base}/evidence/propose`); } catch (error) { button.disabled = false; toast(error.message, { bad: true }); }
}

function toggleSelecting(button) {
  isSelecting = !isSelecting;
  button.setAttribute("aria-pressed", String(isSelecting));
  byId("board").classList.toggle("selecting", isSelecting);
  if (!isSelecting) clearChoice();
}

document.addEventListener("keydown", (event) => {
  if (isDragging()) return;
  const page = event.target.closest?.(".page");
  if (page) onPageKey(event, page);
  if (event.key === "Escape" && chosen.size && !document.querySelector("dialog[open]")) clearChoice();
});
/** Send what was chosen, and let the same files be chosen again. */
function takeFiles(input) {
  const files = [...input.files];
  input.value = "";
  if (files.length) addFiles(files);
}
document.addEventListener("change", (event) => {
  if (event.target.id === "file-input") takeFiles(event.target);
  if (event.target.id === "packet") event.target.form.submit();
  if (event.target.id === "role-choice" && event.target.value) edit("set-role", { pages: listChosen().map(readPage), role: event.target.value });
});
// a picture that could not be drawn comes as a sign of this size; then the reason is known, and shown
document.addEventListener("load", (event) => {
  const image = event.target;
  if (image.matches?.(".page img") && image.naturalWidth === 85 && image.naturalHeight === 110) { clearTimeout(lookTimer); lookTimer = setTimeout(lookAgain, 300); }
}, true);
document.addEventListener("page-refreshed", () => {
  for (const id of [...chosen]) { const page = byId(id); page ? choose(page, true) : chosen.delete(id); }
  byId("board").classList.toggle("selecting", isSelecting);
  showSelection();
  showProgress();
  renewPanel();
  if (byId("board").dataset.busy) { clearTimeout(lookTimer); lookTimer = setTimeout(lookAgain, LOOK_MS); }
});
setUpDragging({ pick, drop, announce });
if (byId("board").dataset.busy) lookTimer = setTimeout(lookAgain, 400);
// files that were chosen before this script ran
takeFiles(document.getElementById("file-input"));
