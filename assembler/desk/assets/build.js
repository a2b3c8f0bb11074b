// Build: start the work, show how far it is, and load the page again when it has ended.
import { base, csrf, refresh, send, toast } from "./desk.js";

const place = (id) => document.getElementById(id);
const STEP_MS = 700; // between two looks at running work
let isRunning = !place("progress")?.hidden;
let timer = 0;
let lastStep = "";

/** Show how far the work is; the page is loaded again once there is none. */
async function showProgress() {
  clearTimeout(timer);
  let answer;
  try { answer = await fetch(`${base}/build/progress`); } catch { timer = setTimeout(showProgress, 3000); return; }
  if (answer.status === 200) {
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    place("progress-view").replaceChildren(...part.body.childNodes);
    setRunning(true);
    const step = place("progress-view").querySelector(".now span")?.firstChild?.textContent ?? "";
    if (step !== lastStep) place("progress-news").textContent = lastStep = step;
    timer = setTimeout(showProgress, STEP_MS);
  } else if (isRunning) {
    setRunning(false);
    await refresh();
    place("outcome")?.scrollIntoView({ block: "nearest" });
    place("progress-news").textContent = place("outcome-title")?.textContent ?? "";
  }
}

/** While work goes on, nothing else can be started. */
function setRunning(running) {
  isRunning = running;
  place("progress").hidden = !running;
  for (const button of document.querySelectorAll("#build, #open-file, [data-action], [data-sign]")) button.disabled = running;
  if (running && place("outcome")) place("outcome").hidden = true;
}

/** Ask the server for work of this page; it says no while other work goes on. */
async function start(path, body) {
  try {
    await send(`${base}/build/${path}`, body);
    lastStep = "";
    setRunning(true);
    await showProgress();
    place("progress").scrollIntoView({ block: "nearest" });
    place("cancel").focus({ preventScroll: true });
  } catch (error) { toast(error.message, { bad: true }); }
}

function startBuild() {
  const profile = document.querySelector('[name="profile"]:checked')?.value ?? "";
  return start("start", { profile, strict: place("strict").checked, filed: place("filed")?.value ?? "", late: place("late")?.value ?? "end" });
}

/** Put the sign-off that was saved from the review page beside the packet. */
async function signOff(input) {
  const file = input.files[0];
  if (!file) return;
  try {
    await send(`${base}/build/sign-off?packet=${encodeURIComponent(input.dataset.sign)}`, null, { body: await file.text(), headers: { "content-type": "application/json", "x-csrf-token": csrf, accept: "application/json" } });
    toast("Signed off");
    await refresh();
  } catch (error) { toast(error.message, { bad: true }); }
  input.value = "";
}

/** Say where the case stands now; judging it takes longer than showing the page. */
async function showState() {
  if (!place("case-state") || isRunning) return;
  try {
    const answer = await fetch(`${base}/build/state`);
    if (!answer.ok) return;
    const state = await answer.json();
    place("case-state").textContent = state.label;
    place("case-state").className = `pill ${state.pill}`;
    place("case-state").hidden = false;
    place("case-missing").textContent = state.missing;
    place("case-missing-line").hidden = !state.missing;
  } catch { /* the desk has ended; the page says so when it is used */ }
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "build-form") return;
  event.preventDefault();
  startBuild();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (!button) return;
  if (button.id === "cancel") { button.disabled = true; send(`${base}/build/cancel`).then(showProgress, (error) => toast(error.message, { bad: true })).finally(() => { button.disabled = false; }); }
  if (button.dataset.action) start(button.dataset.action === "verify" ? "verify" : "print", { packet: button.dataset.packet, supplement: button.dataset.action === "supplement" });
  if (button.id === "open-file") place("file-dialog").showModal();
});
document.addEventListener("change", (event) => { if (event.target.dataset?.sign) signOff(event.target); });
document.addEventListener("close", (event) => { if (event.target.id === "file-dialog" && event.target.returnValue === "file") start("file", {}); }, true);
// work may have been started in another window, or on another page
document.addEventListener("job", (event) => { if (event.detail.running && !isRunning) showProgress(); });
document.addEventListener("page-refreshed", showState);
if (isRunning) { setRunning(true); showProgress(); }
showState();
