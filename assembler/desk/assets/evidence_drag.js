// Dragging pages and exhibits by mouse, touch and keyboard. Only transforms change while one drags, and a frame
// reads places before it writes any, so that long boards stay at 60 frames a second.

const MOVE_STARTS = 6; // pixels that a mouse moves before a click becomes a drag
const PRESS_MS = 380; // that a finger rests before it drags
const EDGE = 90; // pixels from the edge of the window within which it scrolls
const SPEED = 18; // pixels a frame, at most

let drag = null; // what is carried now, however it is carried
let suppressClick = false;

/** Set dragging up. `drop` is called with what was carried and where it was let go. */
export function setUpDragging({ pick, drop, announce }) {
  const handlers = { pick, drop, announce };
  document.addEventListener("pointerdown", (event) => wait(event, handlers));
  document.addEventListener("click", (event) => {
    if (!suppressClick) return;
    suppressClick = false;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("keydown", (event) => onKey(event, handlers), true);
  document.addEventListener("dragstart", (event) => {
    if (event.target.closest?.(".page, .grip")) event.preventDefault();
  });
  document.addEventListener("contextmenu", (event) => {
    if (drag?.byPointer) event.preventDefault(); // a long press is a drag, no menu
  });
  // iOS and Android decide about scrolling at the first move; only a listener that is not passive can hold it
  document.addEventListener("touchmove", (event) => { if (drag?.byPointer) event.preventDefault(); }, { passive: false });
}

export const isDragging = () => drag !== null;

/** After a press, wait for what makes it a drag: movement of a mouse, rest of a finger. */
function wait(event, handlers) {
  const source = event.target.closest?.(".page[data-index], .grip");
  if (!source || event.button !== 0 || drag || document.querySelector("dialog[open]")) return;
  const start = { x: event.clientX, y: event.clientY };
  const isMouse = event.pointerType === "mouse";
  const ended = new AbortController();
  const options = { signal: ended.signal };
  const begin = () => { ended.abort(); beginPointerDrag(source, event, handlers); };
  const timer = isMouse ? 0 : setTimeout(begin, source.matches(".grip") ? 0 : PRESS_MS);
  ended.signal.addEventListener("abort", () => clearTimeout(timer));
  document.addEventListener("pointermove", (move) => {
    if (move.pointerId !== event.pointerId) return;
    const far = Math.hypot(move.clientX - start.x, move.clientY - start.y) > MOVE_STARTS;
    if (far && isMouse) begin();
    else if (far) ended.abort(); // it scrolls
  }, options);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => ended.abort(), options);
}

function beginPointerDrag(source, event, handlers) {
  const carried = handlers.pick(source);
  if (!carried) return;
  const ghost = makeGhost(carried.label);
  drag = { carried, handlers, ghost, marker: makeMarker(), byPointer: true, x: event.clientX, y: event.clientY, target: null };
  for (const element of carried.elements) element.classList.add("carried");
  const ended = new AbortController();
  const options = { signal: ended.signal };
  document.addEventListener("pointermove", (move) => {
    if (move.pointerId === event.pointerId && drag) { drag.x = move.clientX; drag.y = move.clientY; }
  }, options);
  document.addEventListener("pointerup", (up) => {
    if (up.pointerId !== event.pointerId || !drag) return;
    drag.x = up.clientX; drag.y = up.clientY;
    findTarget();
    ended.abort();
    suppressClick = true;
    setTimeout(() => { suppressClick = false; }, 50); // the click that follows, if any, follows at once
    finish(true);
  }, options);
  document.addEventListener("pointercancel", () => { ended.abort(); finish(false); }, options);
  drag.ended = ended;
  requestAnimationFrame(step);
}

/** One frame: read where the pointer is, then move what follows it. */
function step() {
  if (!drag?.byPointer) return;
  const speed = findScrollSpeed(drag.y);
  findTarget();
  drag.ghost.style.transform = `translate3d(${drag.x + 14}px, ${drag.y + 14}px, 0)`;
  showMarker();
  if (speed) window.scrollBy(0, speed);
  requestAnimationFrame(step);
}

function findScrollSpeed(y) {
  if (y < EDGE) return -SPEED * Math.min(1, (EDGE - y) / EDGE);
  const below = y - (innerHeight - EDGE);
  return below > 0 ? SPEED * Math.min(1, below / EDGE) : 0;
}

function findTarget() {
  const under = document.elementFromPoint(drag.x, drag.y);
  const target = !under ? null : drag.carried.kind === "pages" ? findPageTarget(under) : findExhibitTarget(under);
  setTarget(target);
}

function findPageTarget(under) {
  const zone = under.closest("#new-exhibit, #loose");
  if (zone) return { zone, element: zone };
  const exhibit = under.closest(".exhibit");
  if (!exhibit) return null;
  const page = under.closest(".page");
  const strip = under.closest(".strip") ?? [...exhibit.querySelectorAll(".strip")].at(-1);
  const role = strip.dataset.role;
  if (!page) return { exhibit, strip, role, index: Number(strip.dataset.start) + Number(strip.dataset.count), element: exhibit };
  const box = page.getBoundingClientRect();
  const after = drag.x > box.left + box.width / 2;
  return { exhibit, strip, role, index: Number(page.dataset.index) + (after ? 1 : 0), element: exhibit, line: sideOf(box, after) };
}

function findExhibitTarget(under) {
  const exhibit = under.closest(".exhibit");
  if (!exhibit || drag.carried.elements.includes(exhibit)) return null;
  const box = exhibit.getBoundingClientRect();
  return makeExhibitTarget(exhibit, box, drag.y > box.top + box.height / 2);
}

function makeExhibitTarget(exhibit, box, after) {
  const y = after ? box.bottom + 4 : box.top - 6;
  return { exhibit, after, element: null, line: { x: box.left, y, width: box.width, height: 3 } };
}

const sideOf = (box, after) => ({ x: after ? box.right + 1 : box.left - 4, y: box.top + 4, width: 3, height: box.height - 20 });

function setTarget(target) {
  const before = drag.target;
  drag.target = target;
  if (before?.element === target?.element) return;
  before?.element?.classList.remove("target");
  target?.element?.classList.add("target");
}

function showMarker() {
  const line = drag.target?.line;
  drag.marker.style.transform = line
    ? `translate3d(${line.x}px, ${line.y}px, 0) scale(${line.width}, ${line.height})`
    : "translate3d(-9px, -9px, 0)";
}

function makeGhost(label) {
  const ghost = document.createElement("div");
  ghost.className = "drag-ghost";
  ghost.textContent = label;
  ghost.style.transform = "translate3d(-400px, 0, 0)";
  document.body.append(ghost);
  return ghost;
}

function makeMarker() {
  const marker = document.createElement("div");
  marker.className = "drop-marker";
  document.body.append(marker);
  return marker;
}

/** Let go of what is carried; `dropped`: at its target, else nothing happens. */
function finish(dropped) {
  const { carried, handlers, ghost, marker, target, ended } = drag;
  ended?.abort();
  target?.element?.classList.remove("target");
  for (const element of carried.elements) element.classList.remove("carried");
  ghost?.remove();
  marker.remove();
  drag = null;
  if (dropped && target) handlers.drop(carried, target);
  else if (!dropped) handlers.announce("Put back.");
}

/* ---- by keyboard: Space picks up and puts down, arrows choose the place, Escape puts back ---- */

function onKey(event, handlers) {
  if (drag) { onCarryKey(event); return; }
  if (event.key !== " " || event.ctrlKey || event.metaKey) return;
  const source = event.target.closest?.(".page[data-index], .grip");
  if (!source || event.target !== source) return;
  event.preventDefault();
  event.stopPropagation();
  const carried = handlers.pick(source);
  if (!carried) return;
  const stops = carried.kind === "pages" ? listPageStops() : listExhibitStops(carried);
  drag = { carried, handlers, marker: makeMarker(), byPointer: false, stops, at: findFirstStop(stops, source, carried), target: null, source };
  for (const element of carried.elements) element.classList.add("carried");
  handlers.announce(`${carried.label} picked up. Arrow keys choose the place, Space puts it down, Escape puts it back.`);
}

function onCarryKey(event) {
  if (event.key === "Escape") { stop(event); const source = drag.source; finish(false); source?.focus(); return; }
  if (drag.byPointer) return;
  if (event.key === " " || event.key === "Enter") { stop(event); finish(true); return; }
  if (event.key === "Tab") { finish(false); return; }
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
  if (!(event.key in steps)) return;
  stop(event);
  const isFar = drag.carried.kind === "pages" && ["ArrowUp", "ArrowDown"].includes(event.key);
  drag.at = isFar ? findFarStop(drag.stops, drag.at, steps[event.key]) : drag.at + steps[event.key];
  drag.at = Math.max(0, Math.min(drag.stops.length - 1, drag.at));
  showStop();
}

function stop(event) {
  event.preventDefault();
  event.stopPropagation();
}

/** Every place between two pages, and the zones that take pages. */
function listPageStops() {
  const stops = [];
  for (const strip of document.querySelectorAll(".exhibit .strip")) {
    const start = Number(strip.dataset.start), count = Number(strip.dataset.count);
    for (let n = 0; n <= count; n += 1) stops.push({ exhibit: strip.closest(".exhibit"), strip, role: strip.dataset.role, index: start + n });
  }
  for (const id of ["new-exhibit", "loose"]) {
    const zone = document.getElementById(id);
    if (zone) stops.push({ zone, element: zone });
  }
  return stops;
}

function listExhibitStops(carried) {
  const others = [...document.querySelectorAll(".exhibit")].filter((exhibit) => !carried.elements.includes(exhibit));
  return others.flatMap((exhibit, n) => (n ? [{ exhibit, after: true }] : [{ exhibit, after: false }, { exhibit, after: true }]));
}

function findFirstStop(stops, source, carried) {
  if (carried.kind === "exhibit") {
    const all = [...document.querySelectorAll(".exhibit")];
    return Math.min(all.indexOf(carried.elements[0]), stops.length - 1);
  }
  const strip = source.closest(".strip");
  const here = stops.findIndex((one) => one.strip === strip && one.index === Number(source.dataset.index));
  return Math.max(0, here);
}

/** The first place of the next exhibit or zone, or of the one before. */
function findFarStop(stops, at, direction) {
  const owner = (one) => one.exhibit ?? one.zone;
  let n = at;
  while (n + direction >= 0 && n + direction < stops.length && owner(stops[n + direction]) === owner(stops[at])) n += direction;
  n += direction;
  if (n < 0 || n >= stops.length) return at;
  while (n > 0 && owner(stops[n - 1]) === owner(stops[n])) n -= 1;
  return n;
}

function showStop() {
  const target = { ...drag.stops[drag.at] };
  const name = target.exhibit?.querySelector("h3")?.textContent.trim();
  if (target.zone) {
    target.zone.scrollIntoView({ block: "nearest" });
    drag.handlers.announce(target.zone.id === "loose" ? "Take out of its exhibit." : "Make a new exhibit.");
  } else if (drag.carried.kind === "exhibit") {
    target.exhibit.scrollIntoView({ block: "nearest" });
    Object.assign(target, makeExhibitTarget(target.exhibit, target.exhibit.getBoundingClientRect(), target.after));
    drag.handlers.announce(`${target.after ? "After" : "Before"} ${name}.`);
  } else {
    showPageStop(target, name);
  }
  setTarget(target);
  showMarker();
}

function showPageStop(target, name) {
  const pages = target.strip.querySelectorAll(".page");
  const offset = target.index - Number(target.strip.dataset.start);
  const beside = pages[Math.min(offset, pages.length - 1)];
  target.element = target.exhibit;
  (beside ?? target.exhibit).scrollIntoView({ block: "nearest" });
  if (beside) target.line = sideOf(beside.getBoundingClientRect(), offset >= pages.length);
  const place = !pages.length ? "In" : offset < pages.length ? `Before page ${offset + 1} of` : "At the end of";
  drag.handlers.announce(`${place} ${name}, ${target.role}.`);
}
