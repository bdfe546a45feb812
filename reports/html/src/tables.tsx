/** Tables beside the diagram: every node's state at the moment, and all events, also for those who do not see the diagram. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { usePrinting } from "./print";
import { lastAtMost, type Run, type Span } from "./run";
import { flagWords, ranges, ringName, seconds, SORT_LIST, tell, type Sort } from "./words";

const STATE_HEADS = ["Node", "Daemon", "Quorum", "Votes", "Needed", "Features", "Ring", "Queued"];
const RING_MAX = 40;
/** So many rows a printed table has, those about the moment. */
const PRINTED_MAX = 60;

/** The rows to print: the first place, and how many. */
function printed(count: number, middle: number): { index: number; start: number }[] {
  const from = Math.max(0, Math.min(count - PRINTED_MAX, middle - PRINTED_MAX * 0.75));
  return Array.from({ length: Math.min(count, PRINTED_MAX) }, (_, i) => ({ index: Math.floor(from) + i, start: 0 }));
}

const ringWords = (span: Span) => `${ringName(span.ring!)} {${ranges(span.members)}}`;

/** Room for so many letters; not in ch, which the bold head has wider ones of. */
const rem = (letters: number) => `${(letters * 0.52 + 1.2).toFixed(1)}rem`;

/** Columns as wide as any moment of the run needs, so that nothing jumps when the moment moves; where there is less room, features and rings are cut. */
function stateColumns(run: Run): string {
  const ring = Math.max(10, ...run.spans.flat().map((span) => (span.ring ? Math.min(RING_MAX, ringWords(span).length) : 0)));
  const flags = Math.max(8, run.longest((info) => flagWords(info.flags as number)));
  const votes = run.longest((info) => `${info.total_votes} of ${info.highest_expected}`);
  return `3.7rem 5rem 7.8rem ${rem(Math.max(5, votes))} 4.9rem minmax(5rem, ${rem(flags)}) minmax(6rem, ${rem(ring)}) minmax(4.8rem, 1fr)`;
}

function stateCells(run: Run, node: number, at: number): string[] {
  const { span, info, pending } = run.stateAt(node, at);
  const daemon = !span.ring ? "down" : span.paused ? "paused" : span.active ? "up" : "syncing";
  const votes = info ? [`${info.total_votes} of ${info.highest_expected}`, String(info.quorum)] : ["–", "–"];
  return [
    String(run.nodes[node]), daemon, span.ring ? (span.quorate ? "✓ quorate" : "✗ no quorum") : "–", ...votes,
    info ? flagWords(info.flags as number) || "–" : "–", span.ring ? ringWords(span) : "–", String(pending),
  ];
}

export function StateTable({ run, at, node, onNode }: { run: Run; at: number; node: number; onNode(node: number): void }) {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: run.nodes.length, getScrollElement: () => box.current, estimateSize: () => 34, overscan: 6 });
  useEffect(() => {
    if (node >= 0) rows.scrollToIndex(node, { align: "auto" });
  }, [node, run]);
  const printing = usePrinting();
  const columns = useMemo(() => stateColumns(run), [run]);
  const moment = run.momentOf(at);
  const before = moment > 0 ? run.moments[moment - 1] : -1;
  return (
    <div class="table-box state" style={{ "--columns": columns }} ref={box} tabIndex={0} role="table" aria-label={`State of every node at ${seconds(run.events.t[at] ?? 0)}`} aria-rowcount={run.nodes.length + 1}>
      <div role="rowgroup" class="head"><div role="row" class="row" aria-rowindex={1}>{STATE_HEADS.map((head) => <span role="columnheader" key={head}>{head}</span>)}</div></div>
      <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
        {(printing ? printed(run.nodes.length, node) : rows.getVirtualItems()).map((item) => {
          const cells = stateCells(run, item.index, at);
          const old = before >= 0 ? stateCells(run, item.index, before) : cells;
          return (
            <div role="row" key={item.index} class={`row${item.index === node ? " chosen" : ""}${cells[1] === "down" ? " down" : ""}`} aria-rowindex={item.index + 2} style={{ transform: `translateY(${item.start}px)` }}>
              {cells.map((cell, i) =>
                i === 0
                  ? <span role="rowheader" key={i}><button class="link" onClick={() => onNode(item.index)} aria-label={`show node ${cell}`}>{cell}</button></span>
                  : <span role="cell" key={i} class={cell !== old[i] ? "changed" : ""} title={cell !== old[i] ? `${cell}; before: ${old[i]}` : cell}>{cell}</span>)}
            </div>
          );
        })}
      </div>
      {printing && run.nodes.length > PRINTED_MAX && <p class="where">{`${PRINTED_MAX} of ${run.nodes.length} nodes`}</p>}
    </div>
  );
}

const SORT_WORDS: Partial<Record<Sort, string>> = { callback: "callbacks", call: "calls", reply: "answers", node: "nodes", ring: "rings", quorum: "quorum", notice: "log", message: "messages", step: "steps", state: "states", queue: "queue", reach: "network", timer: "timers", error: "errors", refused: "refused" };

export function EventTable({ run, at, onMoment }: { run: Run; at: number; onMoment(at: number, node: number, event: number): void }) {
  const [hidden, setHidden] = useState<Set<Sort>>(new Set(["message", "queue", "state"]));
  const [text, setText] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const { events } = run;
  const present = useMemo(() => {
    const found = new Uint8Array(SORT_LIST.length);
    for (const sort of run.sort) found[sort] = 1;
    return SORT_LIST.filter((_, sort) => found[sort]);
  }, [run]);
  const unhidden = useMemo(() => {
    const hides = SORT_LIST.map((sort) => hidden.has(sort));
    const found = new Uint32Array(events.count);
    let count = 0;
    for (let i = 0; i < events.count; i++) if (!hides[run.sort[i]]) found[count++] = i;
    return found.slice(0, count);
  }, [run, hidden]);
  const list = useMemo(() => {
    const wanted = text.toLowerCase();
    if (!wanted) return unhidden;
    const matches = new Map<number, boolean>();
    const clients = run.clients.map((client) => client.name.toLowerCase().includes(wanted));
    const node = /^node (\d+)$/.exec(wanted);
    const one = node ? run.nodes.indexOf(Number(node[1])) + 1 : 0;
    return unhidden.filter((i) => {
      if ((one && events.node[i] === one) || (events.client[i] && clients[events.client[i] - 1])) return true;
      const words = events.text[i];
      let holds = matches.get(words);
      if (holds === undefined) matches.set(words, (holds = tell(words).toLowerCase().includes(wanted)));
      return holds;
    });
  }, [run, unhidden, text]);
  const printing = usePrinting();
  const chosen = list[lastAtMost(list, at)];
  const rows = useVirtualizer({ count: list.length, getScrollElement: () => box.current, estimateSize: () => 30, overscan: 10 });
  useEffect(() => {
    if (list.length) rows.scrollToIndex(Math.max(0, lastAtMost(list, at)), { align: "center" });
  }, [list, at]);
  return (
    <>
      <div class="tools">
        <label>Find <input type="search" value={text} onInput={(e) => setText(e.currentTarget.value)} placeholder="words, a client, node 3" /></label>
        {present.map((sort) => (
          <label key={sort} class="tick">
            <input type="checkbox" checked={!hidden.has(sort)} onChange={(e) => {
              const next = new Set(hidden);
              if (e.currentTarget.checked) next.delete(sort);
              else next.add(sort);
              setHidden(next);
            }} /> {SORT_WORDS[sort]}
          </label>
        ))}
        <span role="status">{`${list.length.toLocaleString("en")} of ${events.count.toLocaleString("en")} events`}</span>
      </div>
      <div class="table-box events" ref={box} tabIndex={0} role="table" aria-label="Events" aria-rowcount={list.length + 1}>
        <div role="rowgroup" class="head"><div role="row" class="row" aria-rowindex={1}>{["Time", "Step", "Node", "Client", "What"].map((head) => <span role="columnheader" key={head}>{head}</span>)}</div></div>
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
          {(printing ? printed(list.length, lastAtMost(list, at)) : rows.getVirtualItems()).map((item) => {
            const e = list[item.index];
            return (
              <div role="row" key={e} class={`row${e === chosen ? " chosen" : ""}`} onClick={() => onMoment(e, events.node[e] - 1, e)} aria-rowindex={item.index + 2} style={{ transform: `translateY(${item.start}px)` }}>
                <span role="rowheader"><button class="link">{seconds(events.t[e])}</button></span>
                <span role="cell">{run.steps.length ? Math.min(events.step[e], run.steps.length - 1) : ""}</span>
                <span role="cell">{events.node[e] ? run.nodes[events.node[e] - 1] : ""}</span>
                <span role="cell">{events.client[e] ? run.clients[events.client[e] - 1].name : ""}</span>
                <span role="cell" title={tell(events.text[e])}>{tell(events.text[e])}</span>
              </div>
            );
          })}
        </div>
        {printing && list.length > PRINTED_MAX && <p class="where">{`${PRINTED_MAX} of ${list.length.toLocaleString("en")} events, those about the moment`}</p>}
      </div>
    </>
  );
}
