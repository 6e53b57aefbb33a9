// A headless Chromium, told what to do over stdin: `node --input-type=module -e "$(cat browser.mjs)" PROGRAM` beside the
// installed packages. Each line is `{"do": NAME, "page": NUMBER, …}`; each answer is a line `{"ok": …}` or `{"error": …}`.
// It ends with its input.
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const PATIENCE = 30_000;

const browser = await chromium.launch({
  executablePath: process.argv[1],
  args: [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Pages that ask for something elsewhere get an error at once instead of waiting for a network.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost",
  ],
});
const pages = [];

/** Adds a page of a context; what it complains about on its console is kept. */
async function open(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  pages.push({ page, complaints });
  return pages.length - 1;
}

const deeds = {
  // A person: cookies are nobody else's.
  person: async () => open(await browser.newContext({ ignoreHTTPSErrors: true })),
  tab: async ({ page }) => open(page.context()),
  goto: async ({ page, url }) => (await page.goto(url))?.status() ?? null,
  fill: async ({ page, selector, text }) => page.fill(selector, text),
  click: async ({ page, selector }) => page.click(selector),
  wait_for: async ({ page, selector }) => void (await page.waitForSelector(selector)),
  wait_for_url: async ({ page, prefix }) => {
    await page.waitForURL((url) => url.href.startsWith(prefix), { timeout: PATIENCE });
    return page.url();
  },
  url: async ({ page }) => page.url(),
  text: async ({ page }) => page.innerText("body"),
  html: async ({ page }) => page.content(),
  cookies: async ({ page }) => page.context().cookies(),
  evaluate: async ({ page, script }) => (await page.evaluate(script)) ?? null,
  screenshot: async ({ page, path }) => void (await page.screenshot({ path, fullPage: true })),
  complaints: async ({ complaints }) => complaints,
};

async function carryOut(line) {
  try {
    const order = JSON.parse(line);
    const ok = await deeds[order.do]({ ...order, ...pages[order.page] });
    return { ok: ok ?? null };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await carryOut(line))}\n`);
}
await browser.close();
