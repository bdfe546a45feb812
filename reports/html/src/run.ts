/** One run, made ready for drawing: spans by node, lanes, states at any moment. */
import { data, readEvents, results, texts, type Events, type Result, type Words } from "./data";
import { isEvent, SORT_LIST, sorts } from "./words";

const MESSAGE = SORT_LIST.indexOf("message");
const STATE = SORT_LIST.indexOf("state");
const REACH = SORT_LIST.indexOf("reach");

export interface Lane {
  node: number;
  /** -1: the node's own */
  client: number;
  /** nodes that go through the same, the first among them; else empty */
  alike: number[];
}

/**
 * A node between two changes of its ring, its sync, its quorum or its life. Here and everywhere a moment is the number of
 * an event, and means: after that event. Several things happen at one virtual time, in this order.
 */
export interface Span {
  from: number;
  to: number;
  /** null: down */
  ring: [number, number] | null;
  members: number[];
  active: boolean;
  quorate: boolean;
  paused: boolean;
}

export interface Reach {
  from: number;
  to: number;
  /** by node: which group; -1: down or none known */
  group: Int32Array;
  groups: number[][];
  whole: boolean;
}

export interface NodeState {
  span: Span;
  info: Words | null;
  pending: number;
}

/** The last place in ascending `list` whose value is at most `value`; -1: none. */
export function lastAtMost(list: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const NOWHERE: Span = { from: 0, to: Infinity, ring: null, members: [], active: false, quorate: false, paused: false };

export class Run {
  readonly result: Result;
  readonly events: Events;
  readonly nodes: number[];
  readonly clients: { name: string; node: number }[];
  readonly steps: { verb: string; name: string | null; line: number; from: number }[];
  readonly spans: Span[][];
  readonly reach: Reach[] = [];
  readonly last: number;
  /** by event: the place of its sort in SORT_LIST */
  readonly sort: Uint8Array;
  /** the last event of each pair of time and step at which something but messages happened, ascending */
  readonly moments: Uint32Array;
  /** rings in the order they came: their colours */
  readonly rings = new Map<string, number>();
  private readonly infos: { at: number[]; text: number[] }[];
  private readonly queues: { at: number[]; pending: number[] }[];

  constructor(readonly index: number) {
    const history = data.histories[index];
    this.result = results[index];
    this.events = readEvents(history);
    this.nodes = history.nodes;
    this.clients = history.clients;
    this.steps = history.steps.map((step) => ({ ...step, from: Infinity }));
    this.last = Math.max(0, this.events.count - 1);
    this.spans = this.nodes.map(() => []);
    this.infos = this.nodes.map(() => ({ at: [], text: [] }));
    this.queues = this.clients.map(() => ({ at: [], pending: [] }));
    this.sort = new Uint8Array(this.events.count);
    for (let i = 0; i < this.sort.length; i++) this.sort[i] = sorts[this.events.text[i]];
    this.moments = this.read();
    for (const spans of this.spans) if (spans.length) spans[spans.length - 1].to = this.last;
    if (this.reach.length) this.reach[this.reach.length - 1].to = this.last;
  }

  private read(): Uint32Array {
    const { events } = this;
    const moments: number[] = [];
    let t = -1;
    let step = -1;
    for (let i = 0; i < events.count; i++) {
      const text = events.text[i];
      if (this.sort[i] === MESSAGE) {
        if (moments.length && events.t[i] === t && events.step[i] === step) moments[moments.length - 1] = i;
        continue;
      }
      if (events.t[i] !== t || events.step[i] !== step) moments.push(i);
      else moments[moments.length - 1] = i;
      t = events.t[i];
      step = events.step[i];
      if (events.client[i]) this.readClient(events.client[i] - 1, i, texts[text]);
      else if (this.sort[i] === STATE) this.readState(events.node[i] - 1, i, text);
      else if (events.node[i]) this.readNode(events.node[i] - 1, i, texts[text]);
      else if (this.sort[i] === REACH) this.readReach(i, texts[text]);
      else if (isEvent(text, "step_begin") && events.step[i] < this.steps.length) this.steps[events.step[i]].from = i;
    }
    return Uint32Array.from(moments);
  }

  private change(node: number, at: number, what: Partial<Span>) {
    const spans = this.spans[node];
    const last = spans[spans.length - 1];
    const next = { ...(last ?? NOWHERE), ...what, from: at, to: Infinity };
    if (last) last.to = at;
    spans.push(next);
  }

  private readNode(node: number, at: number, words: Words) {
    switch (words.event) {
      case "node_down": return this.change(node, at, NOWHERE);
      case "node_paused": return this.change(node, at, { paused: true });
      case "node_resumed": return this.change(node, at, { paused: false });
      case "ring": {
        const name = words.ring!.join(".");
        if (!this.rings.has(name)) this.rings.set(name, this.rings.size);
        return this.change(node, at, { ring: words.ring!, members: words.members!, active: false });
      }
      case "activated": return this.change(node, at, { active: true });
      case "primary": return this.change(node, at, { quorate: words.value === 1 });
    }
  }

  private readState(node: number, at: number, text: number) {
    this.infos[node].at.push(at);
    this.infos[node].text.push(text);
  }

  private readClient(client: number, at: number, words: Words) {
    const queue = this.queues[client];
    const pending = queue.pending[queue.pending.length - 1] ?? 0;
    const next = words.event === "queued" ? pending + 1 : words.callback || words.event === "consumed" ? Math.max(0, pending - 1)
      : words.event === "client_died" ? 0 : pending;
    if (next === pending) return;
    queue.at.push(at);
    queue.pending.push(next);
  }

  private readReach(at: number, words: Words) {
    const group = new Int32Array(this.nodes.length).fill(-1);
    const place = new Map(this.nodes.map((id, i) => [id, i]));
    words.groups!.forEach((ids, number) => ids.forEach((id) => (group[place.get(id)!] = number)));
    if (this.reach.length) this.reach[this.reach.length - 1].to = at;
    this.reach.push({ from: at, to: Infinity, group, groups: words.groups!, whole: words.whole === 1 });
  }

  spanAt(node: number, at: number): Span {
    const spans = this.spans[node];
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle].from <= at) low = middle + 1;
      else high = middle;
    }
    return low ? spans[low - 1] : NOWHERE;
  }

  stateAt(node: number, at: number): NodeState {
    const span = this.spanAt(node, at);
    const infos = this.infos[node];
    const last = lastAtMost(infos.at, at);
    let pending = 0;
    this.clients.forEach((client, i) => {
      if (client.node === node) pending += this.queues[i].pending[lastAtMost(this.queues[i].at, at)] ?? 0;
    });
    return { span, info: last >= 0 && span.ring ? texts[infos.text[last]] : null, pending };
  }

  /** What a node told of itself up to a moment, in order. */
  infosUntil(node: number, at: number): Words[] {
    const infos = this.infos[node];
    return infos.text.slice(0, lastAtMost(infos.at, at) + 1).map((text) => texts[text]);
  }

  /** The longest words that `tell` has for any state of any node. */
  longest(tell: (info: Words) => string): number {
    const seen = new Set(this.infos.flatMap((infos) => infos.text));
    return Math.max(0, ...[...seen].map((text) => tell(texts[text]).length));
  }

  stepAt(at: number): number {
    return this.events.count && this.steps.length ? Math.min(this.steps.length - 1, this.events.step[at]) : -1;
  }

  /** The last event at a virtual time or before; step: of that step or one before. */
  eventAt(t: number, step = Infinity): number {
    let at = Math.max(0, lastAtMost(this.events.t, t));
    while (at > 0 && this.events.step[at] > step) at--;
    return at;
  }

  /** The number of the moment that an event belongs to. */
  momentOf(at: number): number {
    return Math.min(this.moments.length - 1, lastAtMost(this.moments, at - 1) + 1);
  }

  /** together: nodes without clients that go through the same share one lane. */
  lanes(wanted: (node: number) => boolean, together: boolean): Lane[] {
    const byNode: number[][] = this.nodes.map(() => []);
    this.clients.forEach((client, i) => byNode[client.node]?.push(i));
    const found = new Map<string, Lane>();
    const lanes: Lane[] = [];
    this.nodes.forEach((_, node) => {
      if (!wanted(node)) return;
      const lane = { node, client: -1, alike: [] as number[] };
      const key = together && !byNode[node].length ? this.story(node) : "";
      const same = found.get(key);
      if (same) {
        if (!same.alike.length) same.alike.push(same.node);
        same.alike.push(node);
        return;
      }
      if (key) found.set(key, lane);
      lanes.push(lane, ...byNode[node].map((client) => ({ node, client, alike: [] })));
    });
    return lanes;
  }

  /**
   * The same text for nodes that go through the same rings, syncs and quorum at the same times. Rings of one node are all
   * alike, and of booting only what it led to counts: nodes boot one after the other.
   */
  private story(node: number): string {
    const { events, result, nodes } = this;
    const boot = this.steps[0]?.verb === "start" ? this.spans[node].findLastIndex((span) => events.step[span.from] === 0) : -1;
    const spans = this.spans[node].map((span, i) => {
      if (i < boot) return "";
      const ring = span.members.length === 1 ? "alone" : span.ring?.join(".") ?? "";
      return `${i === boot ? "" : `${events.t[span.from]} ${events.step[span.from]}`} ${ring} ${Number(span.active)}${Number(span.quorate)}${Number(span.paused)}`;
    });
    const told = result.verdicts.some((verdict) => verdict.node === nodes[node]) ? `told of ${node}` : "";
    return `${told};${spans.filter(Boolean).join(";")};`;
  }
}

let kept: Run | null = null;

/** The last one is kept. */
export function openRun(index: number): Run {
  if (kept?.index !== index) kept = new Run(index);
  return kept;
}
