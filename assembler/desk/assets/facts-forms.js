// Government forms on the page of facts: add files, say what they are, leave one out, fill the blanks.

import { addFile, base, change, refresh, send, toast } from "./desk.js";

const LOOK_MS = 700; // between two questions whether more is known of the files
const byId = (id) => document.getElementById(id);

// --- adding files ---

let isSending = false;
// the page may be exchanged meanwhile, by news of the case
const shown = { done: 0, total: 0, problems: [] };

/** Send the files one after another, since each may add to the list of forms. */
async function addFiles(files) {
  if (!files.length || isSending) return;
  isSending = true;
  const problems = [], hints = [];
  let added = 0;
  for (const [index, file] of files.entries()) {
    Object.assign(shown, { done: index, total: files.length, problems });
    showUploads();
    try {
      const answer = await addFile("/forms/files", file);
      added += 1;
      if (answer.same_as) hints.push(`${file.name} is the same file as ${answer.same_as.replace(/^forms\//, "")}.`);
      if (!answer.form && !answer.listed) hints.push(`Say which form ${file.name} is.`);
    } catch (error) {
      problems.push(error.message.startsWith(file.name) ? error.message : `${file.name}: ${error.message}`);
    }
  }
  isSending = false;
  shown.total = 0;
  await refresh();
  if (added) toast([`${added} file${added === 1 ? "" : "s"} added.`, ...hints].join(" "));
}

/** How far the files are, and what was wrong with them. */
function showUploads() {
  const { done, total, problems } = shown;
  byId("form-progress").hidden = !total;
  byId("add-forms").disabled = Boolean(total);
  byId("form-progress-text").textContent = total === 1 ? "Adding the file…" : `Adding files: ${done + 1} of ${total}`;
  byId("form-bar").max = total || 1;
  byId("form-bar").value = done + 0.5;
  const place = byId("form-problems"), list = document.createElement("ul");
  const items = problems.map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  list.append(...items);
  place.hidden = !problems.length;
  place.replaceChildren(list);
}
document.addEventListener("page-refreshed", showUploads);

function takeFiles(input) {
  if (!input?.files.length || isSending) return;
  addFiles([...input.files]);
  input.value = "";
}

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// a file that misses the target must not replace the page
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = event.target.closest?.("#section-forms") ? "copy" : "none";
  byId("form-drop")?.classList.toggle("over", Boolean(event.target.closest?.("#section-forms")));
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) byId("form-drop")?.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  byId("form-drop")?.classList.remove("over");
  if (event.target.closest?.("#section-forms")) addFiles([...event.dataTransfer.files]);
});

// --- listing and leaving out ---

/** Ask why a file is left out, then leave it out; it can be put back. */
function askRemove(button) {
  const card = button.closest("[data-path]"), dialog = byId("form-dialog");
  const name = card.dataset.path.replace(/^forms\//, "");
  byId("form-dialog-title").textContent = `Leave out ${name}?`;
  dialog.dataset.path = card.dataset.path;
  dialog.dataset.listed = "listed" in card.dataset ? "yes" : "";
  byId("form-reason").value = "";
  dialog.showModal();
  byId("form-reason").focus();
}

async function removeForm(dialog) {
  const { path, listed } = dialog.dataset;
  if (!await change("/forms/remove", { path, reason: byId("form-reason").value, listed: listed === "yes" })) return;
  await refresh();
  byId("add-forms").focus({ preventScroll: true });
  toast("Left out", { action: { label: "Undo", run: () => byId("undo").click() } });
}

async function listForm(button) {
  const card = button.closest("[data-path]");
  const form = card.querySelector(".loose-form");
  if (!form.value) { toast("Choose which form it is.", { bad: true }); form.focus(); return; }
  const body = { path: card.dataset.path, form: form.value, completed: card.querySelector(".loose-state").value === "true" };
  if (await change("/forms/list", body)) { await refresh(); byId("add-forms").focus({ preventScroll: true }); }
}

async function restoreForm(button) {
  const { path } = button.closest("[data-path]").dataset;
  if (await change("/evidence/change/restore", { path, version: document.documentElement.dataset.version })) await refresh();
}

// --- filling ---

let isFilling = false;

async function startFilling(button) {
  button.disabled = true;
  try {
    await send(`${base}/forms/fill`, {});
    isFilling = true;
    byId("fill-progress").hidden = false;
  } catch (error) {
    button.disabled = false;
    toast(error.message, { bad: true });
  }
}

document.addEventListener("job", async (event) => {
  if (event.detail.kind !== "fill") return;
  if (event.detail.running) { isFilling = true; return; }
  if (!isFilling) return;
  isFilling = false;
  await refresh();
  byId("filled-forms")?.scrollIntoView({ block: "nearest" });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.id === "add-forms") byId("form-input").click();
  if (button.id === "fill-forms") startFilling(button);
  if (button.id === "form-cancel") byId("form-dialog").close();
  if (button.classList.contains("remove-form")) askRemove(button);
  if (button.classList.contains("list-form")) listForm(button);
  if (button.classList.contains("restore-form")) restoreForm(button);
});
document.addEventListener("change", (event) => {
  if (event.target.id === "form-input") takeFiles(event.target);
});
document.addEventListener("submit", (event) => {
  if (event.target.closest?.("#form-dialog") && event.submitter?.value === "remove") removeForm(byId("form-dialog"));
});

// --- news of the files ---

let timer = 0;
/** While files are still being looked at, ask again; show the section anew when more is known. */
async function followLooks() {
  clearTimeout(timer);
  const place = byId("forms");
  if (!place || !("busy" in place.dataset)) return;
  const answer = await fetch(`${base}/forms/state`).catch(() => null);
  if (!answer?.ok) return;
  const news = await answer.json();
  if (!news.busy || String(news.revision) !== place.dataset.revision) await refresh();
  else timer = setTimeout(followLooks, LOOK_MS);
}
document.addEventListener("page-refreshed", () => { timer = setTimeout(followLooks, LOOK_MS); });
followLooks();
takeFiles(byId("form-input")); // chosen before this script ran
