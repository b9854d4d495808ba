import { el } from './dom.js';

/** Hands the visitor a text as a file. */
export function download(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = el('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser has the content once the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Rows as JSON Lines. */
export function jsonLines(rows: readonly object[]): string {
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}
