/** What was known on the spot when something failed: the arithmetic, what led to it, and what the manual page says of such a state. */
import { texts, type Verdict, type Words } from "./data";
import type { Run } from "./run";
import { flagWords, ranges, ringName, seconds, sortOfText } from "./words";

const has = (info: Words, bit: number) => ((info.flags as number) >> bit) % 2 === 1;
const [WAIT_FOR_ALL, LAST_MAN, TIE_BREAKER, REGISTERED, ALIVE] = [2, 3, 4, 6, 7];

/** The arrow between them says that they came one after the other. */
function expectedVotes(run: Run, node: number, at: number): string {
  const seen: number[] = [];
  for (const info of run.infosUntil(node, at)) if (info.highest_expected !== seen[seen.length - 1]) seen.push(info.highest_expected as number);
  return seen.length > 1 ? `; expected votes went ${seen.join(" → ")}` : "";
}

function manual(info: Words, quorate: boolean): string[] {
  if (quorate) return [];
  const [votes, quorum, expected] = [info.total_votes as number, info.quorum as number, info.highest_expected as number];
  const told: string[] = [];
  if (votes >= quorum && has(info, WAIT_FOR_ALL)) told.push("There are votes enough: wait_for_all withholds quorum until all nodes have been seen at once.");
  if (votes < quorum && has(info, LAST_MAN) && !has(info, TIE_BREAKER) && expected === 2) told.push("last_man_standing goes from two nodes to one only with auto_tie_breaker: votequorum(5).");
  if (has(info, REGISTERED) && !has(info, ALIVE)) told.push("The quorum device is registered and not alive: it was not polled within its timeout, so it casts no vote.");
  return told;
}

export function why(run: Run, verdict: Verdict, at: number): string[] {
  const told: string[] = [];
  const node = verdict.node === undefined ? -1 : run.nodes.indexOf(verdict.node);
  const { span, info } = node < 0 ? { span: null, info: null } : run.stateAt(node, at);
  if (info && span?.ring && verdict.client === undefined) {
    const flags = flagWords(info.flags as number);
    told.push(`Node ${verdict.node} then: ${info.total_votes} of ${info.highest_expected} expected votes, quorum ${info.quorum}${expectedVotes(run, node, at)}; ring ${ringName(span.ring)} of ${ranges(span.members)}${flags ? `; ${flags}` : ""}.`);
    told.push(...manual(info, span.quorate));
  }
  if (/^callbacks of/.test(verdict.expected) && verdict.step) {
    const before = callbacksIn(run, verdict.client, verdict.step - 1);
    const begin = run.steps[verdict.step].from;
    told.push(`Counted from when step ${verdict.step} began, ${seconds(run.events.t[begin] ?? 0)}${before ? `; ${before} ${before === 1 ? "callback" : "callbacks"} came to it in step ${verdict.step - 1}` : ""}.`);
  }
  return told;
}

function callbacksIn(run: Run, client: string | undefined, step: number): number {
  const { events } = run;
  let count = 0;
  for (let i = Math.max(0, run.steps[step].from); i < events.count && events.step[i] <= step; i++)
    if (events.client[i] && run.clients[events.client[i] - 1].name === client && sortOfText(events.text[i]) === "callback" && texts[events.text[i]].callback) count++;
  return count;
}
