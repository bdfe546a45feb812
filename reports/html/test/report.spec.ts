/**
 * The report as people use it, from real runs in the folder $VOTESIM_REPORTS: out/deep (a failing run and one with nasty
 * names), big (384 nodes) and library (the whole scenario library and the failing run). See harness/test_html.py.
 */
import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

const folder = process.env.VOTESIM_REPORTS;
if (!folder) throw new Error("VOTESIM_REPORTS names no folder: python3 -m pytest harness/test_html.py");

const address = (report: string, hash = "") => `file://${folder}/${report}/index.html${hash}`;

async function open(page: Page, report: string, hash = "") {
  const wrong: string[] = [];
  const asked: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address(report, hash));
  await page.waitForSelector("h1");
  expect(wrong).toEqual([]);
  expect(asked.filter((url) => !url.startsWith("data:"))).toEqual([address(report, hash).replace(/#.*/, "")].concat());
}

/** When the first failure was found, in nanoseconds and as the page writes it. */
async function failureTime(page: Page): Promise<[number, string]> {
  const ns = await page.evaluate(() => {
    const { results } = JSON.parse(document.getElementById("votesim-data")!.textContent!);
    return results.runs.find((run: { failed: boolean }) => run.failed).verdicts[0].time_ns as number;
  });
  return [ns, `${(ns / 1e9).toFixed(9).replace(/\.?0+$/, "")} s`];
}

async function nothingInaccessible(page: Page) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`)).toEqual([]);
}

test("a failing run says at once what was expected, what came and where", async ({ page }) => {
  await open(page, "library");
  await expect(page.locator(".told")).toHaveText(/3 of \d+ runs failed/);
  await expect(page.locator("h1")).toHaveText(/failed minority-loses-quorum/);
  const card = page.locator(".card").first();
  await expect(card).toContainText("node 3 is quorate");
  await expect(card).toContainText("it is not quorate: 1 vote is there, quorum is 2");
  const [, when] = await failureTime(page);
  await expect(card).toContainText(`splits/first.yaml:11:35, step 2 (partition), node 3, at ${when}`);
  await expect(card).toBeInViewport();
  const note = page.locator("li[data-line='11'] .note");
  await expect(note).toContainText("expected node 3 is quorate");
  await expect(note).toBeInViewport();
  await expect(page.locator(".failure")).toHaveCount(2);
  await expect(page.locator(".failure").first()).toBeInViewport();
  await expect(page.locator("output")).toContainText(`${when} step 2, partition`);
});

test("what was expected stands under the very word", async ({ page }) => {
  await open(page, "out/deep");
  const { caret, word } = await page.evaluate(() => {
    const line = document.querySelector("li[data-line='11']")!;
    const code = line.querySelector("code")!;
    const range = document.createRange();
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    let before = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const size = node.textContent!.length;
      if (before + size >= 35) {
        range.setStart(node, 34 - before);
        range.setEnd(node, 35 - before);
        break;
      }
      before += size;
    }
    const box = line.querySelector(".caret")!.getBoundingClientRect();
    return { caret: box.left + box.width / 2, word: range.getBoundingClientRect() };
  });
  expect(caret).toBeGreaterThan(word.left - 3);
  expect(caret).toBeLessThan(word.right + 3);
});

test("runs are searched and filtered", async ({ page }) => {
  await open(page, "library");
  await page.keyboard.press("/");
  await expect(page.locator("#search")).toBeFocused();
  await page.keyboard.type("two-node hazard");
  await expect(page.locator(".count")).toHaveText(/^[1-9]\d? of \d+ runs$/);
  await page.locator("#search").fill("no such run at all");
  await expect(page.locator(".count")).toHaveText(/^0 of/);
  await page.locator("#search").fill("");
  await page.getByLabel("Verdict").selectOption("hazard");
  await expect(page.locator(".run:not(.hazard)")).toHaveCount(0);
  const first = page.locator(".run").first();
  const name = await first.locator(".name").textContent();
  await first.click();
  await expect(page.locator("h1")).toContainText(name!);
  await expect(page).toHaveURL(/#run=/);
  await page.goBack();
  await expect(page.locator("h1")).toContainText("minority-loses-quorum");
});

test("the overview counts verdicts by theme", async ({ page }) => {
  await open(page, "library", "#overview");
  const row = page.locator(".themes tr", { hasText: "splits" });
  await expect(row.locator("td").first()).toHaveText("1");
  await expect(row.locator("td.failed")).toHaveText("1");
  await page.getByRole("button", { name: "1 failed in splits" }).click();
  await expect(page.locator(".count")).toHaveText(/^1 of/);
  await nothingInaccessible(page);
});

test("a mark tells its whole contents on hover and on focus", async ({ page }) => {
  await open(page, "out/deep");
  const mark = page.locator(".mark.callback[aria-label*='node 1, client a'][aria-label*='dead 3']");
  await mark.hover();
  await expect(page.locator(".tip.open")).toContainText("quorum: quorate; member 1, 2; dead 3; context 42");
  await expect(page.locator(".tip.open")).toContainText("2:member 3:dead 1:member");
  await page.mouse.move(5, 5);
  await expect(page.locator(".tip.open")).toHaveCount(0);
  await mark.focus();
  await expect(page.locator(".tip.open")).toContainText("context 42");
  await page.keyboard.press("Escape");
  await expect(page.locator(".tip.open")).toHaveCount(0);
});

test("the diagram is walked with arrow keys", async ({ page }) => {
  await open(page, "out/deep");
  await page.locator(".diagram").focus();
  await page.keyboard.press("ArrowRight");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
  const first = await focused();
  expect(first).toMatch(/^node \d/);
  await page.keyboard.press("Home");
  expect(await focused()).toMatch(/^node 1, 0 s: daemon starts/);
  await page.keyboard.press("ArrowDown");
  expect(await focused()).toMatch(/client a/);
  const at = await focused();
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toMatch(/client a/);
  expect(await focused()).not.toBe(at);
  await page.keyboard.press("Enter");
  await expect(page.locator(".contents")).toContainText("client a");
});

test("the slider shows every node's state at any moment", async ({ page }) => {
  await open(page, "out/deep");
  const row = (id: number) => page.locator(".state .row", { has: page.getByRole("button", { name: `show node ${id}`, exact: true }) });
  await expect(row(3)).toContainText("no quorum");
  await expect(row(1)).toContainText("quorate");
  const slider = page.locator(".slider");
  await slider.focus();
  await page.keyboard.press("End");
  await expect(row(3)).toContainText("✓ quorate");
  await expect(row(3).locator("span").nth(3)).toHaveText("3 of 3");
  await page.keyboard.press("Home");
  await expect(row(3)).toContainText("down");
  expect(await slider.getAttribute("aria-valuetext")).toContain("step 0");
  await page.locator("h1").focus();
  await page.keyboard.press("n");
  await expect(page.locator("output")).toContainText(`${(await failureTime(page))[1]} step 2`);
});

test("a link leads to the same moment", async ({ page }) => {
  await open(page, "out/deep");
  const [ns, when] = await failureTime(page);
  await page.goto(address("out/deep", `#run=minority-loses-quorum&t=${ns}&step=2&node=3`));
  await expect(page.locator("output")).toContainText(`${when} step 2, partition`);
  await expect(page.locator(".label.chosen text")).toHaveText("node 3");
  await page.keyboard.press("]");
  await expect(page).toHaveURL(new RegExp(`t=${ns}&step=3`));
  const url = page.url();
  await page.goto("about:blank");
  await page.goto(url);
  await expect(page.locator("output")).toContainText("step 3, heal");
});

test("the scenario scrolls along, and leads to its steps", async ({ page }) => {
  await open(page, "out/deep");
  await page.getByRole("button", { name: "line 16: go to step 3" }).click();
  await expect(page.locator(".source li.now").first()).toHaveAttribute("data-line", "16");
  await expect(page.locator("output")).toContainText("step 3, heal");
});

test("messages are arrows on demand", async ({ page }) => {
  await open(page, "out/deep");
  await expect(page.locator(".arrows")).toHaveCount(0);
  await page.getByRole("combobox", { name: "messages" }).selectOption("all");
  expect((await page.locator(".arrows path").getAttribute("d"))!.length).toBeGreaterThan(100);
});

test("names that look like markup are words", async ({ page }) => {
  await open(page, "out/deep");
  await page.locator(".run").nth(1).click();
  await expect(page.locator("h1")).toContainText("it's </script><b>&amp;<!-- ");
});

for (const shade of ["light", "dark"] as const)
  test(`nothing is inaccessible, ${shade}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: shade });
    await open(page, "library");
    await nothingInaccessible(page);
    await page.keyboard.press("?");
    await expect(page.locator("dialog")).toBeVisible();
    await nothingInaccessible(page);
    await page.keyboard.press("Escape");
    await expect(page.locator("dialog")).toBeHidden();
  });

test("dark and light can be chosen", async ({ page }) => {
  await open(page, "out/deep");
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await back();
  await page.keyboard.press("d");
  await expect.poll(back).not.toBe(light);
  await page.keyboard.press("d");
  await expect.poll(back).toBe(light);
});

test("on a phone all is in one column, and nothing sticks out", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "library");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const tops = await page.evaluate(() => [".card", ".source", ".diagram", ".state"].map((name) => document.querySelector(name)!.getBoundingClientRect()).map((box) => [box.left, box.right, box.top]));
  for (const [left, right] of tops) {
    expect(left).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(390);
  }
  expect(tops.map((box) => box[2])).toEqual(tops.map((box) => box[2]).sort((a, b) => a - b));
  await nothingInaccessible(page);
});

test("printed, it has the failures and the whole scenario, and no buttons", async ({ page }) => {
  await open(page, "out/deep");
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".card").first()).toBeVisible();
  await expect(page.locator("nav")).toBeHidden();
  await expect(page.locator(".slider")).toBeHidden();
  const source = await page.locator(".source").evaluate((box) => box.scrollHeight - box.clientHeight);
  expect(source).toBeLessThanOrEqual(1);
  await expect(page.locator(".events [role=rowgroup]:not(.head) .row")).toHaveCount(60);
  await expect(page.locator(".events")).toContainText("60 of 66 events, those about the moment");
});

test("nodes that go through the same share a lane", async ({ page }) => {
  await open(page, "big");
  await expect(page.locator(".label > text")).toHaveText(["node 1", "one", "190 nodes", "2–191", "node 192", "191 nodes", "193–383", "node 384", "last"]);
  await page.getByRole("textbox", { name: "nodes" }).fill("100");
  await expect(page.locator(".label > text")).toHaveText(["node 100"]);
});

test("a card says what was known on the spot, and what the manual says of it", async ({ page }) => {
  await open(page, "library", "#run=rolling-update");
  await expect(page.locator(".why")).toHaveText([
    "Node 1 then: 1 of 2 expected votes, quorum 2; expected votes went 4 → 3 → 2; ring 1.29 of 1; wait_for_all, last_man_standing.",
    "last_man_standing goes from two nodes to one only with auto_tie_breaker: votequorum(5).",
  ]);
  await expect(page.locator(".mark.timer .name").last()).toHaveText("LMS");
});

test("failures that differ in their node alone are told together", async ({ page }) => {
  await open(page, "library", "#run=device-keeps-half");
  await expect(page.locator(".card")).toHaveCount(1);
  await expect(page.locator(".card .why").nth(1)).toContainText("registered and not alive");
  await page.getByRole("button", { name: "show node 2", exact: true }).first().click();
  await expect(page.locator(".label.chosen text")).toHaveText("node 2");
  await expect(page.locator(".card")).toContainText("node 2 is quorate");
});

test("all callbacks that came stand beside what was expected of them", async ({ page }) => {
  await open(page, "joining");
  const rows = page.locator(".card").first().locator("tbody tr");
  await expect(rows).toHaveCount(8);
  await expect(rows.nth(0)).toContainText("1 nodelist context 7 ring 1.9 members 1, 2 not expected");
  await expect(rows.nth(6)).toHaveText("1 nodelist members 1–57 nodelist context 7 ring 1.21 members 1–5");
  await expect(page.locator(".card").first().locator("mark")).toHaveCount(6);
  const among = page.locator(".card").nth(1).locator("tbody tr");
  await expect(among).toHaveText(["–1 nodelist context 7 ring 1.25 members 1–4", "1 nodelist members 1, 2– did not come", "2 quorum2 quorum context 7 quorate 1 nodes 2:member 3:member 4:member 5:dead 1:member"]);
  await expect(page.locator("body")).not.toContainText(/and \d+ more/);
  await nothingInaccessible(page);
});

test("a card says why one after the other and all at once differ", async ({ page }) => {
  await open(page, "joining");
  await expect(page.locator(".card").first().locator(".why").nth(1)).toHaveText("Nodes 2–5 joined one after the other, so 4 rings came, each with callbacks of its own; start: {nodes: [...], together: true} boots them at once.");
  await page.goto("about:blank");
  await open(page, "joining", "#run=two-at-once");
  await expect(page.locator(".why").nth(1)).toContainText("Nodes 3 and 4 were lost in one change of rings, 1.17 to 1.21: last_man_standing lowers expected votes only");
});

test("starts, stops, crashes and pauses have signs of their own, and the legend has them", async ({ page }) => {
  await open(page, "joining");
  const zoomed = page.locator(".diagram");
  for (let i = 0; i < 4; i++) await page.keyboard.press("-");
  const shapes = await zoomed.evaluate((box) => Object.fromEntries(["starts", "stopped", "crashed", "paused", "resumed"].map((word) => [word, box.querySelector(`.mark.node[aria-label*='${word}'] .shape`)?.getAttribute("d")])));
  expect(Object.values(shapes)).not.toContain(undefined);
  expect(new Set(Object.values(shapes)).size).toBe(5);
  await page.locator(".legend summary").click();
  const legend = await page.locator(".legend path").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")));
  for (const shape of Object.values(shapes)) expect(legend).toContain(shape);
});

test("the axis says where it leaves time out", async ({ page }) => {
  await open(page, "out/deep");
  await expect(page.locator(".diagram .gap text")).toHaveText(["8 s"]);
});

test("neither the last step's label nor the last column is cut", async ({ page }) => {
  await open(page, "joining");
  await page.locator(".diagram").evaluate((box) => (box.scrollLeft = box.scrollWidth));
  await expect(page.locator(".steps text:not(.time)").last()).toHaveText("7 start: the last of all …");
  const past = (inner: string, outer: string) => page.evaluate(([inner, outer]) => [...document.querySelectorAll(inner)].pop()!.getBoundingClientRect().right - document.querySelector(outer)!.getBoundingClientRect().right, [inner, outer]);
  expect(await past(".steps text:not(.time)", ".diagram")).toBeLessThanOrEqual(0);
  await page.goto("about:blank");
  await open(page, "joining", "#run=two-at-once");
  expect(await past(".state [role=columnheader]", ".state")).toBeLessThanOrEqual(0);
});

test("the overview lists the failures", async ({ page }) => {
  await open(page, "library", "#overview");
  await expect(page.locator(".worth li")).toHaveCount(3);
  await page.locator(".worth a", { hasText: "device-keeps-half" }).click();
  await expect(page.locator("h1")).toContainText("device-keeps-half");
});

test("384 nodes: only what is in sight is drawn", async ({ page }) => {
  await open(page, "big");
  await expect(page.locator(".facts summary")).toContainText("384 nodes");
  const drawn = () => page.evaluate(() => document.querySelectorAll(".diagram *").length);
  expect(await drawn()).toBeLessThan(3000);
  await page.getByRole("checkbox", { name: "alike as one" }).uncheck();
  expect(await drawn()).toBeLessThan(3000);
  await expect(page.locator(".label text").first()).toHaveText("node 1");
  await page.locator(".diagram").evaluate((box) => (box.scrollTop = box.scrollHeight));
  await expect(page.locator(".label text").last()).toHaveText("last");
  await page.getByRole("combobox", { name: "messages" }).selectOption("all");
  await expect(page.locator(".arrows path")).toHaveCount(1);
  expect(await drawn()).toBeLessThan(20000);
  await page.getByRole("textbox", { name: "nodes" }).fill("191-193");
  await expect(page.locator(".label text")).toHaveText(["node 191", "node 192", "node 193"]);
  await page.locator(".events").evaluate((box) => (box.scrollTop = box.scrollHeight));
  await expect(page.locator(".events")).toContainText("the run ends");
  await nothingInaccessible(page);
});
