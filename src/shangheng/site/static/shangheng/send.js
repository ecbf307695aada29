// SPDX-License-Identifier: Apache-2.0
// Sends the form in the background so that the upload shows how far it is.
"use strict";

const form = document.querySelector("form[data-sends]");
if (form) {
  const box = form.querySelector("[data-sending]");
  const bar = box.querySelector("progress");
  const told = box.querySelector("[data-told]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    const started = performance.now();
    form.querySelector("button[type=submit]").disabled = true;
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
      form.querySelector("button[type=submit]").disabled = false;
      told.textContent = "✕";
    });
    request.open("POST", form.action);
    request.send(new FormData(form));
  });
}
document.querySelector("#errors")?.focus();
