/** What is said of verdicts and of whole runs. */
import type { Result, Verdict } from "./data";

export const failsRun = (verdict: Verdict) => verdict.kind === "breach" || verdict.kind === "expectation";

export type Word = "failed" | "finding" | "hazard" | "vacuous" | "inert" | "held";

/** The one word for a run: the worst that was found. */
export function wordOf(result: Result): Word {
  if (result.failed) return "failed";
  const kinds = new Set(result.verdicts.map((v) => v.kind));
  return kinds.has("finding") ? "finding" : kinds.has("hazard") ? "hazard" : result.vacuous ? "vacuous" : kinds.has("inert") ? "inert" : "held";
}

export const SIGNS: Record<Word, string> = { failed: "✗", finding: "◆", hazard: "▲", vacuous: "○", inert: "◌", held: "✓" };
export const MEANINGS: Record<Word, string> = {
  failed: "an expectation or a rule failed",
  finding: "shows a known defect of corosync",
  hazard: "shows a hazard that the manual admits",
  vacuous: "no tracker was told anything",
  inert: "a fault changed nothing",
  held: "all held",
};
