/** The space-time diagram: time across, a lane for each node and client down; only what is in sight is drawn. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Axis, HIDDEN, MARK, Marks as Laid, STACK_MAX, stepRoom, type Wanted } from "./axis";
import { texts, type Words } from "./data";
import type { Lane, Run, Span } from "./run";
import { ranges, ringName, seconds, sortOfText, stepLabel, tell, type Sort } from "./words";
import { hideTip, showTip } from "./tip";

export const ROW = 40;
/** Marks stand in the upper part of a lane, words below. */
const MARK_Y = 13;
const WORDS_Y = ROW - 9;
const HEAD = 44;
/** The room of the words before a cut's line. */
const CUT_WORDS = 40;
const ARROWS_MAX = 4000;
const MARKS_MAX = 4000;

/** Shape and name: never colour alone. */
export const LOOKS: Partial<Record<Sort, { name: string; path: string }>> = {
  callback: { name: "callback", path: "M0,-6L6,0L0,6L-6,0Z" },
  call: { name: "call", path: "M-5,-5L5,0L-5,5Z" },
  reply: { name: "answer", path: "M5,-5L-5,0L5,5Z" },
  error: { name: "error", path: "M-5,-5L5,5M-5,5L5,-5" },
  refused: { name: "refused to start", path: "M-6,-6H6V6H-6ZM-5,-5L5,5" },
  node: { name: "start, stop, crash, pause, reload", path: "M0,-6L5.5,5H-5.5Z" },
  ring: { name: "ring", path: "M0,-6V6" },
  quorum: { name: "quorum gained or lost", path: "M-5,-5H5V5H-5Z" },
  notice: { name: "log line", path: "M-2,-6H2V2H-2ZM-2,4H2V6H-2Z" },
  queue: { name: "queued", path: "M-4,-3H4M-4,0H4M-4,3H4" },
  message: { name: "message", path: "M-1.5,-1.5H1.5V1.5H-1.5Z" },
  timer: { name: "timer", path: "M-5,-6H5L-5,6H5Z" },
};

/** What happens to a node, by its event and, of a node that goes down, how. */
export const NODE_LOOKS: Record<string, { name: string; path: string }> = {
  node_up: { name: "start", path: "M0,-6L5.5,5H-5.5Z" },
  "node_down 1": { name: "clean stop", path: "M0,6L5.5,-5H-5.5Z" },
  node_down: { name: "crash", path: "M3,-7L-5,1.5H-0.5L-3,7L5,-1.5H0.5Z" },
  node_paused: { name: "pause", path: "M-5,-6H-1.5V6H-5ZM1.5,-6H5V6H1.5Z" },
  node_resumed: { name: "goes on", path: "M-5.5,-6H-3V6H-5.5ZM-0.5,-6L6,0L-0.5,6Z" },
  reloaded: { name: "reload, cancel_wait_for_all", path: "M0,-5.5A5.5,5.5 0 1 0 5.5,0H2A2,2 0 1 1 0,-2Z" },
  client_died: { name: "client's process dies", path: "M-1.5,-7H1.5V-3H5V0H1.5V7H-1.5V0H-5V-3H-1.5Z" },
};

function lookOf(event: Words, sort: Sort) {
  if (sort !== "node") return LOOKS[sort];
  return NODE_LOOKS[`${event.event} ${event.value}`] ?? NODE_LOOKS[event.event!] ?? NODE_LOOKS.reloaded;
}

export interface DiagramProps {
  run: Run;
  lanes: Lane[];
  sorts: Set<Sort>;
  messages: "none" | "node" | "all";
  zoom: number;
  /** the moment: an event, and after it */
  at: number;
  node: number;
  event: number;
  failures: { at: number; node: number; client: number; label: string; number: number }[];
  onMoment(at: number, node: number, event: number): void;
}

export function wantedEvents(run: Run, sorts: Set<Sort>, messages: string, node: number): Wanted {
  const { events } = run;
  const all = new Set(sorts);
  if (messages !== "none") all.add("message");
  return {
    sorts: all,
    holds: (event) => messages !== "node" || sortOfText(events.text[event]) !== "message" || events.node[event] - 1 === node || texts[events.text[event]].sender === run.nodes[node],
  };
}

function useWindow() {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ left: 0, top: 0, width: 800, height: 400 });
  useLayoutEffect(() => {
    const box = ref.current!;
    let asked = 0;
    const read = () => {
      asked = 0;
      setView({ left: box.scrollLeft, top: box.scrollTop, width: box.clientWidth, height: box.clientHeight });
    };
    const ask = () => (asked ||= requestAnimationFrame(read));
    const observer = new ResizeObserver(ask);
    observer.observe(box);
    box.addEventListener("scroll", ask, { passive: true });
    read();
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", ask);
      cancelAnimationFrame(asked);
    };
  }, []);
  return { ref, view };
}

export function Diagram(props: DiagramProps) {
  const { run, lanes, sorts, messages, zoom, at, event } = props;
  const { ref, view } = useWindow();
  const messageNode = messages === "node" ? props.node : 0;
  const labels = view.width < 500 ? 84 : 124;
  const room = view.width - labels;
  const flags = props.failures.map((failure) => failure.at);
  const marks = useMemo(() => new Laid(run, lanes, wantedEvents(run, sorts, messages, messageNode)), [run, lanes, sorts, messages, messageNode]);
  const axis = useMemo(() => new Axis(marks, zoom, room, flags), [marks, zoom, room]);
  const height = lanes.length * ROW;
  const [focusWanted, setFocusWanted] = useState(false);

  // The chosen moment, and the chosen mark's lane, come into sight.
  useEffect(() => {
    const box = ref.current!;
    const x = axis.at(at);
    const room = box.clientWidth - labels;
    if (x < box.scrollLeft + 30 || x > box.scrollLeft + room - 60) box.scrollLeft = Math.max(0, x - room * 0.5);
    const row = event >= 0 ? axis.row(event) : axis.rowOfNode[props.node] ?? -1;
    if (row < 0) return;
    const y = row * ROW;
    const lanesRoom = box.clientHeight - HEAD - ROW;
    if (y < box.scrollTop || y > box.scrollTop + lanesRoom - ROW) box.scrollTop = Math.max(0, y - lanesRoom * 0.4);
  }, [axis, at, event, props.node, labels]);

  useEffect(() => {
    if (!focusWanted) return;
    const mark = ref.current!.querySelector<SVGElement>(`[data-event="${event}"]`);
    if (!mark) return;
    mark.focus({ preventScroll: true });
    setFocusWanted(false);
  });

  const choose = (index: number, focus: boolean) => {
    const e = axis.shown[index];
    setFocusWanted(focus);
    props.onMoment(e, run.events.node[e] - 1, e);
  };

  /** The next shown event of the same lane, or the nearest in time of the next lane that has one. */
  const move = (from: number, key: string) => {
    const row = axis.row(axis.shown[from]);
    if (key === "ArrowLeft" || key === "ArrowRight") {
      const by = key === "ArrowLeft" ? -1 : 1;
      for (let i = from + by; i >= 0 && i < axis.shown.length; i += by) if (axis.row(axis.shown[i]) === row) return choose(i, true);
      return;
    }
    if (key === "Home" || key === "End") return choose(key === "Home" ? 0 : axis.shown.length - 1, true);
    const by = key === "ArrowUp" ? -1 : 1;
    const best = new Map<number, number>();
    for (let distance = 1; distance < axis.shown.length; distance++)
      for (const i of [from - distance, from + distance]) {
        const other = i >= 0 && i < axis.shown.length ? axis.row(axis.shown[i]) : row;
        if ((other - row) * by > 0 && !best.has(other)) best.set(other, i);
        if (other === row + by) return choose(i, true);
      }
    const rows = [...best.keys()].sort((a, b) => (a - b) * by);
    if (rows.length) choose(best.get(rows[0])!, true);
  };

  const onKeyDown = (e: KeyboardEvent) => {
    if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(e.key) || e.ctrlKey || e.metaKey || e.altKey) return;
    const mark = (e.target as Element).closest<SVGElement>("[data-index]");
    e.preventDefault();
    if (mark) return move(Number(mark.dataset.index), e.key);
    if (!axis.shown.length) return;
    choose(Math.min(axis.shown.length - 1, lowerBound(axis.shown, (shown) => shown >= at)), true);
  };

  return (
    <div class="diagram" ref={ref} onKeyDown={onKeyDown} tabIndex={0} role="group" aria-label="Space-time diagram" aria-describedby="diagram-help" data-testid="diagram">
      <div class="diagram-size" style={{ width: axis.width + labels, height: height + HEAD + 6 }}>
        <div class="diagram-window" style={{ width: view.width, height: Math.min(view.height, height + HEAD + 6) }}>
          <Picture {...props} axis={axis} view={view} labels={labels} onChoose={choose} />
        </div>
      </div>
    </div>
  );
}

interface PictureProps extends DiagramProps {
  axis: Axis;
  view: { left: number; top: number; width: number; height: number };
  labels: number;
  onChoose(index: number, focus: boolean): void;
}

function Picture(props: PictureProps) {
  const { lanes, axis, view, labels, at } = props;
  const firstRow = Math.max(0, Math.floor(view.top / ROW) - 1);
  const lastRow = Math.min(lanes.length, Math.ceil((view.top + view.height - HEAD) / ROW) + 1);
  const from = view.left;
  const to = view.left + view.width - labels;
  const X = (x: number) => x - view.left + labels;
  const Y = (row: number) => row * ROW - view.top + HEAD;
  const inSight = { firstRow, lastRow, from, to, X, Y };
  const cursor = X(axis.after(at));
  const pick = (e: MouseEvent) => {
    const box = (e.currentTarget as Element).getBoundingClientRect();
    const x = e.clientX - box.left;
    const row = Math.floor((e.clientY - box.top - HEAD + view.top) / ROW);
    if (x > labels || row >= 0) props.onMoment(x > labels ? axis.eventAt(x - labels + view.left) : at, lanes[row]?.node ?? props.node, -1);
  };
  return (
    <svg width={view.width} height={Math.min(view.height, lanes.length * ROW + HEAD + 6)} onClick={pick}>
      <defs>
        <pattern id="no-quorum" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2.4" height="7" class="hatch" />
        </pattern>
        <pattern id="syncing" width="4" height="4" patternUnits="userSpaceOnUse">
          <circle cx="1.2" cy="1.2" r="1" class="hatch" />
        </pattern>
        <clipPath id="lanes"><rect x={labels} y={HEAD} width={Math.max(0, view.width - labels)} height={view.height} /></clipPath>
        <clipPath id="times"><rect x={labels} y={0} width={Math.max(0, view.width - labels)} height={view.height} /></clipPath>
      </defs>
      <g clip-path="url(#lanes)">
        <Spans {...props} {...inSight} />
        <Cuts {...props} {...inSight} />
        {props.messages !== "none" && <Arrows {...props} {...inSight} />}
      </g>
      <g clip-path="url(#times)">
        <Gaps {...props} {...inSight} />
        <Steps {...props} {...inSight} />
        <g class="cursor" aria-hidden="true">
          <line x1={cursor} x2={cursor} y1={HEAD - 8} y2={view.height} />
          <path d={`M${cursor - 5},${HEAD - 10}H${cursor + 5}L${cursor},${HEAD - 2}Z`} />
        </g>
      </g>
      <g clip-path="url(#lanes)">
        <Marks {...props} {...inSight} />
        {props.failures.map((failure) => <Failure key={failure.number} failure={failure} {...props} {...inSight} />)}
      </g>
      <Labels {...props} {...inSight} />
    </svg>
  );
}

interface Sight {
  firstRow: number;
  lastRow: number;
  from: number;
  to: number;
  X(x: number): number;
  Y(row: number): number;
}

function Spans({ run, lanes, axis, firstRow, lastRow, from, to, X, Y }: PictureProps & Sight) {
  const drawn = [];
  for (let row = firstRow; row < lastRow; row++) {
    const { node, client } = lanes[row];
    const middle = Y(row) + MARK_Y;
    drawn.push(<line key={`b${row}`} class={client < 0 ? "base" : "base client"} x1={X(from)} x2={X(to)} y1={middle} y2={middle} />);
    if (client >= 0) continue;
    const spans = run.spans[node];
    for (let at = lowerBound(spans, (span) => axis.end(span.to) > from); at < spans.length; at++) {
      const span = spans[at];
      const left = axis.at(span.from);
      if (left > to) break;
      if (!span.ring) continue;
      const right = axis.end(span.to);
      const x = X(Math.max(left, from - 20));
      const width = Math.max(1.5, X(Math.min(right, to + 20)) - x);
      const ring = run.rings.get(span.ring.join("."))!;
      const words = spanWords(span, width);
      drawn.push(
        <g key={`${row}.${at}`} class={`span ring${ring % 7}${span.quorate ? " quorate" : ""}${span.active ? "" : " syncing"}${span.paused ? " paused" : ""}`}>
          <rect class="body" x={x} y={Y(row) + 3} width={width} height={ROW - 6} />
          {!span.quorate && <rect x={x} y={Y(row) + 3} width={width} height={ROW - 6} fill="url(#no-quorum)" />}
          {!span.active && <rect x={x} y={Y(row) + 3} width={width} height={ROW - 6} fill="url(#syncing)" />}
          {words && <text x={x + 5} y={Y(row) + WORDS_Y} class="span-words">{words}</text>}
        </g>,
      );
    }
  }
  return <g aria-hidden="true">{drawn}</g>;
}

/** As much of a span's ring, state and members as it has room for. */
function spanWords(span: Span, width: number): string {
  const name = ringName(span.ring!);
  const state = span.active ? (span.quorate ? "" : " no quorum") : " syncing";
  const fits = (words: string) => words.length * LETTER <= width - 8;
  return [`${name}${state} {${ranges(span.members)}}`, `${name}${state}`, `${name}${state && (span.active ? " ✗" : " ~")}`, name].find(fits) ?? "";
}

const LETTER = 6.2;
const cutWords = (words: string, width: number) => (words.length * LETTER > width - 6 ? `${words.slice(0, Math.max(1, Math.floor((width - 12) / LETTER)))}…` : words);

/** Between lanes whose nodes cannot reach each other, for as long as that lasts. */
function Cuts({ run, lanes, axis, firstRow, lastRow, from, to, X, Y }: PictureProps & Sight) {
  const drawn = [];
  for (const reach of run.reach) {
    const left = axis.at(reach.from);
    const right = axis.end(reach.to);
    if (right < from || left > to || reach.groups.length < 2) continue;
    let above = -1;
    for (let row = Math.max(0, firstRow - 3); row < lastRow; row++) {
      const { node, client } = lanes[row];
      if (client >= 0 || !run.spanAt(node, reach.from).ring) continue;
      if (above >= 0 && reach.group[above] !== reach.group[node]) {
        const x = X(Math.max(left, from));
        drawn.push(<line key={`${reach.from}.${row}`} class="cut" x1={Math.min(x + CUT_WORDS, X(Math.min(right, to)))} x2={X(Math.min(right, to))} y1={Y(row)} y2={Y(row)} />);
        drawn.push(<text key={`t${reach.from}.${row}`} class="cut-words" x={x + 5} y={Y(row) + 3.5}>✂ cut</text>);
      }
      above = node;
    }
  }
  return <g aria-hidden="true">{drawn}</g>;
}

/** By event: the event that sent what was delivered there, or -1. Messages of a ring come in the order of their sending. */
function pairMessages(run: Run): Int32Array {
  const { events } = run;
  const pairs = new Int32Array(events.count).fill(-1);
  const sends = new Map<string, number[]>();
  const ring: string[] = run.nodes.map(() => "");
  const had = new Map<string, number>();
  const place = new Map(run.nodes.map((id, i) => [id, i]));
  for (let i = 0; i < events.count; i++) {
    const words = texts[events.text[i]];
    const node = events.node[i] - 1;
    if (words.event === "ring") ring[node] = words.ring!.join(".");
    else if (words.event === "sent") {
      const key = `${ring[node]} ${node}`;
      const list = sends.get(key);
      if (list) list.push(i);
      else sends.set(key, [i]);
    } else if (words.event === "delivered") {
      const key = `${ring[node]} ${place.get(words.sender!)}`;
      const mine = `${key} ${node}`;
      const number = had.get(mine) ?? 0;
      had.set(mine, number + 1);
      pairs[i] = sends.get(key)?.[number] ?? -1;
    }
  }
  return pairs;
}

function Arrows({ run, axis, view, firstRow, lastRow, from, to, X, Y }: PictureProps & Sight) {
  const pairs = useMemo(() => pairMessages(run), [run]);
  const begin = axis.firstShownAt(from - 400);
  let path = "";
  let drawn = 0;
  let more = 0;
  for (let i = begin; i < axis.shown.length; i++) {
    const e = axis.shown[i];
    if (axis.at(e) > to + 400) break;
    const sent = pairs[e];
    if (sent < 0) continue;
    const a = axis.row(sent);
    const b = axis.row(e);
    if (a < 0 || b < 0 || a === b || (a < firstRow && b < firstRow) || (a >= lastRow && b >= lastRow)) continue;
    if (drawn++ >= ARROWS_MAX) {
      more++;
      continue;
    }
    const x1 = X(axis.at(sent)) + MARK / 2;
    const x2 = X(axis.at(e)) + MARK / 2;
    const y1 = Y(a) + MARK_Y;
    const y2 = Y(b) + MARK_Y;
    const long = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [dx, dy] = [(x2 - x1) / long, (y2 - y1) / long];
    path += `M${x1.toFixed(1)},${y1.toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}`;
    path += `M${(x2 - 6 * dx - 3 * dy).toFixed(1)},${(y2 - 6 * dy + 3 * dx).toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}L${(x2 - 6 * dx + 3 * dy).toFixed(1)},${(y2 - 6 * dy - 3 * dx).toFixed(1)}`;
  }
  return (
    <g aria-hidden="true" class="arrows">
      <path d={path} style={{ opacity: Math.max(0.12, Math.min(0.8, 150 / drawn)) }} />
      {more > 0 && <text x={view.width - 12} y={HEAD + 14} text-anchor="end">{`${more} more messages here: zoom in, or show those of one node`}</text>}
    </g>
  );
}

/** The first place of a list for which it holds; it must hold for all behind. */
function lowerBound<T>(list: ArrayLike<T>, holds: (value: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function Marks(props: PictureProps & Sight) {
  const { run, axis, firstRow, lastRow, from, to, X, Y, event, at } = props;
  const { events } = run;
  const drawn = [];
  const begin = axis.firstShownAt(from - 180);
  const chosen = event >= 0 ? event : axis.shown[Math.min(axis.shown.length - 1, lowerBound(axis.shown, (e) => e >= at))];
  for (let i = begin; i < axis.shown.length && drawn.length < MARKS_MAX; i++) {
    const e = axis.shown[i];
    const left = axis.at(e);
    if (left > to) break;
    const row = axis.row(e);
    if (row < firstRow || row >= lastRow || (axis.place[i] === HIDDEN && e !== chosen)) continue;
    const sort = sortOfText(events.text[e]);
    const look = lookOf(texts[events.text[e]], sort);
    if (!look) continue;
    const x = X(left) + Math.min(axis.place[i], STACK_MAX) * MARK + MARK / 2;
    const words = describe(run, e);
    drawn.push(
      <g key={e} class={`mark ${sort}${texts[events.text[e]].value === 0 ? " lost" : ""}${e === event ? " chosen" : ""}`} data-event={e} data-index={i} role="button" tabIndex={e === chosen ? 0 : -1}
        aria-label={words} transform={`translate(${x},${Y(row) + MARK_Y})`}
        onFocus={(f) => showTip(f.currentTarget, run, e)} onBlur={hideTip}
        onMouseEnter={(f) => showTip(f.currentTarget, run, e)} onMouseLeave={hideTip}
        onClick={(f) => { f.stopPropagation(); props.onChoose(i, false); }}
        onKeyDown={(f) => { if (f.key === "Enter" || f.key === " ") { f.preventDefault(); props.onChoose(i, true); } }}>
        <rect class="hit" x={-MARK / 2} y={-MARK_Y + 2} width={MARK} height={2 * MARK_Y - 4} />
        {axis.place[i] < STACK_MAX ? <path class="shape" d={look.path} /> : <text y={4} text-anchor="middle">…</text>}
        {sort === "timer" && axis.place[i] < STACK_MAX && <text x={9} y={4} class="name">{texts[events.text[e]].value ? "device" : "LMS"}</text>}
      </g>,
    );
  }
  return <g>{drawn}</g>;
}

export function describe(run: Run, event: number): string {
  const { events } = run;
  const node = events.node[event] ? `node ${run.nodes[events.node[event] - 1]}, ` : "";
  const client = events.client[event] ? `client ${run.clients[events.client[event] - 1].name}, ` : "";
  return `${node}${client}${seconds(events.t[event])}: ${tell(events.text[event])}`;
}

function Failure({ failure, axis, X, Y, firstRow, lastRow }: PictureProps & Sight & { failure: DiagramProps["failures"][0] }) {
  const row = failure.client >= 0 ? axis.rowOfClient[failure.client] : failure.node >= 0 ? axis.rowOfNode[failure.node] : 0;
  if (row < firstRow || row >= lastRow) return null;
  const x = X(axis.after(failure.at)) - 13;
  return (
    <g class="failure" aria-hidden="true" transform={`translate(${x},${Y(row) + MARK_Y})`}>
      <rect x={-11} y={-9} width={22} height={18} rx={4} />
      <text y={4} text-anchor="middle">{`✗${failure.number}`}</text>
    </g>
  );
}

const silence = (ns: number) => (ns >= 60e9 ? `${Math.round(ns / 6e9) / 10} min` : `${Math.round(ns / 1e8) / 10} s`);

/** A broken axis where much time passes and nothing drawn happens: distances there are not to scale. */
function Gaps({ axis, from, to, X }: PictureProps & Sight) {
  return (
    <g class="gap" aria-hidden="true">
      {axis.gaps.map(({ left, right, ns }) => {
        if (right < from || left > to) return null;
        const words = silence(ns);
        const middle = X((left + right) / 2);
        const room = right - left > words.length * LETTER + 14;
        return (
          <g key={left}>
            <path d={`M${middle - 4.5},${HEAD - 2}L${middle - 0.5},${HEAD - 10}M${middle + 0.5},${HEAD - 2}L${middle + 4.5},${HEAD - 10}`} />
            {room && <text x={middle + 8} y={HEAD - 3}>{words}</text>}
          </g>
        );
      })}
    </g>
  );
}

/** A line where each step begins, and the time below its name. */
function Steps({ run, axis, view, from, to, X, at }: PictureProps & Sight) {
  const now = run.stepAt(at);
  let free = -Infinity;
  return (
    <g class="steps" aria-hidden="true">
      {run.steps.map((step, i) => {
        const left = step.from === Infinity ? Infinity : axis.at(step.from) - 5;
        if (left > to || left < from - 300) return null;
        const x = X(left);
        const words = stepLabel(run, i);
        const room = x > free;
        if (room) free = x + stepRoom(words);
        return (
          <g key={i} class={i === now ? "now" : ""}>
            <line x1={x} x2={x} y1={room ? 4 : HEAD - 12} y2={view.height} />
            {room && <text x={x + 4} y={14}>{words}</text>}
            {room && <text class="time" x={x + 4} y={28}>{seconds(run.events.t[step.from])}</text>}
          </g>
        );
      })}
    </g>
  );
}

function Labels({ run, lanes, firstRow, lastRow, labels, Y, view, node, at }: PictureProps & Sight) {
  const drawn = [];
  for (let row = firstRow; row < lastRow; row++) {
    const lane = lanes[row];
    const y = Y(row);
    const up = lane.client >= 0 || run.spanAt(lane.node, at).ring !== null;
    drawn.push(
      <g key={row} class={`label${lane.client < 0 ? "" : " client"}${lane.node === node || lane.alike.includes(node) ? " chosen" : ""}`}>
        <rect x={0} y={y} width={labels} height={ROW} />
        {lane.alike.length > 1 && <title>{`${lane.alike.length} nodes go through the same: ${ranges(lane.alike.map((one) => run.nodes[one]))}; drawn is node ${run.nodes[lane.node]}`}</title>}
        <text x={lane.client < 0 ? 8 : 22} y={y + ROW / 2 + (lane.alike.length > 1 ? -3 : 4)}>
          {lane.client >= 0 ? cutWords(run.clients[lane.client].name, labels - 18) : lane.alike.length > 1 ? `${lane.alike.length} nodes${up ? "" : " (down)"}` : `node ${run.nodes[lane.node]}${up ? "" : " (down)"}`}
        </text>
        {lane.alike.length > 1 && <text class="ids" x={8} y={y + ROW / 2 + 11}>{cutWords(ranges(lane.alike.map((one) => run.nodes[one])), labels - 8)}</text>}
      </g>,
    );
  }
  return (
    <g class="labels" aria-hidden="true">
      <rect class="corner" x={0} y={HEAD} width={labels} height={view.height} />
      {drawn}
      <rect class="corner" x={0} y={0} width={labels} height={HEAD} />
      <text x={8} y={14}>step</text>
      <text x={8} y={28}>begins at</text>
      <line x1={labels} x2={labels} y1={0} y2={view.height} class="edge" />
      <line x1={0} x2={view.width} y1={HEAD} y2={HEAD} class="edge" />
    </g>
  );
}
