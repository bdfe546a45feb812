/** One tooltip for all marks: the whole contents of an event, on hover and on keyboard focus. */
import { computePosition, flip, offset, shift } from "@floating-ui/dom";
import type { Run } from "./run";
import { describe } from "./diagram";
import { fields } from "./words";

let tip: HTMLDivElement | null = null;

function element(): HTMLDivElement {
  if (!tip) {
    tip = document.createElement("div");
    tip.className = "tip";
    tip.id = "tip";
    tip.setAttribute("role", "tooltip");
    document.body.append(tip);
  }
  return tip;
}

export function showTip(anchor: Element, run: Run, event: number) {
  const box = element();
  const head = document.createElement("p");
  head.textContent = describe(run, event);
  const list = document.createElement("dl");
  for (const [key, value] of fields(run.events.text[event])) {
    const term = document.createElement("dt");
    const words = document.createElement("dd");
    term.textContent = key;
    words.textContent = value;
    list.append(term, words);
  }
  box.replaceChildren(head, list);
  box.classList.add("open");
  void computePosition(anchor, box, { placement: "bottom-start", strategy: "fixed", middleware: [offset(6), flip(), shift({ padding: 8 })] }).then(({ x, y }) => {
    box.style.left = `${x}px`;
    box.style.top = `${y}px`;
  });
}

export function hideTip() {
  tip?.classList.remove("open");
}

addEventListener("keydown", (e) => {
  if (e.key === "Escape") hideTip();
});
