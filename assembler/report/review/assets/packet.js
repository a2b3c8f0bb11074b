const pages = JSON.parse(one("#data").textContent);
const SVG = "http://www.w3.org/2000/svg";

/* Copy buttons. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // a browser that gives no clipboard to files on disk
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}
document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const isCopied = await copyText(button.dataset.copy);
  button.focus();
  button.textContent = isCopied ? "Copied" : "Select and copy it by hand";
  one("#copied").textContent = button.textContent;
  setTimeout(() => { button.textContent = "Copy"; one("#copied").textContent = ""; }, 2000);
});

/* The findings of one exhibit. */
const filters = one("#filters");
if (filters) {
  const filter = () => {
    const exhibit = filters.elements.exhibit.value;
    const places = all(".place");
    for (const place of places) place.hidden = exhibit && place.dataset.exhibit !== exhibit;
    const isEmpty = (element) => !one(".place:not([hidden])", element);
    for (const element of all(".finding, .more")) element.hidden = isEmpty(element);
    one("#shown").textContent = `${places.filter((place) => !place.hidden).length} of ${places.length} shown`;
  };
  filters.addEventListener("change", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
}
const onlyMarked = one("#only-marked");
if (onlyMarked) onlyMarked.addEventListener("change", () => one("#pages").classList.toggle("only-marked", onlyMarked.checked));

/* A link to something folded unfolds it. */
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const details = target.closest("details") || (target.id === "hints" && target);
  if (details && !details.open) { details.open = true; target.scrollIntoView(); }
}
addEventListener("hashchange", unfold);
const folded = [];
addEventListener("beforeprint", () => { for (const element of all("details:not([open])")) { folded.push(element); element.open = true; } });
addEventListener("afterprint", () => { for (const element of folded.splice(0)) element.open = false; });

/* A page, large: two panes that zoom and scroll together. */
const large = one("#large");
const MOST_ZOOM = 8;
const FINDING_ZOOM = 3;
const MARGIN = 16;
let current = 0;
let opener = null;
let openedPage = 0;

class Pane {
  constructor(figure) {
    this.figure = figure;
    this.view = one(".view", figure);
    this.paper = one(".paper", figure);
    this.zoom = 1;
    this.ratio = 0.77;
  }
  get isShown() { return this.view.clientWidth > 0; }
  get fit() { return Math.max(40, Math.min(this.view.clientWidth - MARGIN, (this.view.clientHeight - MARGIN) * this.ratio)); }
  draw() { this.paper.style.width = `${this.fit * this.zoom}px`; }
  center() {
    const { view, paper } = this;
    return [(view.scrollLeft + view.clientWidth / 2 - paper.offsetLeft) / paper.offsetWidth,
      (view.scrollTop + view.clientHeight / 2 - paper.offsetTop) / paper.offsetHeight];
  }
  moveTo([across, down]) {
    const { view, paper } = this;
    view.scrollLeft = paper.offsetLeft + across * paper.offsetWidth - view.clientWidth / 2;
    view.scrollTop = paper.offsetTop + down * paper.offsetHeight - view.clientHeight / 2;
  }
  setZoom(zoom, center = this.center()) {
    this.zoom = Math.min(Math.max(zoom, 1), MOST_ZOOM);
    this.draw();
    this.moveTo(center);
  }
  /* Show a rectangle, in fractions of the picture. */
  showArea([left, top, width, height], most) {
    const { fit, view, ratio } = this;
    const zoom = Math.min(view.clientWidth / (fit * width), view.clientHeight / ((fit / ratio) * height)) * 0.85;
    this.setZoom(Math.min(zoom, most), [left + width / 2, top + height / 2]);
  }
  /* The point of the pointer, in fractions of the picture. */
  pointOf(event) {
    const area = this.paper.getBoundingClientRect();
    const inside = (value) => Math.min(Math.max(value, 0), 1);
    return [inside((event.clientX - area.left) / area.width), inside((event.clientY - area.top) / area.height)];
  }
}
const pagePane = new Pane(one("#pane-page"));
const sourcePane = new Pane(one("#pane-source"));
const panes = [pagePane, sourcePane];

/* Between fractions of the page and of its source's picture; the page's map is affine. */
function toSource([across, down], page) {
  const [x, y] = [across * page.size[0], down * page.size[1]];
  const [a, b, c, d, e, f] = page.map;
  return [a * x + b * y + c, d * x + e * y + f];
}
function toPage([across, down], page) {
  const [a, b, c, d, e, f] = page.map;
  const determinant = a * e - b * d;
  const [u, v] = [across - c, down - f];
  return [(e * u - b * v) / determinant / page.size[0], (a * v - d * u) / determinant / page.size[1]];
}
function mapArea([left, top, width, height], map) {
  const [[x0, y0], [x1, y1]] = [map([left, top]), map([left + width, top + height])];
  return [Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0)];
}
function areaOf(box, page) {
  return [box[0] / page.size[0], box[1] / page.size[1], box[2] / page.size[0], box[3] / page.size[1]];
}

function rectangle([x, y, width, height], kind, title) {
  const rect = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ x, y, width, height, class: kind })) rect.setAttribute(name, value);
  if (title) rect.append(Object.assign(document.createElementNS(SVG, "title"), { textContent: title }));
  return rect;
}
function line(values) {
  const text = document.createElementNS(SVG, "text");
  for (const [name, value] of Object.entries(values)) if (name !== "text") text.setAttribute(name, value);
  text.textContent = values.text;
  return text;
}
function layer(width, height) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}
function wordLayer(page) {
  const words = document.createElementNS(SVG, "g");
  words.setAttribute("class", "words");
  for (const [word, left, top, width, height, sure] of page.words) {
    words.append(rectangle([left, top, width, height], "w " + (sure >= 90 ? "high" : sure >= 70 ? "middle" : "low"), `${word} (${sure})`));
    words.append(line({ x: left, y: top + height * 0.8, "font-size": height * 0.9, textLength: width, lengthAdjust: "spacingAndGlyphs", text: word }));
  }
  return words;
}
function overPage(page) {
  const svg = layer(page.size[0], page.size[1]);
  if (page.stamp) {
    const { x, y, size, width, text } = page.stamp;
    svg.append(line({ x, y, "font-size": size, textLength: width, text }));
  }
  if (one("#overlay").checked) svg.append(wordLayer(page));
  for (const mark of page.marks) if (mark.box) svg.append(rectangle(mark.box, mark.tone, mark.text));
  return svg;
}
function overSource(page) {
  const svg = layer(1, 1);
  for (const mark of page.marks) if (mark.box) svg.append(rectangle(mapArea(areaOf(mark.box, page), (point) => toSource(point, page)), mark.tone, mark.text));
  return svg;
}
function picture(source, alt, pane) {
  const image = Object.assign(new Image(), { alt, draggable: false });
  image.addEventListener("load", () => {
    if (!image.isConnected) return;
    pane.ratio = image.naturalWidth / image.naturalHeight;
    pane.setZoom(pane.zoom);
    if (wantedArea) showArea(wantedArea);
  });
  image.src = source;
  return image;
}

let wantedArea = null; // of the page that is opening, until both pictures are there
function showArea(area, most = FINDING_ZOOM) {
  const page = pages[current - 1];
  if (pagePane.isShown) pagePane.showArea(area, most);
  if (sourcePane.isShown && page.map) sourcePane.showArea(mapArea(area, (point) => toSource(point, page)), most);
  tellZoom();
}
function setZoom(factor) {
  wantedArea = null;
  for (const pane of panes) pane.setZoom(factor ? pane.zoom * factor : 1);
  tellZoom();
}
function tellZoom() {
  const { zoom } = pagePane.isShown ? pagePane : sourcePane;
  one("#zoom").textContent = `${Math.round(zoom * 100)}%`;
  one("#smaller").disabled = zoom <= 1;
  one("#larger").disabled = zoom >= MOST_ZOOM;
  for (const pane of panes) pane.view.classList.toggle("zoomed", pane.zoom > 1);
}

let leader = null; // the pane that a person scrolls; the other follows
for (const pane of panes) {
  for (const kind of ["pointerdown", "wheel", "keydown", "touchstart"]) pane.view.addEventListener(kind, () => { leader = pane; }, { passive: true });
  pane.view.addEventListener("scroll", () => {
    const page = pages[current - 1];
    if (pane !== leader || !page || !page.map) return;
    const other = pane === pagePane ? sourcePane : pagePane;
    if (other.isShown) other.moveTo((pane === pagePane ? toSource : toPage)(pane.center(), page));
  });
}

function markItem(mark, page) {
  const item = document.createElement("li");
  item.className = mark.tone;
  item.append(Object.assign(document.createElement("span"), { textContent: mark.text, dir: "auto" }));
  if (mark.box) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Zoom to it" });
    button.addEventListener("click", () => { wantedArea = null; showArea(areaOf(mark.box, page)); });
    item.append(" ", button);
  }
  return item;
}
function describe(page) {
  return [page.from && `From ${page.from}`, page.sure !== null && `read with a confidence of ${page.sure} of 100`,
    page.turned && `turned by ${page.turned} degrees`, page.scale !== 1 && `drawn at ${Math.round(page.scale * 100)}%`].filter(Boolean).join("; ");
}
function show(number, box = null) {
  current = Math.min(Math.max(number, 1), pages.length);
  const page = pages[current - 1];
  one("#large-title").textContent = page.says;
  one("#large-from").textContent = describe(page);
  one("#large-marks").replaceChildren(...page.marks.map((mark) => markItem(mark, page)));
  one("#overlay-switch").hidden = !page.words.length;
  one("#side").hidden = !page.source;
  one(".panes").dataset.side = page.source ? one("#side input:checked").value : "page";
  one("#before").disabled = current === 1;
  one("#after").disabled = current === pages.length;
  if (!large.open) { openedPage = current; large.showModal(); }
  wantedArea = box && areaOf(box, page);
  const small = one(`#p${current} img`);
  for (const pane of panes) pane.zoom = 1;
  pagePane.ratio = page.size[0] / page.size[1];
  if (small) pagePane.paper.replaceChildren(picture(small.src, page.says, pagePane), overPage(page));
  else pagePane.paper.replaceChildren(page.says);
  if (page.source) sourcePane.paper.replaceChildren(picture(page.source === "=" ? small.src : page.source, "The same page in the client’s file", sourcePane), overSource(page));
  else sourcePane.paper.replaceChildren();
  setUp();
}
function setUp() {
  for (const pane of panes) pane.setZoom(pane.zoom);
  if (wantedArea) showArea(wantedArea);
  tellZoom();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-page]");
  if (!link || link === document.body) return;
  event.preventDefault();
  opener = link;
  show(Number(link.dataset.page), link.dataset.box ? link.dataset.box.split(" ").map(Number) : null);
});
one("#before").addEventListener("click", () => show(current - 1));
one("#after").addEventListener("click", () => show(current + 1));
one("#larger").addEventListener("click", () => setZoom(1.5));
one("#smaller").addEventListener("click", () => setZoom(1 / 1.5));
one("#whole").addEventListener("click", () => setZoom(0));
one("#close").addEventListener("click", () => large.close());
one("#overlay").addEventListener("change", () => { const old = one("svg", pagePane.paper); if (old) old.replaceWith(overPage(pages[current - 1])); });
one("#side").addEventListener("change", () => { one(".panes").dataset.side = one("#side input:checked").value; setUp(); });
large.addEventListener("close", () => {
  const target = opener && current === openedPage ? opener : one(`#p${current}`);
  if (target) target.focus();
});
if (matchMedia("screen and (max-width: 52rem)").matches) one("#side input[value=page]").checked = true; // two would be too small
addEventListener("resize", () => { if (large.open) setUp(); });

/* Select an area with the pointer, or move a page that is larger than its pane. */
const areaButton = one("#area");
function setSelecting(isSelecting) {
  areaButton.setAttribute("aria-pressed", isSelecting);
  large.classList.toggle("selecting", isSelecting);
}
areaButton.addEventListener("click", () => setSelecting(areaButton.getAttribute("aria-pressed") !== "true"));
for (const pane of panes) {
  let drag = null;
  pane.view.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !pane.paper.firstElementChild) return;
    if (large.classList.contains("selecting")) {
      drag = { from: pane.pointOf(event), frame: Object.assign(document.createElement("span"), { className: "frame" }) };
      pane.paper.append(drag.frame);
      event.preventDefault();
    } else if (event.pointerType === "mouse" && pane.zoom > 1) {
      drag = { x: event.clientX, y: event.clientY, left: pane.view.scrollLeft, top: pane.view.scrollTop };
    } else return;
    pane.view.setPointerCapture(event.pointerId);
  });
  pane.view.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (!drag.frame) {
      pane.view.scrollTo(drag.left + drag.x - event.clientX, drag.top + drag.y - event.clientY);
      return;
    }
    const [from, to] = [drag.from, pane.pointOf(event)];
    drag.area = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
    ["left", "top", "width", "height"].forEach((name, place) => { drag.frame.style[name] = `${drag.area[place] * 100}%`; });
  });
  const end = (event) => {
    const { frame, area } = drag || {};
    drag = null;
    if (!frame) return;
    frame.remove();
    if (event.type === "pointercancel" || !area || area[2] < 0.01 || area[3] < 0.01) return;
    const page = pages[current - 1];
    setSelecting(false);
    wantedArea = null;
    showArea(pane === pagePane ? area : mapArea(area, (point) => toPage(point, page)), MOST_ZOOM);
  };
  pane.view.addEventListener("pointerup", end);
  pane.view.addEventListener("pointercancel", end);
  pane.view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    setZoom(event.deltaY < 0 ? 1.2 : 1 / 1.2);
  }, { passive: false });
}

large.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=radio]")) return;
  const isScrolling = event.target.matches(".view.zoomed");
  const actions = {
    ArrowRight: () => isScrolling || show(current + 1),
    ArrowLeft: () => isScrolling || show(current - 1),
    "+": () => setZoom(1.5), "=": () => setZoom(1.5), "-": () => setZoom(1 / 1.5), 0: () => setZoom(0),
    a: () => areaButton.click(),
    t: () => { if (!one("#overlay-switch").hidden) one("#overlay").click(); },
  };
  const action = actions[event.key];
  if (action) action();
});
large.addEventListener("cancel", (event) => {
  if (!large.classList.contains("selecting")) return;
  event.preventDefault();
  setSelecting(false);
});

/* Sign-off. */
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
unfold();
