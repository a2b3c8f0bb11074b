// The findings of a case: fixes by one click, and the check of the evidence.

import { base, change, refresh, send, toast, version } from "./desk.js";

const STEPS = {
  "open evidence": "Opening the files",
  "read pages": "Reading the pages",
  "join exhibits": "Preparing the exhibits",
  compare: "Comparing facts and evidence",
};

// --- fixes ---

let asked = null; // the button whose dialog is open

async function fix(button, answer) {
  const { key, label } = button.dataset;
  const body = { key, seen: version };
  if (answer !== undefined) body.answer = answer;
  if (!await change("/check/fix", body)) return;
  await refresh();
  document.getElementById("main").focus({ preventScroll: true });
  toast(`${label}: done`, { action: { label: "Undo", run: () => document.getElementById("undo").click() } });
}

/** Ask what the fix needs: a reason, or that the person has looked at the pages. */
function ask(button) {
  asked = button;
  const part = (id) => document.getElementById(id);
  const { label, where, problem, question, look, file, page } = button.dataset;
  part("fix-title").textContent = label;
  part("fix-where").textContent = where;
  part("fix-problem").textContent = problem;
  part("fix-do").textContent = label;
  part("fix-question").hidden = !question;
  part("fix-question").firstElementChild.textContent = question;
  part("fix-answer").value = "";
  part("fix-answer").required = Boolean(question);
  part("fix-look").hidden = look === undefined;
  part("fix-looked").checked = false;
  part("fix-looked").required = look !== undefined;
  part("fix-pages").hidden = true;
  part("fix-dialog").classList.remove("wide");
  if (look !== undefined && file) showPages(button.dataset.key, Number(page));
  part("fix-dialog").showModal();
  (question ? part("fix-answer") : part("fix-cancel")).focus();
}

/** The page as the file has it and as it was prepared, side by side, with buttons for the other pages. */
async function showPages(key, number) {
  const place = document.getElementById("fix-pages");
  let pages;
  try {
    pages = await send(`${base}/check/pages`, { key });
  } catch {
    return; // the reason and the tick remain
  }
  if (asked?.dataset.key !== key) return;
  document.getElementById("fix-dialog").classList.add("wide");
  place.hidden = false;
  const last = Math.max(pages.count, 1);
  const turn = (page) => {
    const figures = [["As the client sent it", `${base}/check/original/${key}/${page}.webp`]];
    if (pages.prepared) figures.push(["As it will be in the packet", `${base}/check/prepared/${key}/${page}.webp`]);
    place.replaceChildren(...figures.map(([caption, address]) => makeFigure(caption, address, page)), makeTurner(page, last, turn));
  };
  turn(Math.min(number, last));
}

function makeFigure(caption, address, page) {
  const figure = document.createElement("figure");
  const words = document.createElement("figcaption");
  words.textContent = caption;
  const picture = document.createElement("img");
  picture.alt = `${caption}, page ${page}`;
  picture.src = address;
  picture.addEventListener("error", () => {
    const note = document.createElement("p");
    note.className = "note warning";
    note.textContent = "This page cannot be drawn. Open the file in your own program.";
    picture.replaceWith(note);
  });
  figure.append(words, picture);
  return figure;
}

function makeTurner(page, last, turn) {
  const row = document.createElement("div");
  row.className = "page-turner";
  const words = document.createElement("span");
  words.textContent = `Page ${page} of ${last}`;
  const button = (label, target) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.disabled = target < 1 || target > last;
    made.addEventListener("click", () => { turn(target); document.querySelector(".page-turner button:not(:disabled)")?.focus(); });
    return made;
  };
  row.append(button("Previous", page - 1), words, button("Next", page + 1));
  return row;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.classList.contains("fix")) {
    if (button.dataset.look !== undefined || button.dataset.question) ask(button);
    else fix(button);
  }
  if (button?.id === "fix-cancel") document.getElementById("fix-dialog").close();
  if (button?.id === "check-again") startCheck(button);
  if (button?.id === "check-stop") send(`${base}/check/stop`, {}).then(refresh);
});
document.addEventListener("submit", (event) => {
  if (event.target.closest?.("#fix-dialog") && event.submitter?.value === "fix") {
    const question = asked.dataset.question;
    fix(asked, question ? document.getElementById("fix-answer").value : undefined);
  }
});

// --- the check of the evidence ---

async function startCheck(button) {
  button.disabled = true;
  try {
    await send(`${base}/check/evidence`, {});
    isFollowing = true;
    document.getElementById("check-progress").hidden = false;
  } catch (error) {
    button.disabled = false;
    toast(error.message, { bad: true });
  }
}

let isFollowing = false; // a check is going on, and this page shows its end
document.addEventListener("job", (event) => {
  const job = event.detail;
  if (job.kind !== "check") return;
  if (job.running) {
    isFollowing = true;
    document.getElementById("check-progress").hidden = false;
    const bar = document.getElementById("check-bar");
    document.getElementById("check-step").textContent = `${STEPS[job.step] ?? "Checking the evidence"}${job.total ? `: ${job.done} of ${job.total}` : "…"}`;
    if (job.total) bar.value = job.done / job.total;
    else bar.removeAttribute("value");
  } else if (isFollowing) {
    isFollowing = false;
    refresh().then(() => toast("The evidence was checked."));
  }
});

// --- the packet ---

/** Whether the packet is built and still says what the case says; reading its files takes a while. */
async function showState() {
  const answer = await fetch(`${base}/check/state`, { headers: { accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const news = await answer.json();
  if (news.news) { await refresh(); return; }
  const step = document.querySelector(".steps a[href$='/build']");
  if (step && news.current) {
    step.textContent = news.signed ? "File the packet: it is signed off." : "Look through the packet, get the signatures, and sign off.";
  }
  document.getElementById("build-state").textContent = `The packet is ${news.state}.`;
}
document.addEventListener("page-refreshed", showState);
showState();

// a finding of a closed part is shown when an address names it
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let outer = target; outer; outer = outer.parentElement) if (outer.tagName === "DETAILS") outer.open = true;
  target?.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();
