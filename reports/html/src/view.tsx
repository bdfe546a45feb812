/** One run: its failures first, then the scenario beside the diagram, the slider, the states and the events. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { titleOf, type Verdict } from "./data";
import { callbackPairs } from "./callbacks";
import { describe, Diagram, LOOKS, NODE_LOOKS } from "./diagram";
import { openRun, type Run } from "./run";
import { Source } from "./source";
import { EventTable, StateTable } from "./tables";
import { failsRun, MEANINGS, SIGNS, wordOf } from "./verdicts";
import { why } from "./why";
import { fields, seconds, tell, type Sort } from "./words";
import type { Place } from "./address";

const SHOWN: Sort[] = ["callback", "call", "reply", "error", "refused", "node", "quorum", "notice", "timer", "ring"];

/** A longer one scrolls. */
const LONG_LIST = 12;

/** Of more nodes those that are alike share a lane at first. */
const MANY_NODES = 12;

export interface Chosen {
  /** the moment: an event, and after it */
  at: number;
  node: number;
  event: number;
  verdict: number;
}

/** Where a run is opened: at its first failure, else at its first other verdict, else at its end. */
export function opening(run: Run, place: Place): Chosen {
  const failed = run.result.verdicts.findIndex(failsRun);
  const index = failed >= 0 ? failed : run.result.verdicts.findIndex((v) => v.line > 0);
  const node = run.nodes.indexOf(place.node);
  if (place.event >= 0 && place.event < run.events.count) return { at: place.event, node, event: place.event, verdict: -1 };
  if (place.t >= 0) return { at: run.eventAt(place.t, place.step >= 0 ? place.step : Infinity), node, event: -1, verdict: -1 };
  return index >= 0 ? atVerdict(run, index) : { at: run.last, node: -1, event: -1, verdict: -1 };
}

export function atVerdict(run: Run, index: number): Chosen {
  const verdict = run.result.verdicts[index];
  return { at: run.eventAt(verdict.time_ns, verdict.step), node: verdict.node === undefined ? -1 : run.nodes.indexOf(verdict.node), event: -1, verdict: index };
}

/** The same as a part of the address. */
export function placeOf(index: number, chosen: Chosen): Place {
  const run = openRun(index);
  const { events } = run;
  return { run: index, t: events.t[chosen.at] ?? 0, step: events.step[chosen.at] ?? 0, node: run.nodes[chosen.node] ?? -1, event: chosen.event };
}

/** "1-3,7" as node ids; null: all; undefined: it is no such text. */
export function readNodes(text: string): Set<number> | null | undefined {
  if (!text.trim()) return null;
  const ids = new Set<number>();
  for (const part of text.split(/[\s,]+/).filter(Boolean)) {
    const match = /^(\d+)(?:[-–](\d+))?$/.exec(part);
    if (!match) return undefined;
    const [low, high] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (high - low > 100000) return undefined;
    for (let id = low; id <= high; id++) ids.add(id);
  }
  return ids;
}

const shellWord = (word: string) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`);

function reproduce(run: Run): string {
  const { result } = run;
  const seed = result.plain ? "" : ` --seed ${result.seed}`;
  return `votesim run ${shellWord(result.path)} --only ${shellWord(titleOf(result))}${seed} --trace -`;
}

/** Verdicts that differ in their node alone are told together. */
function gathered(verdicts: Verdict[]): number[][] {
  const groups = new Map<string, number[]>();
  verdicts.forEach((v, i) => {
    const key = JSON.stringify([v.kind, v.rule, v.step, v.time_ns, v.client, v.came, v.expected.replace(/\bnode \d+\b/, "node")]);
    groups.set(key, [...(groups.get(key) ?? []), i]);
  });
  return [...groups.values()];
}

function Failures({ run, chosen, numbers, onVerdict }: { run: Run; chosen: number; numbers: Map<number, number>; onVerdict(index: number): void }) {
  const { verdicts, stuck } = run.result;
  if (!verdicts.length && !stuck) return null;
  const failed = numbers.size + (stuck ? 1 : 0);
  const cards = gathered(verdicts).sort(([a], [b]) => Number(failsRun(verdicts[b])) - Number(failsRun(verdicts[a])) || a - b);
  return (
    <section aria-labelledby="failures">
      <h2 id="failures">{failed ? `${failed} ${failed === 1 ? "failure" : "failures"}` : "What was found"}</h2>
      {stuck && <div class="card failed"><p><b>came to no rest:</b> {stuck}</p></div>}
      <ol class={`cards${cards.length > 1 ? " two" : ""}${cards.length > 4 ? " many" : ""}`}>
        {cards.map((indexes) => <Card key={indexes[0]} run={run} indexes={indexes} numbers={numbers} chosen={chosen} onVerdict={onVerdict} />)}
      </ol>
    </section>
  );
}

function headOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case "expectation": return "Not as expected";
    case "breach": return `Rule ${verdict.rule} was broken`;
    case "hazard": return `Hazard H${verdict.hazard}, which the manual admits`;
    case "finding": return `Known finding: ${verdict.rule}`;
    default: return MEANINGS[verdict.kind];
  }
}

const signOf = (verdict: Verdict, index: number, numbers: Map<number, number>) =>
  failsRun(verdict) ? `✗${numbers.get(index)}` : SIGNS[verdict.kind as keyof typeof SIGNS] ?? "▲";

function placeIn(run: Run, verdict: Verdict): string {
  const step = verdict.step === undefined ? null : run.steps[verdict.step];
  return [
    verdict.line ? `${run.result.path}:${verdict.line}:${verdict.column}` : "",
    step ? `step ${verdict.step} (${step.name ?? step.verb})` : "",
    verdict.node === undefined ? "" : `node ${verdict.node}`,
    verdict.client === undefined ? "" : `client ${verdict.client}`,
    `at ${seconds(verdict.time_ns)}`,
  ].filter(Boolean).join(", ");
}

function Card({ run, indexes, numbers, chosen, onVerdict }: { run: Run; indexes: number[]; numbers: Map<number, number>; chosen: number; onVerdict(index: number): void }) {
  const { verdicts } = run.result;
  const shown = indexes.includes(chosen) ? chosen : indexes[0];
  const verdict = verdicts[shown];
  const bad = failsRun(verdict);
  const reasons = useMemo(() => why(run, verdict, atVerdict(run, shown).at), [run, shown]);
  return (
    <li class={`card ${bad ? "failed" : verdict.kind}${indexes.includes(chosen) ? " chosen" : ""}`}>
      <div class="card-head">
        <span class="sign" aria-hidden="true">{signOf(verdict, shown, numbers)}</span>
        <b>{headOf(verdict)}</b>
        {indexes.length === 1 && <button onClick={() => onVerdict(shown)} aria-pressed={shown === chosen}>{shown === chosen ? "shown below" : "show this moment"}</button>}
      </div>
      {indexes.length > 1 && (
        <p class="same">{`${indexes.length} nodes alike:`} {indexes.map((i) => <button key={i} onClick={() => onVerdict(i)} aria-pressed={i === chosen} aria-label={`show node ${verdicts[i].node}`}>{`${signOf(verdicts[i], i, numbers)} node ${verdicts[i].node}`}</button>)}</p>
      )}
      <Compared run={run} verdict={verdict} />
      {reasons.map((line) => <p key={line} class="why">{line}</p>)}
      <p class="where">{placeIn(run, verdict)}</p>
      {verdict.says && <p class="where"><b>{verdict.rule}:</b> {verdict.says} <i>{verdict.source}</i></p>}
    </li>
  );
}

/** "1 nodelist members 1 2   <- other members" in its two parts. */
function remarked(line: string | undefined) {
  if (line === undefined) return null;
  const [words, remark] = line.split(/\s+<- /);
  return <>{words}{remark && <mark>{` ${remark}`}</mark>}</>;
}

/** What was expected beside what came; of callbacks each beside its like, of other lists line beside line. */
function Compared({ run, verdict }: { run: Run; verdict: Verdict }) {
  const pairs = useMemo(() => callbackPairs(run, verdict), [run, verdict]);
  const [expected, came] = [verdict.expected.split("\n"), verdict.came.split("\n")];
  const caption = expected.length > 1 && expected[0].endsWith(":") ? expected.shift() : "";
  if (pairs?.length)
    return <Lists caption={verdict.expected.split(/:( none)?(?:\n|$)/)[0]} rows={pairs.map((pair) => [pair.expected || "–", <>{pair.came || "–"}{pair.remark && <mark>{` ${pair.remark}`}</mark>}</>, !pair.remark])} />;
  if (expected.length < 2 && came.length < 2)
    return (
      <dl class="pairs">
        <div><dt>expected{caption && ` ${caption}`}</dt><dd class="pre">{expected[0]}</dd></div>
        <div><dt>came</dt><dd class="pre came">{remarked(came[0])}</dd></div>
      </dl>
    );
  return <Lists caption={caption?.replace(/:$/, "") ?? ""} rows={Array.from({ length: Math.max(expected.length, came.length) }, (_, i) => [remarked(expected[i]), remarked(came[i]), false])} />;
}

function Lists({ caption, rows }: { caption: string; rows: [ComponentChildren, ComponentChildren, boolean][] }) {
  return (
    <div class={rows.length > LONG_LIST ? "long" : ""} {...(rows.length > LONG_LIST ? { tabIndex: 0, role: "region", "aria-label": "expected and came" } : {})}>
      <table class="compared">
        <thead><tr><th scope="col">expected{caption && ` ${caption}`}</th><th scope="col">came</th></tr></thead>
        <tbody>{rows.map(([expected, came, fits], i) => <tr key={i} class={fits ? "fits" : ""}><td class="pre">{expected}</td><td class="pre came">{came}</td></tr>)}</tbody>
      </table>
    </div>
  );
}

function Legend() {
  return (
    <details class="legend">
      <summary>What the signs mean</summary>
      <ul>
        {SHOWN.filter((sort) => sort !== "node").map((sort) => (
          <li key={sort}><svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true"><g class={`mark ${sort}`}><path class="shape" d={LOOKS[sort]!.path} /></g></svg> {LOOKS[sort]!.name}</li>
        ))}
        {Object.values(NODE_LOOKS).map((look) => (
          <li key={look.name}><svg width="18" height="18" viewBox="-9 -9 18 18" aria-hidden="true"><g class="mark node"><path class="shape" d={look.path} /></g></svg> {look.name}</li>
        ))}
        <li>a hollow square: quorum lost or not there</li>
        <li><svg width="34" height="18" aria-hidden="true"><g class="gap"><path d="M12,14L16,6M17,14L21,6" /></g></svg> on the time axis: a second or more in which nothing drawn happens</li>
        <li><svg width="34" height="16" aria-hidden="true"><g class="span ring0 quorate"><rect class="body" width="34" height="16" /></g></svg> in a ring, quorate: each ring has a colour and its name, {"{its members}"}</li>
        <li><svg width="34" height="16" aria-hidden="true"><g class="span ring0"><rect class="body" width="34" height="16" /><rect width="34" height="16" fill="url(#no-quorum)" /></g></svg> hatched: not quorate; dotted: its sync has not ended</li>
        <li><svg width="34" height="16" aria-hidden="true"><line class="base" x1="0" x2="34" y1="8" y2="8" /></svg> no bar: the node is down</li>
        <li><svg width="34" height="16" aria-hidden="true"><line class="cut" x1="0" x2="34" y1="8" y2="8" /></svg> the network is cut between the nodes above and below</li>
      </ul>
    </details>
  );
}

function Contents({ run, event }: { run: Run; event: number }) {
  if (event < 0) return null;
  return (
    <section class="contents" aria-label="The chosen event">
      <h3>{describe(run, event)}</h3>
      <dl>{fields(run.events.text[event]).map(([key, value]) => <div key={key}><dt>{key}</dt><dd>{value}</dd></div>)}</dl>
    </section>
  );
}

/** Below the slider: where steps begin and where something failed. */
function Ticks({ run, failures }: { run: Run; failures: number[] }) {
  const place = (event: number) => `${(100 * Math.max(0, run.momentOf(event))) / Math.max(1, run.moments.length - 1)}%`;
  return (
    <span class="ticks" aria-hidden="true">
      {run.steps.length <= 60 && run.steps.map((step, i) => step.from !== Infinity && <i key={`s${i}`} style={{ left: place(step.from) }} />)}
      {failures.slice(0, 20).map((event, i) => <b key={`f${i}`} style={{ left: place(event) }}>✗</b>)}
    </span>
  );
}

export function RunView({ index, chosen, onChosen, link }: { index: number; chosen: Chosen; onChosen(chosen: Chosen): void; link: string }) {
  const run = useMemo(() => openRun(index), [index]);
  const [sorts, setSorts] = useState(new Set<Sort>(SHOWN.filter((sort) => sort !== "ring")));
  const [messages, setMessages] = useState<"none" | "node" | "all">("none");
  const [zoom, setZoom] = useState(1);
  const [nodeText, setNodeText] = useState("");
  const nodes = readNodes(nodeText);
  const many = run.nodes.length > MANY_NODES;
  const [together, setTogether] = useState(many);
  const lanes = useMemo(() => run.lanes((node) => !nodes || nodes.has(run.nodes[node]), together && !nodes), [run, nodeText, together]);
  const { result } = run;
  const { at } = chosen;
  const t = run.events.t[at] ?? 0;
  const word = wordOf(result);
  const moment = Math.max(0, run.momentOf(at));
  const step = run.stepAt(at);
  const goTo = (event: number) => onChosen({ ...chosen, at: event, event: -1, verdict: -1 });
  const goToMoment = (number: number) => goTo(run.moments[Math.min(run.moments.length - 1, Math.max(0, number))] ?? 0);
  const goToStep = (number: number) => {
    const wanted = run.steps[Math.min(run.steps.length - 1, Math.max(0, number))];
    if (wanted && wanted.from !== Infinity) goToMoment(run.momentOf(wanted.from));
  };
  const stepBefore = () => goToStep(moment > run.momentOf(run.steps[step]?.from ?? 0) ? step : step - 1);
  const order = result.verdicts.map((_, i) => i).filter((i) => failsRun(result.verdicts[i]));
  const failures = order.map((i, place) => {
    const there = atVerdict(run, i);
    return { at: there.at, node: there.node, client: run.clients.findIndex((client) => client.name === result.verdicts[i].client), label: result.verdicts[i].came, number: place + 1 };
  });

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.target as Element).closest?.("input, select, textarea, dialog") || e.ctrlKey || e.metaKey || e.altKey) return;
      const failure = order.indexOf(chosen.verdict);
      switch (e.key) {
        case ",": return goToMoment(moment - 1);
        case ".": return goToMoment(moment + 1);
        case "[": return stepBefore();
        case "]": return goToStep(step + 1);
        case "+": case "=": return setZoom((z) => Math.min(16, z * 1.5));
        case "-": return setZoom((z) => Math.max(1 / 16, z / 1.5));
        case "m": return setMessages((m) => (m === "none" ? "node" : m === "node" ? "all" : "none"));
        case "n": case "p": if (order.length) onChosen(atVerdict(run, order[(failure + (e.key === "n" ? 1 : order.length - 1) + (failure < 0 && e.key === "p" ? 1 : 0)) % order.length]));
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  const stepWords = step >= 0 ? `step ${step}, ${run.steps[step].name ?? run.steps[step].verb}` : "before the first step";
  const onSorts = (sort: Sort, on: boolean) => {
    const next = new Set(sorts);
    if (on) next.add(sort);
    else next.delete(sort);
    setSorts(next);
  };

  return (
    <article class="run-view" aria-labelledby="run-title">
      <header class="run-head">
        <h1 id="run-title" tabIndex={-1}><span class={`badge ${word}`}><span aria-hidden="true">{SIGNS[word]} </span>{word}</span> {titleOf(result)}</h1>
        <p>{result.description}</p>
        <details class="facts"><summary>{`${result.path}:${result.line}, ${run.nodes.length} nodes, ${run.events.count.toLocaleString("en")} events`}</summary>
          <dl>
            <div><dt>reproduce</dt><dd><code>{reproduce(run)}</code></dd></div>
            <div><dt>choices</dt><dd>{result.plain ? "plain: each fell to the lowest" : `drawn from seed ${result.seed}`}</dd></div>
            <div><dt>trace</dt><dd><code>{result.trace}</code></dd></div>
            <div><dt>callbacks judged</dt><dd>{result.callbacks}</dd></div>
            <div><dt>virtual time</dt><dd>{seconds(result.virtual_ns)}</dd></div>
          </dl>
        </details>
      </header>
      <Failures run={run} chosen={chosen.verdict} numbers={new Map(order.map((i, place) => [i, place + 1]))} onVerdict={(i) => onChosen(atVerdict(run, i))} />
      <section class="moment" aria-labelledby="moment">
        <h2 id="moment" class="unseen">The moment</h2>
        <div class="tools">
          <span class="steppers">
            <button onClick={stepBefore} aria-label="step before" title="step before ([)">|◀</button>
            <button onClick={() => goToMoment(moment - 1)} aria-label="moment before" title="moment before (,)">◀</button>
            <button onClick={() => goToMoment(moment + 1)} aria-label="next moment" title="next moment (.)">▶</button>
            <button onClick={() => goToStep(step + 1)} aria-label="next step" title="next step (])">▶|</button>
          </span>
          <span class="slider-box">
            <input class="slider" type="range" min={0} max={Math.max(0, run.moments.length - 1)} value={moment} aria-label="moment" aria-valuetext={`${seconds(t)}, ${stepWords}`}
              onInput={(e) => goToMoment(Number(e.currentTarget.value))} />
            <Ticks run={run} failures={failures.map((failure) => failure.at)} />
          </span>
          <output><b>{seconds(t)}</b> <span>{stepWords}</span></output>
          <a href={link} title="a link to this moment">link</a>
        </div>
      </section>
      <div class="beside">
        <section aria-labelledby="source-head">
          <h2 id="source-head">Scenario</h2>
          <Source run={run} at={at} verdict={chosen.verdict} onStep={goToStep} />
        </section>
        <section aria-labelledby="diagram-head" class="diagram-part">
          <div class="head-tools">
            <h2 id="diagram-head">What happened</h2>
            <label>messages <select value={messages} onChange={(e) => setMessages(e.currentTarget.value as "none")}>
              <option value="none">hidden</option><option value="node">of the chosen node</option><option value="all">all</option>
            </select></label>
            {run.nodes.length > 2 && <label class="tick" title="nodes that go through the same share one lane"><input type="checkbox" checked={together} onChange={(e) => setTogether(e.currentTarget.checked)} /> alike as one</label>}
            <label>nodes <input class="short" value={nodeText} placeholder="all" aria-invalid={nodes === undefined} onInput={(e) => setNodeText(e.currentTarget.value)} title="such as 1-3,7" /></label>
            <span class="steppers"><button aria-label="zoom out" title="zoom out (-)" onClick={() => setZoom(Math.max(1 / 16, zoom / 1.5))}>−</button><button aria-label="zoom in" title="zoom in (+)" onClick={() => setZoom(Math.min(16, zoom * 1.5))}>+</button></span>
            <details class="menu"><summary>marks</summary><div>{SHOWN.concat("queue").map((sort) => <label key={sort} class="tick"><input type="checkbox" checked={sorts.has(sort)} onChange={(e) => onSorts(sort, e.currentTarget.checked)} /> {LOOKS[sort]!.name}</label>)}</div></details>
          </div>
          <p id="diagram-help" class="unseen">Arrow keys move from mark to mark: left and right in a lane, up and down between lanes. The table of events below has the same in words.</p>
          <Diagram run={run} lanes={lanes} sorts={sorts} messages={messages} zoom={zoom} at={at} node={chosen.node} event={chosen.event} failures={failures}
            onMoment={(moment, node, mark) => onChosen({ at: moment, node, event: mark, verdict: -1 })} />
          <Legend />
          <Contents run={run} event={chosen.event} />
          <h2 id="state-head">{`Every node at ${seconds(t)}`} <small>what changed at this moment is marked</small></h2>
          <StateTable run={run} at={at} node={chosen.node} onNode={(node) => onChosen({ ...chosen, node, event: -1 })} />
        </section>
      </div>
      <section aria-labelledby="events-head">
        <h2 id="events-head">Events</h2>
        <EventTable run={run} at={at} onMoment={(moment, node, mark) => onChosen({ at: moment, node, event: mark, verdict: -1 })} />
      </section>
      <p class="unseen" role="status" aria-live="polite">{`${seconds(t)}, ${stepWords}${chosen.event >= 0 ? `: ${tell(run.events.text[chosen.event])}` : ""}`}</p>
    </article>
  );
}
