import type { html } from 'hono/html';

/** What the `html` templates make: text in them is escaped, and other templates are as they are. */
export type Html = ReturnType<typeof html>;
