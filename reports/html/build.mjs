// Builds dist/report.html: one file, its scripts and styles within, a hole for the data.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";

const bundle = async (entry) => {
  const done = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    jsx: "automatic",
    jsxImportSource: "preact",
    alias: { react: "preact/compat", "react-dom": "preact/compat" },
  });
  return done.outputFiles[0].text.trim();
};

const script = (await bundle("src/main.tsx")).replaceAll("</script", "<\\/script");
const style = await bundle("src/style.css");
const template = await readFile("src/template.html", "utf8");
await mkdir("dist", { recursive: true });
await writeFile("dist/report.html", template.replace("/*style*/", () => style).replace("/*script*/", () => script));
