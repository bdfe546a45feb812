/** Events in words: short for a mark, whole for a tooltip, a table and a screen reader. */
import { texts, type Words } from "./data";

export const ERRORS: Record<number, string> = {
  1: "OK", 2: "LIBRARY", 6: "TRY_AGAIN", 7: "INVALID_PARAM", 8: "NO_MEMORY", 9: "BAD_HANDLE", 11: "ACCESS", 12: "NOT_EXIST",
  14: "EXIST", 16: "INTERRUPT", 17: "NAME_NOT_FOUND", 18: "NO_RESOURCES", 19: "NOT_SUPPORTED", 22: "MESSAGE_ERROR",
};
const STATES = ["device", "member", "dead", "leaving"];
const FLAGS = ["two_node", "quorate", "wait_for_all", "last_man_standing", "auto_tie_breaker", "allow_downscale",
  "qdevice registered", "qdevice alive", "qdevice cast vote", "qdevice master wins"];
const DOWN = ["", "stopped", "crashed", "aborted"];
const TIMERS = ["last_man_standing", "quorum device"];

export const flagNames = (flags: number) => FLAGS.filter((_, bit) => flags & (1 << bit));

/** The same for people: without what a column of its own says, and with what a device lacks. */
export function flagWords(flags: number): string {
  const names = flagNames(flags).filter((name) => name !== "quorate" && !name.startsWith("qdevice"));
  const bit = (number: number) => (flags >> number) % 2 === 1;
  if (bit(6)) names.push(`qdevice ${bit(7) ? "alive" : "registered, not alive"}${bit(7) ? (bit(8) ? ", votes" : ", does not vote") : ""}${bit(9) ? ", master wins" : ""}`);
  return names.join(", ");
}

const LABEL_MAX = 26;

/** The label of a step on the time axis. */
export function stepLabel(run: { steps: { verb: string; name: string | null }[] }, step: number): string {
  const { verb, name } = run.steps[step];
  const words = `${step} ${verb}${name ? `: ${name}` : ""}`;
  return words.length > LABEL_MAX ? `${words.slice(0, LABEL_MAX - 1)}…` : words;
}

/** 8.5808 s: as many digits as it needs. */
export const seconds = (ns: number) => `${(ns / 1e9).toFixed(9).replace(/\.?0+$/, "")} s`;

/** 1-3, 7 */
export function ranges(ids: number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ids.length; ) {
    let end = i;
    while (end + 1 < ids.length && ids[end + 1] === ids[end] + 1) end++;
    parts.push(end > i + 1 ? `${ids[i]}–${ids[end]}` : ids.slice(i, end + 1).join(", "));
    i = end + 1;
  }
  return parts.join(", ");
}

export const ringName = (ring: [number, number]) => `${ring[0]}.${ring[1]}`;

function states(nodes: [number, number][]): string {
  const told = [1, 2, 3, 0].map((state) => {
    const ids = nodes.filter(([, s]) => s === state).map(([id]) => id).sort((a, b) => a - b);
    return ids.length ? `${STATES[state]} ${ranges(ids)}` : "";
  });
  return told.filter(Boolean).join("; ");
}

/** Which sort of event it is, for filters, shapes and names. */
export type Sort = "callback" | "call" | "reply" | "error" | "refused" | "node" | "ring" | "quorum" | "notice" | "queue" | "message" | "timer" | "step" | "reach" | "state";

const SORTS: Record<string, Sort> = {
  step_begin: "step", step_end: "step", run_end: "step", node_up: "node", node_down: "node", node_paused: "node",
  node_resumed: "node", reloaded: "node", cancel_wait_for_all: "node", client_died: "node", reach: "reach", ring: "ring",
  activated: "ring", held: "ring", primary: "quorum", notice: "notice", stored: "notice", call: "call", fault: "error",
  queued: "queue", consumed: "queue", sent: "message", delivered: "message", timer: "timer", state: "state",
};

function sortOf(words: Words): Sort {
  if (words.callback) return "callback";
  if (words.reply) return words.error === 1 ? "reply" : "error";
  if (words.refused !== undefined) return "refused";
  return SORTS[words.event!] ?? "notice";
}

export const SORT_LIST: Sort[] = ["callback", "call", "reply", "error", "refused", "node", "ring", "quorum", "notice", "queue", "message", "timer", "step", "reach", "state"];
/** By text: the place of its sort in SORT_LIST. */
export const sorts = Uint8Array.from(texts, (words) => SORT_LIST.indexOf(sortOf(words)));
export const sortOfText = (text: number) => SORT_LIST[sorts[text]];
export const isEvent = (text: number, ...names: string[]) => names.includes(texts[text].event ?? "");

function notification(kind: string, words: Words): string {
  if (kind === "nodelist") return `nodelist: ring ${ringName(words.ring!)}, members ${ranges(words.members!)}`;
  if (kind === "quorum") return `quorum: ${words.quorate ? "quorate" : "not quorate"}; ${states(words.nodes!)}`;
  return `expected votes: ${words.expected_votes}`;
}

function ownWords(words: Words): string {
  switch (words.event) {
    case "step_begin": return "step begins";
    case "step_end": return words.settled ? "settled" : "step ends, not settled";
    case "run_end": return "the run ends";
    case "node_up": return "daemon starts";
    case "node_down": return `node ${DOWN[words.value ?? 0]}${words.text ? `: ${words.text}` : ""}`;
    case "node_paused": return "daemon paused";
    case "node_resumed": return "daemon resumed";
    case "reloaded": return "configuration reloaded";
    case "cancel_wait_for_all": return "cancel_wait_for_all set";
    case "client_died": return "client process died";
    case "reach": return words.groups!.length > 1 ? `network: ${words.groups!.map(ranges).join(" | ")}` : "network: all reach each other";
    case "ring": return `new ring ${ringName(words.ring!)}: members ${ranges(words.members!)}`;
    case "activated": return `ring ${ringName(words.ring!)} active: its sync has ended`;
    case "held": return words.value ? "the device holds the sync" : "the device lets the sync go";
    case "primary": return words.value ? "quorate" : "not quorate";
    case "notice": return `log: ${words.text ?? words.value}`;
    case "stored": return `expected votes stored: ${words.value}`;
    case "call": return `calls ${words.function}`;
    case "fault": return `${words.function} meets ${words.error} from the transport`;
    case "queued": return `queued: ${notification(words.notification!, words)}`;
    case "consumed": return `dropped, callback is NULL: ${notification(words.notification!, words)}`;
    case "sent": return `sends ${words.size} bytes`;
    case "delivered": return `message from node ${words.sender}, ${words.size} bytes`;
    case "timer": return `timer: ${TIMERS[words.value ?? 0]}`;
    case "state": return `votes ${words.total_votes}, expected ${words.highest_expected}, quorum ${words.quorum}; ${flagNames(words.flags as number).join(", ") || "no flags"}`;
    default: return JSON.stringify(words);
  }
}

/** In a sentence. */
export function tell(text: number): string {
  const words = texts[text];
  if (words.callback) return `${notification(words.callback, words)}; context ${words.context}`;
  if (words.reply) {
    const info = words.total_votes === undefined ? "" :
      `; node ${words.node_id}: votes ${words.node_votes}, total ${words.total_votes}, expected ${words.highest_expected}, quorum ${words.quorum}; ${flagNames(words.flags as number).join(", ")}`;
    return `${words.reply} answers ${ERRORS[words.error as number] ?? words.error}${info}`;
  }
  if (words.refused !== undefined) return `does not start: ${words.refused}`;
  return ownWords(words);
}

/** Every field as it stands in the trace, for those who want all of it. */
export function fields(text: number): [string, string][] {
  return Object.entries(texts[text]).map(([key, value]) => {
    if (key === "nodes") return [key, (value as [number, number][]).map(([id, s]) => `${id}:${STATES[s] ?? s}`).join(" ")];
    if (key === "members") return [key, (value as number[]).join(" ")];
    if (key === "ring") return [key, ringName(value as [number, number])];
    if (key === "flags") return [key, `${value} (${flagNames(value as number).join(", ") || "none"})`];
    if (key === "error" && typeof value === "number") return [key, `${value} (${ERRORS[value] ?? "?"})`];
    if (key === "groups") return [key, (value as number[][]).map(ranges).join(" | ")];
    return [key, String(value)];
  });
}
