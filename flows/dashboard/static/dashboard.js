// The pages work without this script. It copies SQL, and notices when a new file was published.
"use strict";

for (const pre of document.querySelectorAll(".sql pre")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    said.textContent = "Copied";
    setTimeout(() => { said.textContent = ""; }, 2000);
  });
  pre.before(button, said);
}

document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const EVERY_MS = 10_000;
const IDLE_MS = 60_000;
const notice = document.getElementById("notice");
let stamp = null;
let touched = 0;
for (const name of ["keydown", "pointerdown", "scroll", "input"]) {
  addEventListener(name, () => { touched = Date.now(); }, { passive: true });
}

async function look() {
  try {
    const answer = await fetch("/published", { cache: "no-store" });
    const found = await answer.text();
    if (stamp === null) stamp = found;
    if (found === stamp || found === "") return;
  } catch {
    return; // the server has stopped; a reload will say so
  }
  const busy = document.querySelector("details[open]") || Date.now() - touched < IDLE_MS;
  if (document.hidden || !busy) location.reload();
  else notice.hidden = false;
}

if (notice) {
  stamp = document.body.dataset.stamp || null;
  setInterval(look, EVERY_MS);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
}
