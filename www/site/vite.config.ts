import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Every page of the site; each is an HTML file beside this one. */
const PAGES = ['index', 'score', 'remember', 'recall', 'train'];

/** Puts `src/parts/NAME.html` where a page says `<!-- part: NAME -->`. */
function parts(): Plugin {
  return {
    name: 'attune-parts',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { path }) => {
        const page = path.split('/').pop() || 'index.html';
        return html
          .replace(/<!-- part: (\w+) -->/g, (_, name) =>
            readFileSync(here(`src/parts/${name}.html`), 'utf8').trimEnd(),
          )
          .replace(`<li><a href="./${page}">`, `<li><a href="./${page}" aria-current="page">`);
      },
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: './',
  plugins: [parts()],
  // The samples and the package lie outside the site's folder.
  server: { fs: { allow: [here('../..')] } },
  worker: { format: 'es' },
  build: {
    target: 'es2022',
    outDir: here('../../pkg/site'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The polyfill is for browsers older than the target.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: Object.fromEntries(PAGES.map((name) => [name, here(`${name}.html`)])),
    },
  },
});
