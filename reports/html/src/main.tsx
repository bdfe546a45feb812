/** The page: the list of runs beside the one that is looked at. */
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hashOf, readHash } from "./address";
import { data, results, titleOf } from "./data";
import { openRun } from "./run";
import { filtered, RunList, Themes, words, Worth, type Filter } from "./runs";
import { opening, placeOf, RunView, type Chosen } from "./view";
import type { Word } from "./verdicts";

type Shade = "" | "light" | "dark";

const KEYS: [string, string][] = [
  ["/", "search for a run"], ["j k", "next run, run before"], ["n p", "next failure, failure before"], ["] [", "next step, step before"],
  [". ,", "next moment, moment before"], ["+ -", "zoom"], ["m", "messages: hidden, of the chosen node, all"], ["o", "overview"], ["d", "dark or light"],
  ["← → ↑ ↓", "in the diagram: from mark to mark"], ["Enter", "choose the mark: its whole contents stay below the diagram"], ["Esc", "close what is open"], ["?", "this list"],
];

function start(): { run: number; chosen: Chosen | null } {
  const place = readHash(location.hash);
  const failed = words.indexOf("failed");
  const run = place.run >= 0 ? place.run : location.hash === "#overview" ? -1 : failed >= 0 ? failed : results.length === 1 ? 0 : -1;
  return { run, chosen: run >= 0 ? opening(openRun(run), place) : null };
}

function App() {
  const [at, setAt] = useState(start);
  const [filter, setFilter] = useState<Filter>({ text: "", word: "", theme: "" });
  const [shade, setShade] = useState<Shade>("");
  const [listOpen, setListOpen] = useState(() => !matchMedia("(max-width: 60rem)").matches);
  const help = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const onHash = () => {
      setAt(start());
      if (matchMedia("(max-width: 60rem)").matches) setListOpen(false);
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  useEffect(() => {
    document.documentElement.dataset.shade = shade;
  }, [shade]);
  useEffect(() => {
    document.title = `${at.run >= 0 ? titleOf(results[at.run]) : "overview"} – votesim report`;
  }, [at.run]);

  const choose = (chosen: Chosen) => {
    setAt({ run: at.run, chosen });
    history.replaceState(null, "", hashOf(placeOf(at.run, chosen)));
  };
  const nextRun = (by: number) => {
    const list = filtered(filter);
    const here = list.indexOf(at.run);
    const next = list[Math.min(list.length - 1, Math.max(0, here + by))];
    if (next !== undefined) location.hash = hashOf({ run: next });
  };
  const turn = () => setShade((s) => ((s || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark" ? "light" : "dark"));

  useEffect(() => {
    const onKey = (e: KeyboardEvent) => {
      if ((e.target as Element).closest?.("input, select, textarea") || e.ctrlKey || e.metaKey || e.altKey) return;
      if (e.key === "/") {
        e.preventDefault();
        setListOpen(true);
        requestAnimationFrame(() => document.getElementById("search")?.focus());
      } else if (e.key === "?") help.current?.showModal();
      else if (e.key === "j" || e.key === "k") nextRun(e.key === "j" ? 1 : -1);
      else if (e.key === "d") turn();
      else if (e.key === "o") location.hash = "#overview";
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });

  const { summary } = data.results;
  const many = results.length > 1;
  const told = summary.failed ? summary.runs === 1 ? "the run failed" : `${summary.failed} of ${summary.runs} runs failed` : summary.runs === 1 ? "the run held" : `all ${summary.runs} runs held`;
  return (
    <>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")!.focus(); }}>Skip to the run</a>
      <header class="top">
        <p class="brand"><a href="#overview">votesim</a></p>
        <p class={`told ${summary.failed ? "failed" : "held"}`}><span aria-hidden="true">{summary.failed ? "✗" : "✓"} </span>{told}</p>
        <p class="more">{[summary.with_finding && `${summary.with_finding} with a known finding`, summary.with_hazard && `${summary.with_hazard} with a hazard`, summary.vacuous && `${summary.vacuous} vacuous`, `${summary.callbacks.toLocaleString("en")} callbacks judged`].filter(Boolean).join(" · ")}</p>
        <span class="buttons">
          <button onClick={turn} aria-label="dark or light">◐</button>
          <button onClick={() => help.current?.showModal()} aria-label="keys">?</button>
        </span>
      </header>
      <div class={`page${many ? "" : " single"}`}>
        {many && (
          <nav aria-label="Runs">
            <details open={listOpen} onToggle={(e) => setListOpen(e.currentTarget.open)}>
              <summary>All runs</summary>
              <RunList chosen={at.run} filter={filter} onFilter={setFilter} hrefOf={(run) => hashOf({ run })} />
            </details>
          </nav>
        )}
        <main id="main" tabIndex={-1}>
          {at.run >= 0 && at.chosen
            ? <RunView key={at.run} index={at.run} chosen={at.chosen} onChosen={choose} link={hashOf(placeOf(at.run, at.chosen))} />
            : <section><h1>Overview</h1><Themes onTheme={(theme: string, word: Word | "") => { setFilter({ text: "", theme, word }); setListOpen(true); }} /><Worth hrefOf={(run) => hashOf({ run })} /></section>}
        </main>
      </div>
      <dialog ref={help} aria-labelledby="keys">
        <h2 id="keys">Keys</h2>
        <dl>{KEYS.map(([key, what]) => <div key={key}><dt>{key.split(" ").map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{what}</dd></div>)}</dl>
        <form method="dialog"><button autofocus>close</button></form>
      </dialog>
    </>
  );
}

render(<App />, document.getElementById("app")!);
