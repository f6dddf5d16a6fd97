import type { ServerResponse } from 'node:http';

/** The page that the browser shows at the end. Both texts may come from the provider, so they are escaped. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** Sends the page. Resolves once it is sent, or the browser has disconnected. */
export async function sendPage(response: ServerResponse, page: Page): Promise<void> {
  const closed = Promise.withResolvers<void>();
  response.once('close', closed.resolve);
  if (response.destroyed) return;
  const { status, title, text } = page;
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    // This page's URL contains the code, so nothing may load, store or forward it.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(
    `<!doctype html>\n<html lang="en"><head><title>${escaped(title)}</title></head>` +
      `<body><h1>${escaped(title)}</h1><p>${escaped(text)}</p></body></html>\n`,
  );
  await closed.promise;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
