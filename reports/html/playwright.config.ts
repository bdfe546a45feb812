import { defineConfig } from "@playwright/test";

/** Pages are opened from disk; there is no server, and the browser is Debian's. */
export default defineConfig({
  testDir: "test",
  timeout: 60_000,
  workers: 1,
  snapshotPathTemplate: "screenshots/{arg}{ext}",
  updateSnapshots: "none",
  outputDir: process.env.VOTESIM_REPORTS ? `${process.env.VOTESIM_REPORTS}/test-results` : "test-results",
  use: {
    viewport: { width: 1400, height: 1000 },
    launchOptions: { executablePath: "/usr/bin/chromium" },
  },
});
