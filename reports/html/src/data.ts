/** What the C side put into the page, and how its columns are read. */

export interface Verdict {
  kind: "breach" | "expectation" | "hazard" | "finding" | "inert" | "vacuous";
  rule?: string;
  says?: string;
  source?: string;
  hazard?: number;
  line: number;
  column: number;
  step?: number;
  node?: number;
  client?: string;
  time_ns: number;
  expected: string;
  came: string;
}

export interface Result {
  path: string;
  line: number;
  theme: string;
  scenario: string;
  variant: string;
  description: string;
  failed: boolean;
  vacuous: boolean;
  plain: boolean;
  seed: number;
  trace: string;
  callbacks: number;
  events: number;
  virtual_ns: number;
  stuck: string | null;
  verdicts: Verdict[];
}

export interface Summary {
  files: number;
  runs: number;
  failed: number;
  with_finding: number;
  with_hazard: number;
  vacuous: number;
  inert: number;
  callbacks: number;
}

interface History {
  nodes: number[];
  clients: { name: string; node: number }[];
  steps: { verb: string; name: string | null; line: number }[];
  count: number;
  t: string;
  step: string;
  node: string;
  client: string;
  text: string;
}

/** The rest of a trace line: its fields are those of votesim(1), THE TRACE, and of the history's own events. */
export interface Words {
  callback?: string;
  reply?: string;
  refused?: string;
  event?: string;
  notification?: string;
  context?: number;
  ring?: [number, number];
  members?: number[];
  quorate?: number;
  nodes?: [number, number][];
  expected_votes?: number;
  error?: number | string;
  function?: string;
  value?: number;
  text?: string;
  settled?: number;
  sender?: number;
  size?: number;
  groups?: number[][];
  whole?: number;
  [field: string]: unknown;
}

interface Data {
  results: { summary: Summary; runs: Result[] };
  sources: Record<string, string | null>;
  histories: History[];
  texts: Words[];
}

export interface Events {
  count: number;
  /** virtual nanoseconds, ascending */
  t: Float64Array;
  step: Uint32Array;
  /** index of a node plus one; 0: none */
  node: Uint32Array;
  /** index of a client plus one; 0: none */
  client: Uint32Array;
  text: Uint32Array;
}

export const data: Data = JSON.parse(document.getElementById("votesim-data")!.textContent!);
export const results = data.results.runs;
export const texts = data.texts;

/** "name" or "name [variant]", as --only takes it. */
export const titleOf = (result: Result) => (result.variant ? `${result.scenario} [${result.variant}]` : result.scenario);

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Differences, each with its sign in the second bit, and in the lowest whether a count of further repeats follows. */
export function readColumn<T extends Float64Array | Uint32Array>(base64: string, to: T): T {
  const bytes = bytesOf(base64);
  let at = 0;
  const varint = () => {
    let byte = bytes[at++];
    if (byte < 128) return byte;
    let value = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++];
      value += (byte & 127) * scale;
    }
    return value;
  };
  for (let row = 0, last = 0; at < bytes.length; ) {
    const token = varint();
    const zigzag = Math.floor(token / 2);
    const difference = zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
    const end = row + (token % 2 ? varint() + 2 : 1);
    while (row < end) to[row++] = last += difference;
  }
  return to;
}

export function readEvents(history: History): Events {
  const whole = () => new Uint32Array(history.count);
  return {
    count: history.count,
    t: readColumn(history.t, new Float64Array(history.count)),
    step: readColumn(history.step, whole()),
    node: readColumn(history.node, whole()),
    client: readColumn(history.client, whole()),
    text: readColumn(history.text, whole()),
  };
}
