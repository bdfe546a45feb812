// Load and interaction times of reports: node test/times.mjs TIMES FILE… prints, for each, medians in ms as JSON.
//
// load: from the start of the navigation to the first frame with the run in it. An interaction: from the input to the
// end of the next frame, the slowest of its several (so no lucky one hides a slow one); the median is over TIMES loads.
import { chromium } from "@playwright/test";
import { pathToFileURL } from "node:url";

const [times, ...files] = process.argv.slice(2);
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** In the page: how long each kind of interaction takes, the slowest of a few. */
async function interact() {
  const frame = () => new Promise((done) => requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(0); }));
  const worst = async (acts) => {
    let most = 0;
    for (const act of acts) {
      await frame();
      await frame();
      const begin = performance.now();
      act();
      await frame();
      most = Math.max(most, performance.now() - begin);
    }
    return most;
  };
  const key = (name) => () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
  const type = (input, value) => () => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const slider = document.querySelector(".slider");
  const diagram = document.querySelector(".diagram");
  const places = [0.1, 0.9, 0.3, 0.6].map((part) => String(Math.floor(Number(slider.max) * part)));
  const scroll = [400, 900, 100].map((x) => () => (diagram.scrollLeft = x));
  const search = document.querySelector(".tools input[type=search]");
  return {
    slider: await worst(places.map((place) => type(slider, place))),
    step: await worst([key("["), key("["), key("]"), key(",")]),
    zoom: await worst([key("+"), key("+"), key("-"), key("-")]),
    pan: await worst(scroll),
    search: await worst(["q", "quo", "quorate", ""].map((text) => type(search, text))),
  };
}

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium" });
const told = [];
for (const file of files) {
  const loads = [];
  const acts = [];
  for (let i = 0; i < Number(times); i++) {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector(".diagram svg, .themes");
    loads.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? performance.now()));
    if (await page.locator(".diagram").count()) acts.push(await page.evaluate(interact));
    await page.close();
  }
  const all = { load: median(loads) };
  for (const name of Object.keys(acts[0] ?? {})) all[name] = median(acts.map((act) => act[name]));
  told.push(all);
}
await browser.close();
console.log(JSON.stringify(told));
