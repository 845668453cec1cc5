// What the console's log is measured against: a virtual list in plain JavaScript, which reads the whole
// answer, keeps it as it is and puts what is on screen into the page.
"use strict";

const HEIGHT = 20;
const MARGIN = 10;
const frame = document.querySelector(".log-frame");
const list = document.querySelector(".log-lines");
const count = document.querySelector(".log-count");
const field = document.querySelector("input");
const matches = document.querySelector(".log-matches");
const escapes = /\u001b\[[0-9;]*m/g;
let entries = [];
let needle = "";
let first = -1;
let last = -1;

function row(index) {
  const line = document.createElement("div");
  line.className = "log-line";
  line.dataset.line = index + 1;
  line.style.top = `${index * HEIGHT}px`;
  const number = document.createElement("span");
  number.className = "log-number";
  number.textContent = index + 1;
  line.append(number);
  const text = entries[index].message.replace(escapes, "");
  let from = 0;
  while (needle) {
    const at = text.indexOf(needle, from);
    if (at < 0) break;
    const mark = document.createElement("mark");
    mark.textContent = needle;
    line.append(text.slice(from, at), mark);
    from = at + needle.length;
  }
  line.append(text.slice(from));
  return line;
}

function draw(again) {
  const from = Math.max(0, Math.floor(frame.scrollTop / HEIGHT) - MARGIN);
  const to = Math.min(entries.length, Math.ceil((frame.scrollTop + frame.clientHeight) / HEIGHT) + MARGIN);
  if (!again && from === first && to === last) return;
  [first, last] = [from, to];
  const rows = [];
  for (let index = from; index < to; index++) rows.push(row(index));
  list.replaceChildren(...rows);
}

function jump() {
  const line = /^#L(\d+)$/.exec(location.hash);
  if (!line) return;
  frame.scrollTop = (line[1] - 1) * HEIGHT - frame.clientHeight / 2;
  draw();
}

function search() {
  needle = field.value;
  let found = 0;
  let at = -1;
  if (needle) {
    for (let index = 0; index < entries.length; index++) {
      if (entries[index].message.includes(needle)) {
        if (at < 0) at = index;
        found++;
      }
    }
  }
  matches.textContent = found.toLocaleString("en");
  if (at >= 0) frame.scrollTop = at * HEIGHT - frame.clientHeight / 2;
  draw(true);
}

async function load() {
  const response = await fetch(`/v1/builds/${new URLSearchParams(location.search).get("build")}/logs`);
  entries = await response.json();
  list.style.height = `${entries.length * HEIGHT}px`;
  count.textContent = `${entries.length.toLocaleString("en")} lines`;
  draw();
  jump();
}

frame.addEventListener("scroll", () => draw());
addEventListener("hashchange", jump);
field.addEventListener("input", search);
load();
