const cases = JSON.parse(one("#data").textContent);
const filters = one("#filters");
const STEP = 100;
let start = 0;
let key = "";
let up = 1;

function chosen() {
  const text = filters.elements.text.value.toLowerCase();
  const state = filters.elements.state.value;
  const found = cases.filter((row) => row.case.toLowerCase().includes(text) && (!state || row.state === state));
  if (key) found.sort((a, b) => up * (typeof a[key] === "number" ? a[key] - b[key] : a[key].localeCompare(b[key])));
  return found;
}

function line(row) {
  const made = document.createElement("tr");
  for (const name of ["case", "state", "errors", "warnings", "pages", "summary"]) {
    const cell = document.createElement(name === "case" ? "th" : "td");
    if (name === "case") cell.scope = "row";
    cell.dir = "auto";
    cell.textContent = row[name];
    made.append(cell);
  }
  const links = document.createElement("td");
  for (const address of row.links) links.append(Object.assign(document.createElement("a"), { href: address, textContent: address.split("/").at(-2) }), " ");
  made.append(links);
  return made;
}

function draw() {
  const found = chosen();
  start = Math.max(0, Math.min(start, found.length - 1));
  start -= start % STEP;
  one("#rows").replaceChildren(...found.slice(start, start + STEP).map(line));
  one("#shown").textContent = found.length ? `${start + 1} to ${Math.min(start + STEP, found.length)} of ${found.length}` : "none";
  one("#back").disabled = start === 0;
  one("#on").disabled = start + STEP >= found.length;
}

filters.addEventListener("input", () => { start = 0; draw(); });
filters.addEventListener("submit", (event) => event.preventDefault());
one("#back").addEventListener("click", () => { start -= STEP; draw(); });
one("#on").addEventListener("click", () => { start += STEP; draw(); });
for (const button of all("th button")) {
  button.addEventListener("click", () => {
    up = key === button.dataset.key ? -up : 1;
    key = button.dataset.key;
    all("th[aria-sort]").forEach((cell) => cell.setAttribute("aria-sort", "none"));
    button.parentElement.setAttribute("aria-sort", up > 0 ? "ascending" : "descending");
    draw();
  });
}
draw();
