/**
 * Where an event stands on the diagram. Virtual time has long silences between dense bursts, so each moment at which
 * something shown happens gets a column, and a silence gets a width that grows with its logarithm.
 */
import { lastAtMost, type Lane, type Run } from "./run";
import { SORT_LIST, stepLabel, type Sort } from "./words";

export const MARK = 15;
export const STACK_MAX = 10;
/** A timer's mark has its name beside it. */
const TIMER_PLACES = 4;
/** Of a mark that is not drawn: too many came at once in its lane. */
export const HIDDEN = 255;
/** Browsers do not lay out wider elements well. */
const WIDTH_MAX = 12_000_000;
/** A silence that is marked on the axis, in nanoseconds. */
const GAP = 1e9;
/** The room that its sign and its length want. */
const GAP_ROOM = 62;
/** The room that a step's label takes from where its step begins. */
export const stepRoom = (words: string) => words.length * 6.6 + 10;
/** What always gets a column: the picture changes there. */
const STRUCTURE = new Set<Sort>(["ring", "quorum", "node", "reach", "step"]);

/** By event: drawn as a mark? Called only for events of the sorts that some filter lets through. */
export type Wanted = { sorts: Set<Sort>; holds(event: number): boolean };

/** Which events are marks, and which columns there are: what no zoom changes. */
export class Marks {
  /** events that are drawn as marks, ascending */
  readonly shown: Uint32Array;
  /** which mark of its lane and column each of them is */
  readonly place: Uint8Array;
  /** the first event of each column, ascending */
  readonly first: Uint32Array;
  /** by column: how many marks stand side by side */
  readonly stacked: Uint8Array;
  readonly rowOfNode: Int32Array;
  readonly rowOfClient: Int32Array;

  constructor(readonly run: Run, lanes: Lane[], wanted: Wanted) {
    this.rowOfNode = new Int32Array(run.nodes.length).fill(-1);
    this.rowOfClient = new Int32Array(run.clients.length).fill(-1);
    const others = new Set<number>();
    lanes.forEach((lane, row) => {
      if (lane.client >= 0) this.rowOfClient[lane.client] = row;
      else for (const node of lane.alike.length ? lane.alike : [lane.node]) this.rowOfNode[node] = row;
      for (const node of lane.alike.slice(1)) others.add(node);
    });
    const { events } = run;
    const structure = Uint8Array.from(SORT_LIST, (sort) => Number(STRUCTURE.has(sort)));
    const mark = Uint8Array.from(SORT_LIST, (sort) => Number(wanted.sorts.has(sort)));
    const shown: number[] = [];
    const place: number[] = [];
    const first: number[] = [];
    const stacked: number[] = [];
    const column = new Int32Array(lanes.length).fill(-1);
    const count = new Uint32Array(lanes.length);
    for (let i = 0; i < events.count; i++) {
      const sort = run.sort[i];
      if (!structure[sort] && !mark[sort]) continue;
      const row = this.row(i);
      const isOther = others.size > 0 && others.has(events.node[i] - 1);
      const isMark = row >= 0 && !isOther && mark[sort] === 1 && wanted.holds(i);
      if (!isMark && !(structure[sort] && (row >= 0 || !events.node[i]) && !isOther)) continue;
      const before = first[first.length - 1];
      if (!first.length || events.t[before] !== events.t[i] || events.step[before] !== events.step[i]) {
        first.push(i);
        stacked.push(0);
      }
      if (!isMark) continue;
      const now = first.length - 1;
      if (column[row] !== now) {
        column[row] = now;
        count[row] = 0;
      }
      const at = count[row];
      count[row] += SORT_LIST[sort] === "timer" ? TIMER_PLACES : 1;
      shown.push(i);
      place.push(at > STACK_MAX ? HIDDEN : at);
      stacked[now] = Math.max(stacked[now], Math.min(count[row] - 1, STACK_MAX) + 1);
    }
    this.shown = Uint32Array.from(shown);
    this.place = Uint8Array.from(place);
    this.first = Uint32Array.from(first);
    this.stacked = Uint8Array.from(stacked);
  }

  /** -1: its lane is not shown */
  row(event: number): number {
    const { events } = this.run;
    if (events.client[event]) return this.rowOfClient[events.client[event] - 1];
    return events.node[event] ? this.rowOfNode[events.node[event] - 1] : -1;
  }
}

/** Where the columns stand at one zoom. */
export class Axis {
  readonly x: Float64Array;
  readonly width: number;
  readonly run: Run;
  readonly shown: Uint32Array;
  readonly place: Uint8Array;
  readonly first: Uint32Array;
  readonly rowOfNode: Int32Array;
  readonly rowOfClient: Int32Array;
  private readonly stacked: Uint8Array;
  private readonly flagged: Uint8Array;
  private found: { left: number; right: number; ns: number }[] | undefined;

  /** room: what there is to fill; flags: events behind which there must be room for a flag. */
  constructor(private readonly marks: Marks, zoom: number, room: number, flags: number[]) {
    const { run, first } = marks;
    this.run = run;
    this.shown = marks.shown;
    this.place = marks.place;
    this.first = first;
    this.stacked = marks.stacked;
    this.rowOfNode = marks.rowOfNode;
    this.rowOfClient = marks.rowOfClient;
    this.flagged = new Uint8Array(first.length);
    for (const flag of flags) if (first.length) this.flagged[this.column(flag)] = 1;
    this.x = new Float64Array(first.length);
    const natural = this.layOut(zoom);
    const spare = room - natural;
    const gaps = natural - this.layOut(0);
    this.width = this.layOut(spare > 0 && zoom === 1 && gaps ? Math.min(6, 1 + spare / gaps) : zoom);
    if (this.width > WIDTH_MAX) {
      for (let i = 0; i < this.x.length; i++) this.x[i] *= WIDTH_MAX / this.width;
      this.width = WIDTH_MAX;
    }
  }

  private layOut(zoom: number): number {
    const { events } = this.run;
    let at = 16;
    for (let i = 0; i < this.first.length; i++) {
      const silence = i ? events.t[this.first[i]] - events.t[this.first[i - 1]] : 0;
      at += i ? Math.max((4 + 6 * Math.log10(1 + silence / 1e4)) * zoom, silence >= GAP && zoom >= 1 ? GAP_ROOM : 0) : 0;
      this.x[i] = at;
      at += Math.max(0.6, this.stacked[i]) * MARK + this.flagged[i] * 24;
    }
    return Math.max(at + 40, this.labelsEnd());
  }

  /** So wide that the labels of the last steps are whole. */
  private labelsEnd(): number {
    const { steps } = this.run;
    let end = 0;
    for (let i = Math.max(0, steps.length - 8); i < steps.length; i++) if (steps[i].from !== Infinity) end = Math.max(end, this.at(steps[i].from) + stepRoom(stepLabel(this.run, i)));
    return end;
  }

  /** Where a second or more passes and nothing drawn happens. */
  get gaps(): { left: number; right: number; ns: number }[] {
    return (this.found ??= [...this.first].flatMap((event, i) => {
      const ns = i ? this.run.events.t[event] - this.run.events.t[this.first[i - 1]] : 0;
      return ns >= GAP ? [{ left: this.after(this.first[i - 1]), right: this.x[i], ns }] : [];
    }));
  }

  /** -1: its lane is not shown */
  row(event: number): number {
    return this.marks.row(event);
  }

  private column(event: number): number {
    return Math.max(0, lastAtMost(this.first, event));
  }

  /** The left edge of the event's column. */
  at(event: number): number {
    return this.x[this.column(event)] ?? 0;
  }

  /** Its right edge. */
  after(event: number): number {
    const i = this.column(event);
    return this.at(event) + Math.max(0.6, this.stacked[i]) * MARK + this.flagged[i] * 24;
  }

  /** Where a span ends that goes on to this event; one that nothing ends goes on to the right edge. */
  end(event: number): number {
    return event >= this.run.last ? this.width : this.at(event);
  }

  /** The last event of the column at a place. */
  eventAt(x: number): number {
    const i = Math.max(0, lastAtMost(this.x, x + 3));
    return i + 1 < this.first.length ? this.first[i + 1] - 1 : this.run.last;
  }

  /** The place of the first shown event whose column ends right of x. */
  firstShownAt(x: number): number {
    const column = Math.max(0, lastAtMost(this.x, x) - 1);
    return Math.max(0, lastAtMost(this.shown, (this.first[column] ?? 0) - 1) + 1);
  }
}
