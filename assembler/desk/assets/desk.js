// What every page of the desk shares: sending changes, undo and redo, news from the server, messages.

const root = document.documentElement;
export const csrf = root.dataset.csrf;
export const base = root.dataset.case || "";
export let version = root.dataset.version || "";

export class Refused extends Error {
  constructor(status, body) {
    const where = body.where ? `${body.where}: ` : "";
    super(`${where}${body.problem || "it did not work"}${body.remedy ? `; ${body.remedy}` : ""}`);
    this.status = status;
    this.body = body;
  }
}

/** Send a request of this page; return the JSON of the answer. Throws Refused. */
export async function send(path, body, options = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf-token": csrf, accept: "application/json" },
      body: JSON.stringify(body ?? {}),
      ...options,
    });
  } catch {
    throw new Refused(0, { problem: "the desk does not answer", remedy: "start it again: assembler desk" });
  }
  const text = await answer.text();
  let value = {};
  try { value = JSON.parse(text); } catch { value = { problem: text.slice(0, 200) }; }
  if (!answer.ok) throw new Refused(answer.status, value);
  return value;
}

const MAX_FILE = 200_000_000; // bytes, as the server takes them
const fileRequest = (file) => ({ method: "POST", body: file, headers: { "x-csrf-token": csrf, accept: "application/json", "content-type": "application/octet-stream" } });

/** Send a file as it is; return what `fetch` does. */
export const postFile = (path, file) => fetch(path, fileRequest(file));

/** Add a file to a folder of the case; return the answer. Throws an Error that says why it was not added. */
export async function addFile(path, file) {
  if (file.size > MAX_FILE) throw new Error("the file is larger than 200 MB; split it, or scan at 300 dpi");
  const answer = await send(`${base}${path}?name=${encodeURIComponent(file.name)}`, null, fileRequest(file));
  if (answer.refused) throw new Error(`${answer.problem}; ${answer.remedy}`);
  return answer;
}

/** Send a change of the case, and take over its new version. Returns the answer; null if it was refused. */
export async function change(path, body, { quiet = false } = {}) {
  showSaved("Saving…");
  sending += 1;
  try {
    const answer = await send(base + path, body);
    adopt(answer);
    document.dispatchEvent(new CustomEvent("case-saved"));
    showSaved("Saved");
    return answer;
  } catch (error) {
    showSaved("Not saved");
    if (!quiet) toast(error.message, { bad: true });
    if (error.status === 409) document.dispatchEvent(new CustomEvent("case-changed"));
    if (quiet) throw error;
    return null;
  } finally {
    sending -= 1;
  }
}
let sending = 0; // changes whose answer is still to come

function adopt(answer) {
  if (!answer.version) return;
  version = answer.version;
  root.dataset.version = version;
  const undo = document.getElementById("undo"), redo = document.getElementById("redo");
  if (undo) undo.disabled = !answer.undo;
  if (redo) redo.disabled = !answer.redo;
}

let savedTimer = 0;
function showSaved(text) {
  const place = document.getElementById("saved");
  if (!place) return;
  place.textContent = text;
  clearTimeout(savedTimer);
  if (text === "Saved") savedTimer = setTimeout(() => { place.textContent = ""; }, 2500);
}

/** Load this page again and put its main part in place, with the focus and the scroll where they were. */
export async function refresh() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) { await showTrouble(answer); return; }
  document.getElementById("trouble")?.remove();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  // as they are now: a person may have gone on while the page was made
  const focused = document.activeElement?.id;
  const open = [...document.querySelectorAll("main details[open][id]")].map((part) => part.id);
  document.dispatchEvent(new CustomEvent("page-swap")); // what is being typed can be kept
  document.getElementById("main").replaceChildren(...page.getElementById("main").childNodes);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  const fresh = page.documentElement.dataset;
  adopt({ version: fresh.version, undo: !page.getElementById("undo")?.disabled, redo: !page.getElementById("redo")?.disabled });
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("page-refreshed"));
}

/** Say that the case cannot be shown as it is now. The page stays: it may have what is in no file yet. */
async function showTrouble(answer) {
  const text = answer ? await answer.text() : "";
  const said = new DOMParser().parseFromString(text, "text/html");
  const reasons = [...said.querySelectorAll("main .reason")].map((part) => part.textContent.trim());
  const plain = answer ? text.slice(0, 200) : "The desk does not answer. Start it again: assembler desk";
  let place = document.getElementById("trouble");
  if (!place) {
    place = document.createElement("div");
    place.id = "trouble";
    place.className = "note error trouble";
    place.setAttribute("role", "alert");
    document.getElementById("main").before(place);
  }
  const words = document.createElement("p");
  words.textContent = `${reasons.join(" ") || plain} This page shows the case as it was; it goes on as soon as the case can be read.`;
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", refresh);
  place.replaceChildren(words, again);
}

/** Show a message for a while; `action`: a button with its label and what it does. */
export function toast(text, { bad = false, action = null } = {}) {
  const place = document.createElement("div");
  place.className = `toast${bad ? " bad" : ""}`;
  const words = document.createElement("span");
  words.textContent = text;
  place.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.label;
    button.addEventListener("click", () => { place.remove(); action.run(); });
    place.append(button);
  }
  document.getElementById("toasts").append(place);
  setTimeout(() => place.remove(), bad ? 9000 : 5000);
}

export async function undo() { if (await change("/undo")) await refresh(); }
export async function redo() { if (await change("/redo")) await refresh(); }

/** Call back with what the server says about this case: "case" (its version) and "job" (work on it). */
function follow() {
  if (!base) return;
  const source = new EventSource(`${base}/events`);
  const takeIn = (event) => {
    // our own change may be told before its answer comes
    if (sending) { setTimeout(takeIn, 100, event); return; }
    const news = JSON.parse(event.data);
    if (news.version !== version) {
      version = news.version;
      document.dispatchEvent(new CustomEvent("case-changed"));
    }
  };
  source.addEventListener("case", takeIn);
  source.addEventListener("job", (event) => {
    document.dispatchEvent(new CustomEvent("job", { detail: JSON.parse(event.data) }));
  });
  addEventListener("pagehide", () => source.close());
}

let refreshTimer = 0;
document.addEventListener("case-changed", () => {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(refresh, 150);
});
document.getElementById("undo")?.addEventListener("click", undo);
document.getElementById("redo")?.addEventListener("click", redo);
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || !base) return;
  const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, [contenteditable]");
  const key = event.key.toLowerCase();
  if (typing || !["z", "y"].includes(key)) return;
  event.preventDefault();
  (key === "y" || event.shiftKey ? redo : undo)();
});
/** Mark the page of checks in the navigation while something must be fixed. */
async function markErrors() {
  const dot = document.getElementById("check-dot");
  if (!dot) return;
  const answer = await fetch(`${base}/findings?count`, { headers: { accept: "application/json" } }).catch(() => null);
  if (answer?.ok) dot.hidden = !(await answer.json()).errors;
}
let markTimer = 0;
for (const name of ["page-refreshed", "case-saved"]) {
  document.addEventListener(name, () => {
    clearTimeout(markTimer);
    markTimer = setTimeout(markErrors, 400);
  });
}
follow();
markErrors();
