const pages = JSON.parse(one("#data").textContent);
const large = one("#large");
const SVG = "http://www.w3.org/2000/svg";
let current = 0;

function box(values, kind, title) {
  const rect = document.createElementNS(SVG, "rect");
  ["x", "y", "width", "height"].forEach((name, n) => rect.setAttribute(name, values[n]));
  rect.setAttribute("class", kind);
  rect.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: title }));
  return rect;
}

function stamp(values) {
  const text = document.createElementNS(SVG, "text");
  for (const [name, key] of [["x", "x"], ["y", "y"], ["font-size", "size"], ["textLength", "width"]]) text.setAttribute(name, values[key]);
  text.textContent = values.text;
  return text;
}

function over(page) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${page.size[0]} ${page.size[1]}`);
  svg.setAttribute("aria-hidden", "true");
  if (page.stamp) svg.append(stamp(page.stamp));
  if (one("#overlay").checked) {
    for (const [word, left, top, width, height, sure] of page.words) {
      svg.append(box([left, top, width, height], "w " + (sure >= 90 ? "high" : sure >= 70 ? "middle" : "low"), `${word} (${sure})`));
    }
  }
  for (const mark of page.marks) if (mark.box) svg.append(box(mark.box, mark.severity, mark.text));
  return svg;
}

function show(number) {
  current = Math.min(Math.max(number, 1), pages.length);
  const page = pages[current - 1];
  one("#large-title").textContent = page.says;
  const told = [page.from && `from ${page.from}`, page.sure !== null && page.sure !== undefined && `read with a confidence of ${page.sure} of 100`,
    page.turned && `turned by ${page.turned} degrees`, page.scale !== 1 && `drawn at ${Math.round(page.scale * 100)} %`];
  one("#large-from").textContent = told.filter(Boolean).join("; ");
  one("#large-marks").replaceChildren(...page.marks.map((mark) => Object.assign(document.createElement("li"), { textContent: mark.text })));
  const small = one(`#p${current} img`);
  const paper = one("#large-page");
  paper.replaceChildren();
  if (small) paper.append(Object.assign(document.createElement("img"), { src: small.src, alt: page.says }), over(page));
  else paper.append(page.says);
  one("#large-other").hidden = !page.source;
  if (page.source) one("#large-source").src = page.source;
  one("#overlay").parentElement.hidden = !page.words.length;
  one("#before").disabled = current === 1;
  one("#after").disabled = current === pages.length;
  if (!large.open) large.showModal();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-page]");
  if (button && button.tagName === "BUTTON") show(Number(button.dataset.page));
});
one("#before").addEventListener("click", () => show(current - 1));
one("#after").addEventListener("click", () => show(current + 1));
one("#close").addEventListener("click", () => large.close());
one("#overlay").addEventListener("change", () => show(current));
large.addEventListener("close", () => { const button = one(`#p${current}`); if (button) button.focus(); });
large.addEventListener("keydown", (event) => {
  if (event.target.matches("input[type=text], select")) return;
  if (event.key === "ArrowRight") show(current + 1);
  if (event.key === "ArrowLeft") show(current - 1);
});

const filters = one("#filters");
if (filters) {
  const filter = () => {
    const wanted = new FormData(filters);
    const rows = all(".finding");
    for (const row of rows) {
      row.hidden = !wanted.getAll("severity").includes(row.dataset.severity) || (wanted.get("exhibit") && wanted.get("exhibit") !== row.dataset.exhibit)
        || (wanted.get("rule") && wanted.get("rule") !== row.dataset.rule);
    }
    one("#shown").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} shown`;
  };
  filters.addEventListener("change", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
}

one("#print").addEventListener("click", () => window.print());
one("#sign").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const items = Object.fromEntries(all("input[type=checkbox]", form).map((box) => [box.name, box.checked]));
  const { case: of, packet, sha256 } = document.body.dataset;
  save("signoff.json", { case: of, packet, bundle_sha256: sha256, items, who: form.elements.who.value, when: form.elements.when.value });
  const open = Object.values(items).filter((done) => !done).length;
  one("#saved").textContent = `Saved as signoff.json; ${open} of ${Object.keys(items).length} items are open. Put it beside manifest.json.`;
});
