// Import facts into a case: show what would be written, let a person choose between two values, write.
import { base, postFile, toast } from "./desk.js";
import { showRefusal } from "./cases.js";

const place = (id) => document.getElementById(id);

/** Send the file with the choices made so far; the answer is the part of the page to show. */
async function sendFile(write) {
  const file = place("facts-file").files[0], result = place("facts-result"), button = place("facts-go");
  if (!file) return;
  const query = new URLSearchParams({ name: file.name, write: write ? "yes" : "no", row: place("facts-row").value, person: place("facts-person").value, dates: place("facts-dates").value });
  if (write && result.querySelector(".conflict")) {
    query.set("keep", "yes");
    for (const group of result.querySelectorAll(".conflict")) if (group.querySelector('[value="take"]').checked) query.append("take", group.dataset.pointer);
  }
  button.disabled = true;
  if (!write) result.textContent = "Reading the file…";
  try {
    const answer = await postFile(`${base}/import?${query}`, file);
    if (!answer.ok) { showRefusal(result, await answer.text()); return; }
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    const box = part.body.firstElementChild;
    result.replaceChildren(...part.body.childNodes);
    if (box.dataset.written === "yes") { toast("Written into the case"); place("facts-file").value = ""; return; }
    button.disabled = !box.dataset.conflicts && box.dataset.count === "0";
  } catch {
    result.textContent = "The desk does not answer. Is it still running?";
  }
}

// on the document: the main part of the page is put in anew whenever the case changes
document.addEventListener("change", (event) => { if (["facts-file", "facts-row", "facts-person", "facts-dates"].includes(event.target.id)) sendFile(false); });
document.addEventListener("submit", (event) => { if (event.target.id === "facts-form") { event.preventDefault(); sendFile(true); } });
// a file that was chosen before this script ran
sendFile(false);
