const cases = JSON.parse(one("#data").textContent);
const filters = one("#filters");
const STEP = 100;
let start = 0;
let key = "";
let direction = 1;

function chosen() {
  const text = filters.elements.text.value.toLowerCase();
  const state = filters.elements.state.value;
  const rank = filters.elements.rank.value;
  const found = cases.filter((row) => `${row.case}\n${row.verdict}\n${row.summary}`.toLowerCase().includes(text)
    && (!state || row.state === state) && (!rank || row.rank === Number(rank)));
  if (key) found.sort((a, b) => direction * (typeof a[key] === "number" ? a[key] - b[key] : a[key].localeCompare(b[key])));
  return found;
}

function element(name, values, ...children) {
  const node = Object.assign(document.createElement(name), values);
  node.append(...children);
  return node;
}

function verdictCell(row) {
  const cell = element("td", {}, element("span", { className: `pill ${row.rank ? "good" : "bad"}`, textContent: row.readiness }));
  if (row.rest) cell.append(" ", element("span", { textContent: row.rest, dir: "auto" }));
  if (row.reason) cell.append(element("span", { className: "reason", textContent: row.reason, dir: "auto" }));
  return cell;
}

function line(row) {
  const pages = element("td", { className: "number-cell", textContent: row.pages });
  pages.dataset.label = "Pages";
  const links = element("td", { className: "links" });
  for (const address of row.links) links.append(element("a", { href: address, textContent: decodeURIComponent(address.split("/").at(-2)), dir: "auto" }), " ");
  return element("tr", {}, element("th", { scope: "row", dir: "auto", textContent: row.case }), verdictCell(row), pages, links);
}

function draw() {
  const found = chosen();
  start = Math.max(0, Math.min(start, found.length - 1));
  start -= start % STEP;
  one("#rows").replaceChildren(...found.slice(start, start + STEP).map(line));
  one("#shown").textContent = found.length ? `${start + 1} to ${Math.min(start + STEP, found.length)} of ${found.length}` : "No case matches.";
  one("#back").disabled = start === 0;
  one("#on").disabled = start + STEP >= found.length;
  one("#back").hidden = one("#on").hidden = found.length <= STEP;
}

filters.addEventListener("input", () => { start = 0; draw(); });
filters.addEventListener("submit", (event) => event.preventDefault());
one("#back").addEventListener("click", () => { start -= STEP; draw(); });
one("#on").addEventListener("click", () => { start += STEP; draw(); });
for (const button of all("th button")) {
  button.addEventListener("click", () => {
    direction = key === button.dataset.key ? -direction : 1;
    key = button.dataset.key;
    all("th[aria-sort]").forEach((cell) => cell.setAttribute("aria-sort", "none"));
    button.parentElement.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    draw();
  });
}
draw();
