/** What was expected of a client's callbacks, each beside the one that came for it, and all that came. */
import { texts, type Verdict, type Words } from "./data";
import type { Run } from "./run";
import { ranges, ringName, sortOfText } from "./words";

export interface Pair {
  expected: string;
  came: string;
  remark: string;
}

/** Of longer lists only lines of one number stand beside each other. */
const ALIGNED_MAX = 500;
const STATES = ["0", "member", "dead", "leaving"];
const KEYS = ["context", "ring", "quorate", "expected_votes", "members", "nodes"];
const NAMES: Record<string, string> = { order: "nodes or their order" };

function words(callback: Words): string {
  const told = `${callback.callback} context ${callback.context}`;
  if (callback.callback === "nodelist") return `${told} ring ${ringName(callback.ring!)} members ${callback.members!.join(" ")}`;
  if (callback.callback === "quorum") return `${told} quorate ${callback.quorate} nodes ${callback.nodes!.map(([id, state]) => `${id}:${STATES[state] ?? state}`).join(" ")}`;
  return `${told} expected_votes ${callback.expected_votes}`;
}

/** All that a client was told in a step. */
export function callbacksIn(run: Run, client: string | undefined, node: number | undefined, step: number): Words[] {
  const { events } = run;
  const found: Words[] = [];
  for (let i = Math.max(0, run.steps[step].from); i < events.count && events.step[i] <= step; i++) {
    const who = events.client[i] ? run.clients[events.client[i] - 1] : null;
    if (who?.name === client && (node === undefined || run.nodes[who!.node] === node) && sortOfText(events.text[i]) === "callback") found.push(texts[events.text[i]]);
  }
  return found;
}

/** "1 quorum context 42 nodes 1:member" by its keys; the kind has none. */
function parse(line: string): Map<string, string[]> {
  const found = new Map<string, string[]>([["", []]]);
  let key = "";
  for (const word of line.replace(/^\d+ /, "").replace(/\s+<- .*/, "").replace("nodes in this order", "order").split(" ")) {
    if (key !== "" || found.get("")!.length) key = KEYS.includes(word) || word === "order" ? word : key;
    if (word === key && key) found.set(key, []);
    else found.get(key)!.push(word);
  }
  return found;
}

const sameSet = (a: string[], b: string[]) => a.length === b.length && [...a].sort().join() === [...b].sort().join();

function same(key: string, expected: string[], came: string[]): boolean {
  if (key === "ring") return expected[0].split(".").every((part, i) => part === "*" || part === came[0].split(".")[i]);
  if (key === "members" || key === "nodes") return sameSet(expected, came);
  return key === "context" ? Number(expected[0]) === Number(came[0]) : expected.join() === came.join();
}

/** The names of what differs; null: they are of different kinds. */
function differs(expected: Map<string, string[]>, came: Map<string, string[]>): string[] | null {
  if (expected.get("")!.join() !== came.get("")!.join()) return null;
  return [...expected].filter(([key, values]) => key && !same(key, values, came.get(key === "order" ? "nodes" : key) ?? [])).map(([key]) => NAMES[key] ?? key);
}

/** The cheapest way to turn one list into the other; what only differs in its fields stays beside its like. */
function align(expected: string[], came: string[], among: boolean): Pair[] {
  const [left, right] = [expected.map(parse), came.map(parse)];
  const difference = left.map((e) => right.map((c) => differs(e, c)));
  const extra = among ? 0 : 1;
  const change = (i: number, j: number) => (difference[i][j] === null || (among && difference[i][j]!.length) ? Infinity : difference[i][j]!.length ? 1.2 : 0);
  const cost = Array.from({ length: left.length + 1 }, (_, i) => Float64Array.from({ length: right.length + 1 }, (_, j) => (left.length - i) + (right.length - j) * extra));
  for (let i = left.length - 1; i >= 0; i--)
    for (let j = right.length - 1; j >= 0; j--) cost[i][j] = Math.min(change(i, j) + cost[i + 1][j + 1], 1 + cost[i + 1][j], extra + cost[i][j + 1]);
  const pairs: Pair[] = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && cost[i][j] === change(i, j) + cost[i + 1][j + 1]) {
      const other = difference[i][j]!;
      pairs.push({ expected: expected[i++], came: came[j++], remark: other.length ? `other ${other.join(", ")}` : "" });
    } else if (j < right.length && (i === left.length || cost[i][j] === extra + cost[i][j + 1])) pairs.push({ expected: "", came: came[j++], remark: among ? "" : "not expected" });
    else pairs.push({ expected: expected[i++], came: "", remark: "did not come" });
  }
  return pairs;
}

const shorter = (line: string) => line.replace(/ members ([\d ]+)$/, (_, ids: string) => ` members ${ranges(ids.split(" ").map(Number).sort((a, b) => a - b))}`);

/** null: the verdict is not about callbacks, or what the judge wrote of it was cut off. */
export function callbackPairs(run: Run, verdict: Verdict): Pair[] | null {
  const head = /^callbacks of [^\n]*?(, among others in this order)?:( none)?(\n|$)/.exec(verdict.expected);
  if (!head || verdict.step === undefined || verdict.expected.endsWith("...")) return null;
  const expected = head[2] ? [] : verdict.expected.slice(head[0].length).split("\n").map((line) => line.replace(/\s+<- .*/, ""));
  const came = callbacksIn(run, verdict.client, verdict.node, verdict.step).map((callback, i) => `${i + 1} ${words(callback)}`);
  if (expected.length > ALIGNED_MAX || came.length > ALIGNED_MAX) return null;
  return align(expected, came, head[1] !== undefined).map((pair) => ({ ...pair, expected: shorter(pair.expected), came: shorter(pair.came) }));
}
