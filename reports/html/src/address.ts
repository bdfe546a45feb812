/** Where one is, as the part of the address behind #: run=NAME&t=NS&step=N&node=ID&event=N. It can
 * be sent to others. t alone is enough: several steps may begin at one time. */
import { results, titleOf } from "./data";

export interface Place {
  run: number;
  t: number;
  step: number;
  node: number;
  event: number;
}

/** Names that several runs bear get their number among them. */
const keys = (() => {
  const seen = new Map<string, number>();
  return results.map((result) => {
    const title = titleOf(result);
    const number = (seen.get(title) ?? 0) + 1;
    seen.set(title, number);
    return number > 1 ? `${title}~${number}` : title;
  });
})();

const encode = (text: string) => encodeURIComponent(text).replace(/%20/g, "+").replace(/%5B/g, "[").replace(/%5D/g, "]").replace(/%3D/g, "=");

export function hashOf(place: Partial<Place> & { run: number }): string {
  const parts = [`run=${encode(keys[place.run] ?? "")}`];
  if (place.t !== undefined && place.t >= 0) parts.push(`t=${place.t}`);
  if (place.step !== undefined && place.step >= 0) parts.push(`step=${place.step}`);
  if (place.node !== undefined && place.node >= 0) parts.push(`node=${place.node}`);
  if (place.event !== undefined && place.event >= 0) parts.push(`event=${place.event}`);
  return `#${parts.join("&")}`;
}

/** run -1: none is named; t, step, node, event -1: likewise. */
export function readHash(hash: string): Place {
  const fields = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1));
  }
  let name = "";
  try {
    name = decodeURIComponent((fields.get("run") ?? "").replace(/\+/g, " "));
  } catch {
    name = "";
  }
  const number = (key: string) => (/^\d+$/.test(fields.get(key) ?? "") ? Number(fields.get(key)) : -1);
  return { run: keys.indexOf(name), t: number("t"), step: number("step"), node: number("node"), event: number("event") };
}
