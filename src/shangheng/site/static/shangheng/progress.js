// SPDX-License-Identifier: Apache-2.0
// Asks once a second how far the check is; goes on to the receipt when it is done.
"use strict";

const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const told = box.querySelector("[data-told]");

async function ask() {
  const answer = await fetch(box.dataset.progress);
  const now = await answer.json();
  if (now.next) return location.assign(now.next);
  if (now.state === "refused" || now.state === "failed") return location.reload();
  if (now.total) {
    bar.max = now.total;
    bar.value = now.done;
  } else {
    bar.removeAttribute("value");
  }
  told.textContent = now.step;
  return setTimeout(ask, 1000);
}

setTimeout(ask, 500);
