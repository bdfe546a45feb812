// The coverage page as people use it: keyboard, filters, a hole's command, dark, on a phone; axe finds nothing.
// usage: node look.mjs FILE [FOLDER for screenshots]
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";

const require = createRequire(new URL("../html/package.json", import.meta.url));
const { chromium } = require("@playwright/test");
const { AxeBuilder } = require("@axe-core/playwright");
const [file, pictures] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [], asked = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address);
  await page.waitForSelector("table.matrix");
  assert.deepEqual(wrong, []);
  assert.deepEqual(asked.filter((url) => !url.startsWith("data:")), [address]);
  return page;
}

async function nothingInaccessible(page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ")).join(", ")}`), []);
}

const shot = (page, name) => pictures && page.screenshot({ path: `${pictures}/${name}.png` });
const tracking = "section[aria-labelledby=tracking]";

const desk = await open({ viewport: { width: 1400, height: 900 } });
await nothingInaccessible(desk);
await shot(desk, "library");

// One stop for Tab, then arrows; Enter opens, Escape closes and gives the focus back.
const first = desk.locator(`${tracking} tbody button`).first();
await first.focus();
await desk.keyboard.press("ArrowDown");
await desk.keyboard.press("ArrowRight");
const reached = await desk.evaluate(() => document.activeElement.getAttribute("aria-label"));
assert.match(reached, /a second trackstart, EXIST; CURRENT/);
assert.equal(await desk.locator(`${tracking} tbody button[tabindex="0"]`).count(), 1);
await desk.keyboard.press("Enter");
assert.equal(await desk.locator("dialog[open]").count(), 1);
await nothingInaccessible(desk);
await desk.keyboard.press("Escape");
assert.equal(await desk.evaluate(() => document.activeElement.getAttribute("aria-label")), reached);

// A feature and a dispatch type: each button is one cell; a hole has the one command for it.
await desk.locator(`${tracking} [data-of="feature"] select`).selectOption({ label: "quorum device" });
await desk.locator(`${tracking} [data-of="dispatch type"] select`).selectOption({ label: "BLOCKING" });
await desk.locator(`${tracking} td button.none`).first().click();
const commands = await desk.locator("dialog code").allTextContents();
assert.equal(commands.length, 1);
assert.match(commands[0], /^votesim new --feature device --event \S+ --flags \S+ --dispatch BLOCKING -o new\.yaml$/);
await desk.getByRole("button", { name: "close" }).click();

// Other axes; only what has holes.
await desk.locator(`${tracking} [data-of="columns"] select`).selectOption({ label: "feature" });
assert.equal(await desk.locator(`${tracking} thead th`).count(), 11);
const all = await desk.locator(`${tracking} tbody tr`).count();
await desk.getByLabel("only rows with holes").check();
assert.ok((await desk.locator(`${tracking} tbody tr`).count()) <= all);
assert.equal(all, 31);

// What is impossible says why.
await desk.locator("section[aria-labelledby=errors] td button.never").first().click();
assert.match(await desk.locator("dialog").textContent(), /Impossible.*\(\w.*\)/s);

const dark = await open({ viewport: { width: 1200, height: 800 }, colorScheme: "dark" });
await nothingInaccessible(dark);
await dark.locator(`${tracking} td button.some`).nth(30).click();
await nothingInaccessible(dark);
await shot(dark, "cell");

const phone = await open({ viewport: { width: 390, height: 800 } });
await nothingInaccessible(phone);
assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false);
await phone.locator(`${tracking} h2`).scrollIntoViewIfNeeded();
await phone.evaluate(() => document.getElementById("tracking").scrollIntoView());
await shot(phone, "phone");
await browser.close();
console.log("as it should be");
