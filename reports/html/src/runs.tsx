/** The list of all runs: searched, filtered by verdict and theme, failures first. */
import { useMemo, useRef } from "preact/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { results, titleOf } from "./data";
import { failsRun, MEANINGS, SIGNS, wordOf, type Word } from "./verdicts";

const ORDER: Word[] = ["failed", "finding", "hazard", "vacuous", "inert", "held"];
export const words = results.map(wordOf);

export interface Filter {
  text: string;
  word: Word | "";
  theme: string;
}

export function filtered(filter: Filter): number[] {
  const parts = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return results
    .map((_, i) => i)
    .filter((i) => {
      const result = results[i];
      if ((filter.word && words[i] !== filter.word) || (filter.theme && result.theme !== filter.theme)) return false;
      const all = `${titleOf(result)} ${result.path} ${result.description} ${words[i]} ${result.verdicts.map((v) => `${v.rule ?? ""} ${v.hazard ? `h${v.hazard}` : ""}`).join(" ")}`.toLowerCase();
      return parts.every((part) => all.includes(part));
    })
    .sort((a, b) => ORDER.indexOf(words[a]) - ORDER.indexOf(words[b]) || a - b);
}

export function RunList({ chosen, filter, onFilter, hrefOf }: { chosen: number; filter: Filter; onFilter(filter: Filter): void; hrefOf(run: number): string }) {
  const list = useMemo(() => filtered(filter), [filter]);
  const themes = useMemo(() => [...new Set(results.map((r) => r.theme))].sort(), []);
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: list.length, getScrollElement: () => box.current, estimateSize: () => 44, overscan: 12 });
  return (
    <div class="runs">
      <div class="filters" role="search">
        <label>
          <span>Search <kbd>/</kbd></span>
          <input id="search" type="search" value={filter.text} placeholder="name, file, rule, verdict" onInput={(e) => onFilter({ ...filter, text: e.currentTarget.value })} />
        </label>
        <div class="pair">
          <label>
            <span>Verdict</span>
            <select value={filter.word} onChange={(e) => onFilter({ ...filter, word: e.currentTarget.value as Word | "" })}>
              <option value="">all</option>
              {ORDER.filter((word) => words.includes(word)).map((word) => <option key={word} value={word}>{`${word} (${words.filter((w) => w === word).length})`}</option>)}
            </select>
          </label>
          <label>
            <span>Theme</span>
            <select value={filter.theme} onChange={(e) => onFilter({ ...filter, theme: e.currentTarget.value })}>
              <option value="">all</option>
              {themes.filter(Boolean).map((theme) => <option key={theme} value={theme}>{theme}</option>)}
            </select>
          </label>
        </div>
      </div>
      <p class="count" role="status">{`${list.length} of ${results.length} runs`}</p>
      <div class="run-list" ref={box} tabIndex={list.length ? -1 : 0}>
        <ul style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const i = list[row.index];
            return (
              <li key={i} style={{ transform: `translateY(${row.start}px)` }}>
                <a href={hrefOf(i)} title={`${titleOf(results[i])}\n${results[i].path}`} class={`run ${words[i]}`} aria-current={i === chosen ? "true" : undefined}>
                  <span class="sign" title={MEANINGS[words[i]]}>{SIGNS[words[i]]}<span class="unseen">{words[i]}</span></span>
                  <span class="name">{titleOf(results[i])}</span>
                  <span class="where">{results[i].path}</span>
                </a>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

/** Verdicts by theme. */
export function Themes({ onTheme }: { onTheme(theme: string, word: Word | ""): void }) {
  const themes = [...new Set(results.map((r) => r.theme))].sort();
  const shown = ORDER.filter((word) => words.includes(word));
  return (
    <div class="scroll-x">
      <table class="themes">
        <thead>
          <tr><th scope="col">Theme</th><th scope="col">Runs</th>{shown.map((word) => <th key={word} scope="col" title={MEANINGS[word]}><span class={`sign ${word}`} aria-hidden="true">{SIGNS[word]}</span> {word}</th>)}</tr>
        </thead>
        <tbody>
          {themes.map((theme) => {
            const mine = results.map((r, i) => (r.theme === theme ? words[i] : null)).filter((w) => w !== null);
            return (
              <tr key={theme}>
                <th scope="row"><button class="link" onClick={() => onTheme(theme, "")}>{theme || "(no folder)"}</button></th>
                <td>{mine.length}</td>
                {shown.map((word) => {
                  const count = mine.filter((w) => w === word).length;
                  return <td key={word} class={count ? word : "none"}>{count ? <button class="link" aria-label={`${count} ${word} in ${theme}`} onClick={() => onTheme(theme, word)}>{count}</button> : "–"}</td>;
                })}
              </tr>
            );
          })}
        </tbody>
        {themes.length > 1 && (
          <tfoot>
            <tr><th scope="row">all</th><td>{results.length}</td>{shown.map((word) => <td key={word}>{words.filter((w) => w === word).length}</td>)}</tr>
          </tfoot>
        )}
      </table>
    </div>
  );
}

const LISTED_MAX = 50;

/** What is worth a look: the failures, each with what it says first, and where there are none the hazards and findings. */
export function Worth({ hrefOf }: { hrefOf(run: number): string }) {
  const failed = results.map((_, i) => i).filter((i) => words[i] === "failed");
  const list = failed.length ? failed : results.map((_, i) => i).filter((i) => words[i] === "finding" || words[i] === "hazard");
  if (!list.length) return null;
  return (
    <section aria-labelledby="worth">
      <h2 id="worth">{failed.length ? "Failures" : "Hazards and findings"}</h2>
      <ul class="worth">
        {list.slice(0, LISTED_MAX).map((i) => {
          const verdict = results[i].verdicts.find((v) => !failed.length || failsRun(v));
          return (
            <li key={i} class={words[i]}>
              <span class="sign" aria-hidden="true">{SIGNS[words[i]]}</span>
              <a href={hrefOf(i)}>{titleOf(results[i])}</a> <span class="where">{results[i].path}{verdict?.line ? `:${verdict.line}` : ""}</span>
              {verdict ? <p><b>expected</b> {oneLine(verdict.expected)} <b>came</b> {oneLine(verdict.came)}</p> : results[i].stuck && <p>{results[i].stuck}</p>}
            </li>
          );
        })}
      </ul>
      {list.length > LISTED_MAX && <p class="where">{`${list.length - LISTED_MAX} more stand in the list of runs.`}</p>}
    </section>
  );
}

const oneLine = (text: string) => text.replace(/\n/g, "; ").replace(/:; /g, ": ");
