// SPDX-License-Identifier: Apache-2.0
// Say on the page that a passkey did not work, instead of in the console where nobody looks.
"use strict";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const told = document.getElementById("passkey_failed");
  if (told) {
    told.hidden = false;
    told.focus();
  }
});
