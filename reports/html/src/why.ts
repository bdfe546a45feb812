/** What was known on the spot when something failed: the arithmetic, what led to it, and what the manual page says of such a state. */
import { callbacksIn } from "./callbacks";
import type { Verdict, Words } from "./data";
import { lastAtMost, type Run, type Span } from "./run";
import { isEvent, flagWords, ranges, ringName, seconds } from "./words";
import { texts } from "./data";

const has = (info: Words, bit: number) => ((info.flags as number) >> bit) % 2 === 1;
const [WAIT_FOR_ALL, LAST_MAN, TIE_BREAKER, REGISTERED, ALIVE] = [2, 3, 4, 6, 7];

/** The arrow between them says that they came one after the other. */
function expectedVotes(run: Run, node: number, at: number): string {
  const seen: number[] = [];
  for (const info of run.infosUntil(node, at)) if (info.highest_expected !== seen[seen.length - 1]) seen.push(info.highest_expected as number);
  return seen.length > 1 ? `; expected votes went ${seen.join(" → ")}` : "";
}

const named = (ids: number[]) => `${ids.length === 1 ? "Node" : "Nodes"} ${ids.length === 2 ? ids.join(" and ") : ranges(ids)}`;

/** The rings of a node's present life, in order. */
function ringsUntil(run: Run, node: number, at: number): Span[] {
  const rings: Span[] = [];
  for (const span of run.spans[node]) {
    if (span.from > at) break;
    if (!span.ring) rings.length = 0;
    else if (!rings.length || ringName(span.ring) !== ringName(rings[rings.length - 1].ring!)) rings.push(span);
  }
  return rings;
}

function lastManRan(run: Run, node: number, from: number, at: number): boolean {
  for (let i = from; i <= at; i++) if (run.events.node[i] === node + 1 && isEvent(run.events.text[i], "timer") && !texts[run.events.text[i]].value) return true;
  return false;
}

/** Of last_man_standing that came too late: it lowers expected votes only after a loss that leaves quorum. */
function lastMan(run: Run, node: number, at: number): string[] {
  const rings = ringsUntil(run, node, at);
  if (!rings.length || lastManRan(run, node, rings[0].from, at)) return [];
  const rule = "last_man_standing lowers expected votes only when its window has passed after a loss that leaves quorum, and here it never ran";
  for (let i = rings.length - 1; i > 0; i--) {
    const gone = rings[i - 1].members.filter((id) => !rings[i].members.includes(id));
    if (gone.length > 1) return [`${named(gone)} were lost in one change of rings, ${ringName(rings[i - 1].ring!)} to ${ringName(rings[i].ring!)}: ${rule}.`];
    if (gone.length) return [`${named(gone)} was lost: ${rule}.`];
  }
  return [];
}

function manual(run: Run, node: number, at: number, info: Words, quorate: boolean): string[] {
  if (quorate) return [];
  const [votes, quorum, expected] = [info.total_votes as number, info.quorum as number, info.highest_expected as number];
  const told: string[] = [];
  if (votes >= quorum && has(info, WAIT_FOR_ALL)) told.push("There are votes enough: wait_for_all withholds quorum until all nodes have been seen at once since this node started.");
  if (votes < quorum && has(info, LAST_MAN) && !has(info, TIE_BREAKER) && expected === 2) told.push("last_man_standing goes from two nodes to one only with auto_tie_breaker: votequorum(5).");
  else if (votes < quorum && has(info, LAST_MAN)) told.push(...lastMan(run, node, at));
  if (has(info, REGISTERED) && !has(info, ALIVE)) told.push("The quorum device is registered and not alive: it was not polled within its timeout, so it casts no vote.");
  return told;
}

/** Nodes that come one after the other bring a ring each, and each ring its own callbacks. */
function joined(run: Run, node: number, step: number): string[] {
  if (node < 0 || run.steps[step].verb !== "start") return [];
  const began = run.steps[step].from;
  const end = lastAtMost(run.events.step, step);
  const rings = ringsUntil(run, node, end);
  const growing = rings.map((ring, i) => (i && ring.from > began ? ring.members.filter((id) => !rings[i - 1].members.includes(id)) : [])).filter((ids) => ids.length);
  if (growing.length < 2) return [];
  return [`${named(growing.flat().sort((a, b) => a - b))} joined one after the other, so ${growing.length} rings came, each with callbacks of its own; start: {nodes: [...], together: true} boots them at once.`];
}

export function why(run: Run, verdict: Verdict, at: number): string[] {
  const told: string[] = [];
  const node = verdict.node === undefined ? -1 : run.nodes.indexOf(verdict.node);
  const { span, info } = node < 0 ? { span: null, info: null } : run.stateAt(node, at);
  if (info && span?.ring && verdict.client === undefined) {
    const flags = flagWords(info.flags as number);
    told.push(`Node ${verdict.node} then: ${info.total_votes} of ${info.highest_expected} expected votes, quorum ${info.quorum}${expectedVotes(run, node, at)}; ring ${ringName(span.ring)} of ${ranges(span.members)}${flags ? `; ${flags}` : ""}.`);
    told.push(...manual(run, node, at, info, span.quorate));
  }
  if (/^callbacks of/.test(verdict.expected) && verdict.step !== undefined) {
    if (verdict.step) {
      const before = callbacksIn(run, verdict.client, verdict.node, verdict.step - 1).length;
      const begin = run.steps[verdict.step].from;
      told.push(`Counted from when step ${verdict.step} began, ${seconds(run.events.t[begin] ?? 0)}${before ? `; ${before} ${before === 1 ? "callback" : "callbacks"} came to it in step ${verdict.step - 1}` : ""}.`);
    }
    told.push(...joined(run, node, verdict.step));
  }
  return told;
}
