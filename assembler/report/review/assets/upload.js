"use strict";
const boxes = [...document.querySelectorAll("#files input")];
const count = document.getElementById("done");
function show() {
  count.textContent = `${boxes.filter((box) => box.checked).length} of ${boxes.length} uploaded`;
}
boxes.forEach((box) => box.addEventListener("change", show));
show();
