// The list of cases: states as they are read, search, filter, order; a new case; a sheet.
import { postFile, send, toast } from "./desk.js";

const place = (id) => document.getElementById(id);
const table = () => place("cases");
const rows = () => [...(table()?.tBodies[0].rows ?? [])];
const LOOK_MS = 60000; // between two looks at cases that were all read
const COLLATOR = new Intl.Collator();
const ORDER = { broken: 0, "to-fix": 1, changed: 2, "not-built": 3, ready: 4 };

/** Write what was read of a case into its row; everything is text, never markup. */
function fillRow(row, news) {
  const make = (name, className, text) => {
    const part = document.createElement(name);
    part.className = className;
    part.textContent = text;
    return part;
  };
  row.dataset.caseId = news.case_id;
  row.dataset.state = news.state;
  row.dataset.deadline = news.deadline;
  row.dataset.built = news.built;
  row.dataset.people = news.people;
  row.querySelector(".case-id").textContent = [news.people, news.case_id === row.dataset.name ? "" : news.case_id].filter(Boolean).join(" · ");
  row.querySelector(".state").replaceChildren(make("span", `pill ${news.pill}`, news.label));
  row.querySelector(".missing").textContent = news.missing;
  row.querySelector(".built").textContent = news.built;
  const deadline = make("time", "", news.deadline);
  deadline.dateTime = news.deadline;
  row.querySelector(".deadline").replaceChildren(
    ...(news.deadline ? [deadline, make("span", "deadline-title", news.deadline_title)] : []));
}

/** Wait; no longer than until somebody comes back to this page. */
function pause(milliseconds) {
  return new Promise((done) => {
    setTimeout(done, milliseconds);
    if (milliseconds === LOOK_MS) document.addEventListener("visibilitychange", done, { once: true });
  });
}

/** Ask for states until all are there; the page is usable meanwhile. */
async function followNews() {
  if (!table()) return;
  const byId = new Map(rows().map((row) => [row.dataset.id, row]));
  let seen = Number(table().dataset.news);
  let waiting = Number(table().dataset.waiting);
  for (;;) {
    // when all is read, look again from time to time; it also tells the desk that somebody is here
    const look = waiting > 0 ? "" : "&look=yes";
    await pause(waiting > 0 ? 350 : LOOK_MS);
    let news;
    try {
      const answer = await fetch(`/case-list/news?after=${seen}${look}`);
      if (!answer.ok) return;
      news = await answer.json();
    } catch { return; }
    for (const entry of news.rows) if (byId.has(entry.id)) fillRow(byId.get(entry.id), entry);
    seen = news.news;
    waiting = news.waiting;
    place("reading").textContent = waiting ? ` · reading ${waiting} more…` : "";
    if (news.rows.length && (place("filter").value || place("search").value || place("sort").value !== "name")) arrange();
  }
}

/** Show the rows that fit what was typed and chosen, in the chosen order. */
function arrange() {
  if (!table()) return;
  const wanted = place("search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const state = place("filter").value;
  let shown = 0;
  for (const row of rows()) {
    const text = `${row.dataset.name} ${row.dataset.caseId ?? ""} ${row.dataset.people ?? ""}`.toLocaleLowerCase();
    const fits = wanted.every((word) => text.includes(word)) && (!state || row.dataset.state === state);
    row.hidden = !fits;
    shown += fits;
  }
  place("none-found").hidden = shown > 0;
  table().hidden = shown === 0;
  const total = rows().length;
  place("case-count").textContent = `${shown === total ? total : `${shown} of ${total}`} case${total === 1 ? "" : "s"}`;
  order(place("sort").value);
}

/** Put the rows in order; only if it differs, so that the focus stays. */
function order(by) {
  const name = (row) => row.dataset.name.toLocaleLowerCase();
  const key = {
    name: () => "",
    deadline: (row) => row.dataset.deadline || "9999",
    state: (row) => String(ORDER[row.dataset.state] ?? 9),
    built: (row) => row.dataset.built || "",
  }[by];
  const sign = by === "built" ? -1 : 1;
  const before = rows();
  const after = [...before].sort((a, b) => sign * COLLATOR.compare(key(a), key(b)) || COLLATOR.compare(name(a), name(b)));
  if (after.some((row, place) => row !== before[place])) table().tBodies[0].append(...after);
}

/** Read given and family name of a group of fields. */
function readName(group) {
  return { given: group.querySelector('[data-part="given"]').value, family: group.querySelector('[data-part="family"]').value };
}

const slug = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");

/** Propose a folder from the first person's name, until somebody types one. */
function proposeFolder() {
  const folder = place("folder");
  if (folder.dataset.typed) return;
  const name = readName(document.querySelector("[data-person]"));
  folder.value = slug(`${name.family} ${name.given}`).slice(0, 60);
}

let people = 1;
/** Add fields for one more person. */
function addPerson() {
  people += 1;
  const first = document.querySelector("[data-person]");
  const group = first.cloneNode(true);
  for (const input of group.querySelectorAll("input")) {
    const label = group.querySelector(`label[for="${input.id}"]`);
    input.id = `${input.dataset.part}-${people}`;
    input.value = "";
    label.htmlFor = input.id;
  }
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "icon-button";
  remove.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6 6 18"/></svg><span class="sr">Remove this person</span>';
  remove.addEventListener("click", () => { group.remove(); place("add-person").focus(); });
  group.append(remove);
  place("add-person").before(group);
  group.querySelector("input").focus();
}

/** Start the case; the server says what is missing. */
async function startCase(event) {
  event.preventDefault();
  const problem = place("new-problem"), button = place("create");
  const chosen = (name) => [...document.querySelectorAll(`#new-form [name="${name}"]:checked`)].map((box) => box.value);
  button.disabled = true;
  problem.hidden = true;
  try {
    const answer = await send("/new-case", {
      folder: place("folder").value,
      kind: chosen("kind")[0] ?? "",
      reasons: chosen("reason"),
      beneficiaries: [...document.querySelectorAll("[data-person]")].map(readName),
      is_self: chosen("filer")[0] === "self",
      petitioner: readName(place("petitioner")),
      attorney: place("has-attorney").checked ? readName(place("attorney")) : null,
      filing: chosen("filing")[0] ?? "",
    });
    location.assign(answer.address);
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    problem.scrollIntoView({ block: "nearest" });
    button.disabled = false;
  }
}

/** Send the sheet; show what would be made, or make it. */
async function importSheet(write) {
  const file = place("sheet").files[0], result = place("import-result"), button = place("import-go");
  if (!file) return;
  button.disabled = true;
  result.textContent = write ? "Making the cases…" : "Reading the sheet…";
  const query = new URLSearchParams({ name: file.name, write: write ? "yes" : "no", kind: place("import-kind").value, dates: place("import-dates").value });
  for (const box of document.querySelectorAll('[name="import-reason"]:checked')) query.append("reason", box.value);
  try {
    const answer = await postFile(`/import-cases?${query}`, file);
    if (!answer.ok) { showRefusal(result, await answer.text()); return; }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const count = Number(part.body.firstElementChild.dataset.count);
    if (write) { sessionStorage.setItem("made", `${count} case${count === 1 ? "" : "s"} made`); location.assign("/"); return; }
    result.replaceChildren(...part.body.childNodes);
    button.disabled = count === 0;
    button.textContent = `Make ${count} case${count === 1 ? "" : "s"}`;
  } catch {
    result.textContent = "The desk does not answer. Is it still running?";
  }
}

/** Show why a file cannot be used: each problem with what to do. */
export function showRefusal(box, text) {
  let body;
  try { body = JSON.parse(text); } catch { body = { problem: text, findings: [] }; }
  const list = document.createElement("ul");
  for (const finding of body.findings?.length ? body.findings : [body]) {
    const item = document.createElement("li");
    item.textContent = `${finding.where ? `${finding.where}: ` : ""}${finding.problem}${finding.remedy ? `; ${finding.remedy.replace(/ or say --reason \S+ for all rows/, " or choose the reasons above, under “If the sheet does not say”").replace("name the row with --row NUMBER", "type the number of the row above")}` : ""}`;
    list.append(item);
  }
  const note = document.createElement("div");
  note.className = "note error";
  note.append(list);
  box.replaceChildren(note);
  const options = document.getElementById("import-options");
  if (options) options.open = true;
}

function connect() {
  for (const button of document.querySelectorAll("[data-open]")) button.addEventListener("click", () => place(button.dataset.open).showModal());
  for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  for (const id of ["search", "filter", "sort"]) place(id)?.addEventListener("input", arrange);
  place("case-search")?.addEventListener("submit", (event) => { event.preventDefault(); rows().find((row) => !row.hidden)?.querySelector("a").click(); });
  place("clear-search")?.addEventListener("click", () => { place("search").value = ""; place("filter").value = ""; arrange(); place("search").focus(); });
  place("new-form").addEventListener("submit", startCase);
  place("people").addEventListener("input", proposeFolder);
  place("folder").addEventListener("input", () => { place("folder").dataset.typed = "yes"; });
  place("add-person").addEventListener("click", addPerson);
  place("has-attorney").addEventListener("change", () => { place("attorney").hidden = !place("has-attorney").checked; });
  for (const box of document.querySelectorAll('[name="filer"]')) box.addEventListener("change", () => { place("petitioner").hidden = document.querySelector('[name="filer"]:checked').value === "self"; });
  for (const id of ["sheet", "import-kind", "import-dates"]) place(id).addEventListener("change", () => importSheet(false));
  for (const box of document.querySelectorAll('[name="import-reason"]')) box.addEventListener("change", () => importSheet(false));
  place("import-form").addEventListener("submit", (event) => { event.preventDefault(); importSheet(true); });
  importSheet(false); // a file that was chosen before this script ran
  const made = sessionStorage.getItem("made");
  if (made) { sessionStorage.removeItem("made"); toast(made); }
  if (new URLSearchParams(location.search).has("new")) place("new-dialog").showModal();
}

if (place("new-form")) {
  connect();
  // a browser may have kept what was typed; else the list is as it came
  if (place("search")?.value || place("filter")?.value || place("sort")?.selectedIndex > 0) arrange();
  followNews();
}
