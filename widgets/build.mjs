/**
 * Builds `src/index.ts` into one ES module and the loader beside it, in `../sandbox_kernel/static/`; both are committed,
 * so that installing needs no Node. The bundle carries the hash of its own text: the loader asks a server for exactly
 * the build that its kernel has. `node build.mjs --check` fails when what is committed is not what the sources give.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const PLACE = "@build@";
const OUT = new URL("../sandbox_kernel/static/", import.meta.url);
const options = { absWorkingDir: import.meta.dirname, format: "esm", target: "es2022", minify: true, write: false };

/** Packages whose code is in a bundle, by their directory. */
const bundled = new Set();

async function bundle(entry, more = {}) {
  const result = await build({ ...options, metafile: true, entryPoints: [entry], ...more });
  for (const input of Object.keys(result.metafile.inputs)) {
    const directory = input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/);
    if (directory) {
      bundled.add(directory[0]);
    }
  }
  return result.outputFiles[0].text;
}

/** Name, version, licence and its text of everything that is bundled: what these licences ask for in return. */
function licences() {
  const entries = [...bundled].sort().map((directory) => {
    const place = new URL(`${directory}/`, import.meta.url);
    const { name, version, license } = JSON.parse(readFileSync(new URL("package.json", place), "utf8"));
    const file = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry));
    if (!license || !file) {
      throw new Error(`${name} ${version} says nothing of its licence; do not bundle it`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(new URL(file, place), "utf8").trim()}\n`;
  });
  return `The JavaScript of this directory contains these packages.\n\n${entries.join(`\n${"-".repeat(80)}\n\n`)}`;
}

const define = { BUILD: JSON.stringify(PLACE) };
const text = await bundle("src/index.ts", {
  bundle: true,
  define,
  charset: "utf8",
  legalComments: "none",
  loader: { ".css": "text" },
  jsx: "automatic",
  jsxImportSource: "preact",
});
const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
const lab = await bundle("src/lab/plugin.ts", { bundle: true, define, format: "iife", charset: "utf8" });
const files = {
  "lab.js": lab.replaceAll(PLACE, hash),
  "widgets.js": text.replaceAll(PLACE, hash),
  "loader.js": (await bundle("src/loader.js", { define })).replaceAll(PLACE, hash),
  "../share/voila/sandbox/index.html.j2": readFileSync(
    new URL("src/voila.html.j2", import.meta.url),
    "utf8",
  ).replaceAll(PLACE, hash),
  "LICENSES.txt": licences(),
};

const check = process.argv.includes("--check");
mkdirSync(OUT, { recursive: true });
for (const [name, content] of Object.entries(files)) {
  const path = new URL(name, OUT);
  if (!check) {
    writeFileSync(path, content);
  } else if (readFileSync(path, "utf8") !== content) {
    console.error(`sandbox_kernel/static/${name} is not what the sources give; run: npm run build`);
    process.exitCode = 1;
  }
}
console.log(`widgets ${hash}: ${(text.length / 1024).toFixed(0)} KB`);
