import { el } from './dom.js';

/** Hands the visitor a text, or bytes, as a file. */
export function download(name: string, content: string | Uint8Array, type: string): void {
  // A copy, since a Blob takes no memory that workers could share.
  const part = typeof content === 'string' ? content : content.slice();
  const url = URL.createObjectURL(new Blob([part], { type }));
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
