import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import { csrf } from 'hono/csrf';
import { etag } from 'hono/etag';
import { html } from 'hono/html';
import { secureHeaders } from 'hono/secure-headers';
import { createAccess } from './access.ts';
import { ActDesk } from './acts/act-desk.ts';
import { askedIn, known } from './acts/act-page.ts';
import { ActRefused } from './acts/act.types.ts';
import { script } from './assets/script.ts';
import { icon, style } from './assets/style.ts';
import type { ConsoleWorld } from './console.types.ts';
import { currentId } from './current-id.ts';
import { layout } from './html/layout.ts';
import type { Page } from './html/layout.ts';
import { pagesOf } from './pages/pages.ts';
import { FleetReader } from './reading.ts';

/** The console as one handler. */
export interface Console {
  readonly handle: (request: Request) => Promise<Response>;
  /** Part of the first address: `/?token=...`, once. */
  readonly token: string;
  /** Whether its session was ended, since its address was opened twice. */
  readonly isOver: () => boolean;
}

type Status = 200 | 400 | 403 | 404 | 409 | 500;

const own = ["'self'"];

const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: own,
    scriptSrc: own,
    imgSrc: own,
    connectSrc: own,
    formAction: own,
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  // With no-referrer a browser sends forms with the origin null.
  referrerPolicy: 'same-origin',
  // It is plain HTTP, on this machine alone.
  strictTransportSecurity: false,
});

/** More than any form of the console. A larger body is answered with 413. */
const longestBody = 16_384;

/** More than any name, id or filter of an address: what is longer is cut. */
const longestField = 256;

/**
 * @param world - what is shown, and acted on
 * @param host - `127.0.0.1:PORT`: requests with another `Host` are refused
 */
export function createConsole(world: ConsoleWorld, host: () => string): Console {
  const access = createAccess(host);
  const reader = new FleetReader(world);
  const desk = new ActDesk(world, access.formToken, () => reader.forget());
  const pages = pagesOf(world, reader);
  const app = new Hono();
  const show = async (c: Context, page: Page, status: Status = 200) =>
    c.html(withoutIndent(String(await layout(world, page))), status);

  app.use(headers);
  app.use(async (c, next) => {
    await next();
    c.header(
      'cache-control',
      c.req.path.startsWith('/console.') ? 'private, max-age=3600' : 'no-store',
    );
  });
  app.use(access.middleware);
  app.use(csrf({ origin: (origin) => origin === `http://${host()}` }));
  app.use(bodyLimit({ maxSize: longestBody }));
  app.use(compress());
  app.use(etag());

  app.get('/console.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/console.js', (c) =>
    c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/icon.svg', (c) => c.body(icon, 200, { 'content-type': 'image/svg+xml' }));
  for (const [path, page] of Object.entries(pages)) {
    app.get(path, async (c) => {
      const made = await page((field) => c.req.query(field)?.slice(0, longestField) || undefined);
      return made ? show(c, made) : show(c, notFound, 404);
    });
  }
  const askedBy = async (given: (field: string) => string | undefined) => {
    const asked = askedIn(given);
    if (!asked) return undefined;
    const { connection, id } = asked.subject;
    const found = known(asked, await reader.read());
    if (found || id === undefined) return found;
    // It may have been created since.
    const { ledger } = (await world.target()).deps;
    const subject = { ...asked.subject, id: await currentId(connection, id, ledger) };
    return known({ ...asked, subject }, await reader.read());
  };
  app.get('/act', async (c) => {
    const asked = await askedBy((field) => c.req.query(field));
    return asked ? show(c, await desk.form(asked)) : show(c, notFound, 404);
  });
  app.post('/act', async (c) => {
    const body = await c.req.parseBody();
    const given = (field: string) => {
      const value = body[field];
      return typeof value === 'string' ? value : undefined;
    };
    if (!access.isFormToken(given('formToken'))) return show(c, strange, 403);
    if (!world.isWriting) return show(c, readOnly, 403);
    const [asked, form, seen] = [await askedBy(given), given('form'), given('seen')];
    if (!asked || !form || !seen) return show(c, notFound, 404);
    const filled = { reason: given('reason') ?? '', until: given('until') ?? '' };
    const { status, page } = await desk.take(asked, form, seen, filled);
    return show(c, page, status);
  });
  app.notFound((c) => show(c, notFound, 404));
  app.onError((error, c) => {
    if ('getResponse' in error) return error.getResponse();
    if (error instanceof ActRefused) return show(c, failed(error.message, ''), 404);
    const { problem, next } = world.explain(error);
    return show(c, failed(problem, next), 500);
  });
  return {
    handle: async (request) => app.fetch(request),
    token: access.token,
    isOver: access.isOver,
  };
}

/** Removes the templates' indentation, which is a fifth of a page, but not inside preformatted text. */
const withoutIndent = (text: string) =>
  text.replaceAll(/(<pre[^]*?<\/pre>)|\n\s+/g, (_, kept?: string) => kept ?? '\n');

const simple = (title: string, ...texts: readonly string[]): Page => ({
  title,
  place: undefined,
  body: html`${texts.map((text) => (text === '' ? '' : html`<p>${text}</p>`))}`,
});

const notFound = simple(
  'Not found',
  'This page does not exist, or what it showed no longer exists.',
);
const readOnly = simple(
  'Nothing was done',
  'This console is read-only. To make changes here, start it with --write.',
);
const strange = simple(
  'Nothing was done',
  'The form belongs to another session. Open its page again.',
);
const failed = (problem: string, next: string) =>
  simple('That did not work', problem, next === '' ? '' : `Next: ${next}`);
