// SPDX-License-Identifier: Apache-2.0
// Sends the form in the background so that the upload shows how far it is.
"use strict";

const form = document.querySelector("form[data-sends]");
if (form) {
  const box = form.querySelector("[data-sending]");
  const bar = box.querySelector("progress");
  const told = box.querySelector("[data-told]");
  const buttons = form.querySelectorAll("button[type=submit]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const started = performance.now();
    const sent = new FormData(form, event.submitter); // before the buttons are out of use
    buttons.forEach((button) => (button.disabled = true));
    box.hidden = false;
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      const share = sent.loaded / sent.total;
      const left = Math.round(((performance.now() - started) / 1000) * (1 / share - 1));
      bar.value = share * 100;
      told.textContent = `${(share * 100).toFixed(0)} % · ${left} s`;
    });
    request.addEventListener("load", () => {
      if (request.status < 400) location.assign(request.responseURL);
      else document.documentElement.innerHTML = request.responseText;
    });
    request.addEventListener("error", () => {
      buttons.forEach((button) => (button.disabled = false));
      told.textContent = "✕";
    });
    request.open("POST", form.action);
    request.send(sent);
  });
}
document.querySelector("#errors")?.focus();
