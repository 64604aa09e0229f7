// Helps where it can; every step works without it.
"use strict";

document.documentElement.classList.add("js");

const criteria = {
  length: (text) => [...text].length >= 12 && text.length <= 128,
  upper: (text) => /\p{Lu}/u.test(text),
  lower: (text) => /\p{Ll}/u.test(text),
  digit: (text) => /\p{Nd}/u.test(text),
  special: (text) => /[^\p{L}\p{N}]/u.test(text),
};

function tickCriteria() {
  const field = document.getElementById("password");
  const list = document.getElementById("criteria");
  if (!field || !list) return;
  const status = list.querySelector("[data-criteria-status]");
  let spoken;
  field.addEventListener("input", () => {
    let met = 0;
    for (const [name, holds] of Object.entries(criteria)) {
      const item = list.querySelector(`[data-criterion="${name}"]`);
      const state = item.querySelector(".state");
      const ok = holds(field.value);
      met += ok ? 1 : 0;
      item.classList.toggle("met", ok);
      item.classList.toggle("unmet", !ok && field.value !== "");
      state.textContent = ok ? state.dataset.met : state.dataset.unmet;
    }
    clearTimeout(spoken);
    spoken = setTimeout(() => {
      const words = status.dataset.words;
      status.textContent = words.replace("{met}", met).replace("{all}", Object.keys(criteria).length);
    }, 600);
  });
}

function offerToShowSecrets() {
  const words = document.documentElement.lang === "fr" ? ["Afficher", "Masquer"] : ["Show", "Hide"];
  for (const box of document.querySelectorAll(".secret")) {
    const field = box.querySelector("input");
    const label = document.querySelector(`label[for="${field.id}"]`);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    const name = (shown) => {
      button.textContent = words[shown ? 1 : 0];
      button.setAttribute("aria-label", `${words[shown ? 1 : 0]} – ${label.textContent}`);
    };
    name(false);
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      name(shown);
    });
    box.append(button);
  }
}

function renewCaptchaInPlace() {
  const link = document.querySelector("[data-captcha-renew]");
  if (!link) return;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const picture = document.querySelector("[data-captcha]");
    const sound = document.querySelector("[data-captcha-sound]");
    const stamp = Date.now();
    picture.src = `/captcha.png?new=${stamp}`;
    picture.addEventListener(
      "load",
      () => {
        sound.src = `/captcha.wav?v=${stamp}`;
        document.getElementById("captcha").value = "";
        document.getElementById("captcha").focus();
      },
      { once: true },
    );
  });
}

function offerToPrint() {
  const button = document.querySelector("[data-print]");
  if (button) button.addEventListener("click", () => window.print());
}

tickCriteria();
offerToShowSecrets();
renewCaptchaInPlace();
offerToPrint();
document.querySelector("[data-focus]")?.focus();
