// Makes static/vendor/ (ignored by git) out of node_modules: only what the pages and the PDFs load.
//
//   vendor/bootstrap.min.css        style sheet; its icons are data: images, so the CSP needs `img-src 'self' data:`
//   vendor/idb.mjs                  export {openDB, deleteDB, wrap, unwrap}
//   vendor/qr.mjs                  export {qrcode}: draws QR codes
//   vendor/barcode_detector.mjs     export {BarcodeDetector, prepareZXingModule, …}: the ponyfill, without its default remote address
//   vendor/zxing_reader.wasm        its decoder, found beside it; the CSP needs `script-src 'self' 'wasm-unsafe-eval'`
//   vendor/echarts.mjs              export {init, use, graphic, format}, built from js/charts/echarts_entry.mjs
//   vendor/fonts/NotoSansSC-Regular.ttf, vendor/fonts/NotoSansSC-Bold.ttf   for PDFs (about 10 MB each, subset when written)
//   vendor/LICENSES.txt             the licences of all of the above
import {cp, mkdir, readFile, rename, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {build} from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "vendor");
const fresh = join(here, "vendor.new"); // swapped in at the end, so that a broken run leaves the old files whole

const FONT = "@expo-google-fonts/noto-sans-sc";
const COPIES = {
  "zxing_reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
  "fonts/NotoSansSC-Regular.ttf": `${FONT}/400Regular/NotoSansSC_400Regular.ttf`,
  "fonts/NotoSansSC-Bold.ttf": `${FONT}/700Bold/NotoSansSC_700Bold.ttf`,
};
const LICENCES = {
  "bootstrap.min.css": "bootstrap/LICENSE",
  "idb.mjs": "idb/LICENSE",
  "barcode_detector.mjs": "barcode-detector/LICENSE",
  "zxing_reader.wasm": "zxing-wasm/LICENSE",
  "echarts.mjs": "echarts/LICENSE",
  "echarts.mjs (notice)": "echarts/NOTICE",
  "echarts.mjs (zrender)": "zrender/LICENSE",
  "fonts/NotoSansSC-*.ttf": `${FONT}/LICENSE_FONT`,
};
const LICENCES_IN_HEADS = {"qr.mjs": "qrcode-generator/dist/qrcode.mjs"}; // a package whose licence stands in its file's first comment only

// The decoder's glue asks a public host for its .wasm unless told otherwise; ours stands beside the module.
const LOCAL_WASM = `
import {setZXingModuleOverrides} from "barcode-detector/ponyfill";
setZXingModuleOverrides({locateFile: (path) => new URL("./" + path, import.meta.url).href});
export * from "barcode-detector/ponyfill";
`;

const BUNDLES = {
  "bootstrap.min.css": {entryPoints: [join(modules, "bootstrap/dist/css/bootstrap.css")]},
  "idb.mjs": {stdin: {contents: 'export * from "idb";', resolveDir: here}},
  "qr.mjs": {stdin: {contents: 'export {qrcode} from "qrcode-generator";', resolveDir: here}},
  "barcode_detector.mjs": {stdin: {contents: LOCAL_WASM, resolveDir: here}},
  "echarts.mjs": {entryPoints: [join(here, "js/charts/echarts_entry.mjs")], nodePaths: [modules]},
};

await rm(fresh, {recursive: true, force: true});
await mkdir(join(fresh, "fonts"), {recursive: true});
for (const [name, options] of Object.entries(BUNDLES)) {
  await build({
    ...options, outfile: join(fresh, name), bundle: true, minify: true, format: "esm", target: "es2020",
    legalComments: "none", charset: "utf8", logLevel: "warning", define: {"process.env.NODE_ENV": '"production"'},
  });
}
for (const [name, source] of Object.entries(COPIES)) await cp(join(modules, source), join(fresh, name));
const licences = await Promise.all(
  Object.entries(LICENCES).map(async ([name, file]) => `== ${name}\n\n${await readFile(join(modules, file), "utf8")}\n`),
);
for (const [name, file] of Object.entries(LICENCES_IN_HEADS)) {
  const [head] = (await readFile(join(modules, file), "utf8")).split(/^(?!\/\/)/m);
  licences.push(`== ${name}\n\n${head}\n`);
}
await writeFile(join(fresh, "LICENSES.txt"), licences.join("\n"));
await rm(target, {recursive: true, force: true});
await rename(fresh, target);
