// A Chromium for the tests, which records every request and lets none leave this machine.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build } from 'vite';

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // WebGPU on whatever adapter there is, a software one included.
  '--enable-unsafe-webgpu',
];

/**
 * What the browser asks for of its own accord, whatever the page (updates, its account, its push
 * service, its form filler); flags silence most of it. A page that asked these hosts for something would still be
 * caught by its own request events.
 */
const BROWSER_ITSELF = new Set([
  'accounts.google.com',
  'android.clients.google.com',
  'clients2.google.com',
  'content-autofill.googleapis.com',
  'optimizationguide-pa.googleapis.com',
  'safebrowsing.googleapis.com',
  'update.googleapis.com',
  'www.google.com',
]);

/** Bundles the page of `page/`, as another site would, into `folder`. */
export function buildPage(folder) {
  return build({
    root: fileURLToPath(new URL('page', import.meta.url)),
    base: './',
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
  });
}

/** Starts a browser whose foreign requests all end here. */
export async function launch() {
  const executablePath = process.env.CHROME_BIN;
  if (!executablePath) throw new Error('CHROME_BIN names no browser: run the tests with npm test');
  const strangers = [];
  const note = (method, url) => {
    if (!BROWSER_ITSELF.has(new URL(url).hostname)) strangers.push(`${method} ${url}`);
  };
  // Everything that is not this machine goes to this proxy, which notes it and refuses. Requests
  // that the page's own events would miss (a worker's, a preconnect) end here as well.
  const proxy = createServer((request, response) => {
    note(request.method, request.url);
    response.writeHead(403).end();
  });
  proxy.on('connect', (request, socket) => {
    note('CONNECT', `https://${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({
    executablePath,
    args: FLAGS,
    proxy: { server: `http://127.0.0.1:${proxy.address().port}`, bypass: 'localhost' },
  });
  return {
    browser,
    /** Requests to other machines. */
    strangers,
    async close() {
      await browser.close();
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

/** A page that fails loudly: its errors, console errors and refused requests are collected. */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  context.on('request', (request) => requests.push(request.url()));
  return { page, problems, requests, close: () => context.close() };
}
