/**
 * How the page looks, against the pictures that its README shows (screenshots/). A changed word or number passes, a
 * broken layout does not. `make report-screenshots` takes them anew: look at each before it is committed.
 */
import { expect, test, type Page } from "@playwright/test";

const folder = process.env.VOTESIM_REPORTS;
const tolerance = { maxDiffPixelRatio: 0.02, threshold: 0.25 };

/** The fonts that harness/setup.sh installs, whatever others there are. */
const fonts = `html { font-family: "DejaVu Sans" !important } code, .pre, dd, .caret { font-family: "DejaVu Sans Mono" !important }`;

async function open(page: Page, report: string, width: number, height: number, hash = "") {
  await page.setViewportSize({ width, height });
  await page.goto(`file://${folder}/${report}/index.html${hash}`);
  await page.addStyleTag({ content: fonts });
  await page.waitForSelector("h1");
  await page.evaluate(() => document.fonts.ready);
}

test("layout: a failing run", async ({ page }) => {
  await open(page, "out/deep", 1280, 800);
  await expect(page).toHaveScreenshot("failing.png", tolerance);
});

test("layout: 384 nodes, failing", async ({ page }) => {
  await open(page, "large", 1280, 800);
  await expect(page).toHaveScreenshot("large.png", tolerance);
});

test("layout: dark", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, "two", 1280, 800);
  await expect(page).toHaveScreenshot("dark.png", tolerance);
});

test("layout: the overview", async ({ page }) => {
  await open(page, "two", 1000, 420, "#overview");
  await expect(page).toHaveScreenshot("overview.png", tolerance);
});

test("layout: a phone", async ({ page }) => {
  await open(page, "out/deep", 390, 1400);
  await expect(page).toHaveScreenshot("phone.png", tolerance);
});

test("layout: printed", async ({ page }) => {
  await page.emulateMedia({ media: "print" });
  await open(page, "out/deep", 794, 1123);
  await expect(page).toHaveScreenshot("print.png", tolerance);
});

for (const [what, style] of [["columns that fall below each other", ".beside { display: block }"], ["lanes that lost their bars", ".span { display: none }"],
  ["cards that lost their columns", ".pairs, .cards { display: block !important }"]])
  test(`layout: ${what} are noticed`, async ({ page }) => {
    await open(page, "out/deep", 1280, 800);
    await page.addStyleTag({ content: style });
    await expect(page).not.toHaveScreenshot("failing.png", { ...tolerance, timeout: 3000 });
  });
