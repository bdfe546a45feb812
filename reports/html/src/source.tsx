/** The scenario's YAML, with what was expected and what came at the place where it is written. */
import { memo } from "preact/compat";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type * as Tokens from "prismjs";
import Prism from "prismjs/components/prism-core.js";
import "prismjs/components/prism-yaml";
import { callbackPairs } from "./callbacks";
import { data, type Verdict } from "./data";
import type { Run } from "./run";
import { failsRun } from "./verdicts";

type Piece = [words: string, type: string];

/** Highlighted by lines: a token that runs over several is split. */
function highlighted(text: string): Piece[][] {
  const lines: Piece[][] = [[]];
  const put = (words: string, type: string) =>
    words.split("\n").forEach((part, i) => {
      if (i) lines.push([]);
      if (part) lines[lines.length - 1].push([part, type]);
    });
  const walk = (tokens: (string | Tokens.Token)[], type: string) => {
    for (const token of tokens)
      if (typeof token === "string") put(token, type);
      else walk(Array.isArray(token.content) ? token.content : [token.content as string], token.type);
  };
  walk(Prism.tokenize(text, Prism.languages.yaml), "");
  return lines;
}

const spans = (pieces: Piece[]) => pieces.map(([words, type], i) => (type ? <span key={i} class={`y-${type}`}>{words}</span> : words));

/** The pieces from one column to another, both from 0. */
function cut(pieces: Piece[], from: number, to: number): Piece[] {
  let at = 0;
  return pieces.flatMap(([words, type]): Piece[] => {
    const part = words.slice(Math.max(0, from - at), Math.max(0, to - at));
    at += words.length;
    return part ? [[part, type]] : [];
  });
}

/** A line with the words at these columns, from 1, underlined, and an arrow below each. */
const Line = memo(({ pieces, plain, columns }: { pieces: Piece[]; plain: string; columns: number[] }) => {
  const indent = /^[ -]*/.exec(plain)![0].length;
  const style = { paddingLeft: `${indent + 2}ch`, textIndent: `${-indent - 2}ch` };
  const parts = [];
  let at = 0;
  for (const column of [...new Set(columns)].sort((a, b) => a - b)) {
    const end = column - 1 + (/^["'\w.-]+/.exec(plain.slice(column - 1))?.[0].length ?? 1);
    parts.push(...spans(cut(pieces, at, column - 1)));
    parts.push(<span key={`u${column}`} class="under">{spans(cut(pieces, column - 1, end))}<span class="caret" aria-hidden="true">▲</span></span>);
    at = end;
  }
  return <code style={style}>{parts}{spans(cut(pieces, at, Infinity))}{plain ? "" : " "}</code>;
});

const NONE: number[] = [];

export function Source({ run, at, verdict, onStep }: { run: Run; at: number; verdict: number; onStep(step: number): void }) {
  const text = data.sources[run.result.path];
  const lines = useMemo(() => (text === null || text === undefined ? [] : highlighted(text)), [text]);
  const plain = useMemo(() => (text ?? "").split("\n"), [text]);
  const box = useRef<HTMLDivElement>(null);
  const step = run.stepAt(at);
  const begins = run.steps[step]?.line ?? 0;
  const ends = run.steps[step + 1]?.line ?? Infinity;
  const stepOfLine = useMemo(() => new Map(run.steps.map((s, i) => [s.line, i])), [run]);
  const notes = useMemo(() => {
    const byLine = new Map<number, { verdict: Verdict; index: number }[]>();
    run.result.verdicts.forEach((v, index) => {
      if (v.line) byLine.set(v.line, [...(byLine.get(v.line) ?? []), { verdict: v, index }]);
    });
    return byLine;
  }, [run]);
  const columns = useMemo(() => new Map([...notes].map(([line, found]) => [line, found.map((n) => n.verdict.column)])), [notes]);
  const last = useMemo(() => {
    let end = run.steps.length ? run.steps[run.steps.length - 1].line : 0;
    while (end < lines.length && !/^(---|scenario:)/.test(plain[end] ?? "")) end++;
    return end;
  }, [run, plain]);

  const first = useMemo(() => {
    let begin = run.result.line - 1;
    while (begin > 0 && !/^---/.test(plain[begin - 1])) begin--;
    return begin + 1;
  }, [run, plain]);

  const wanted = verdict >= 0 ? run.result.verdicts[verdict].line : begins;
  useEffect(() => {
    const parent = box.current;
    const line = parent?.querySelector<HTMLElement>(`[data-line="${wanted || run.result.line}"]`);
    if (!parent || !line) return;
    const top = line.offsetTop - parent.offsetTop;
    if (top < parent.scrollTop + 8 || top > parent.scrollTop + parent.clientHeight - 120) parent.scrollTop = Math.max(0, top - parent.clientHeight * 0.3);
  }, [wanted, run, verdict]);

  if (!lines.length) return <p class="empty">{run.result.path}: read from standard input, so its text is not here.</p>;
  return (
    <div class="source" ref={box} tabIndex={0} role="region" aria-label={`Scenario ${run.result.path}`}>
      <ol>
        {lines.map((line, i) => {
          const number = i + 1;
          const isStep = stepOfLine.get(number);
          const inStep = number >= begins && number < Math.min(ends, last + 1);
          const found = notes.get(number);
          return (
            <li key={number} data-line={number} class={`${inStep ? "now" : ""}${number >= first && number <= last ? " mine" : ""}${found ? " noted" : ""}${found?.some((n) => n.index === verdict) ? " chosen" : ""}`}>
              {isStep === undefined
                ? <span class="number" aria-hidden="true">{number}</span>
                : <button class="number" title={`go to step ${isStep}`} aria-label={`line ${number}: go to step ${isStep}`} onClick={() => onStep(isStep)}>{number}</button>}
              <Line pieces={line} plain={plain[i]} columns={columns.get(number) ?? NONE} />
              {found?.map(({ verdict: v, index }) => <Note key={index} run={run} verdict={v} chosen={index === verdict} />)}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Of callbacks all that came; the judge's own words stop after some. */
function cameWords(run: Run, verdict: Verdict): string {
  const came = callbackPairs(run, verdict)?.filter((pair) => pair.came);
  return came?.length ? came.map((pair) => `${pair.came}${pair.remark ? `   <- ${pair.remark}` : ""}`).join("\n") : verdict.came;
}

function Note({ run, verdict, chosen }: { run: Run; verdict: Verdict; chosen: boolean }) {
  const came = useMemo(() => cameWords(run, verdict), [run, verdict]);
  return (
    <div class={`note ${failsRun(verdict) ? "bad" : verdict.kind}${chosen ? " chosen" : ""}`}>
      <p><b>{failsRun(verdict) ? "expected" : verdict.kind}</b> <span class="pre">{verdict.expected}</span></p>
      <p><b>came</b> <span class="pre">{came}</span></p>
    </div>
  );
}
