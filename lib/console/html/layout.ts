import { html } from 'hono/html';
import type { Html } from './html.types.ts';

/** A page of the console. */
export interface Page {
  readonly title: string;
  /** Which of the five pages it is, or belongs to. */
  readonly place: keyof typeof places | undefined;
  readonly body: Html | readonly Html[];
  /** Whether the script reads it again by itself: it reads tables only, and has no form that is being filled in. */
  readonly isLive?: true;
}

const places = {
  fleet: ['/', 'Fleet'],
  servers: ['/servers', 'Servers'],
  plan: ['/plan', 'Plan'],
  history: ['/history', 'History'],
} as const;

/** What surrounds every page. */
export interface Frame {
  readonly name: string;
  readonly isWriting: boolean;
}

export function layout({ name, isWriting }: Frame, { title, place, body, isLive }: Page): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} - Trueup</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/console.css" />
        <script src="/console.js" type="module"></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p class="name"><strong>Trueup</strong> <span>${name}</span></p>
          <nav aria-label="Main">
            <ul>
              ${Object.entries(places).map(
                ([key, [path, text]]) =>
                  html`<li>
                    <a href="${path}" ${key === place ? html`aria-current="page"` : ''}>${text}</a>
                  </li>`,
              )}
            </ul>
          </nav>
          <p class="rights">${isWriting ? 'May act' : 'Read-only'}</p>
        </header>
        <main id="main" tabindex="-1" ${isLive ? html`data-live` : ''}>
          <h1>${title}</h1>
          ${body}
        </main>
        <p id="said" role="status"></p>
      </body>
    </html>`;
}
