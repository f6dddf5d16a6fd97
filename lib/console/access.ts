import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

/** Controls access to the console: only the browser that first opens the printed address may use it. */
export interface Access {
  /** The token in the printed address, valid once. */
  readonly token: string;
  /** A token in every form, which only pages of this console have. */
  readonly formToken: string;
  readonly isFormToken: (token: string | undefined) => boolean;
  /** Whether the address was opened a second time, without the session: it ends the session, since one of the two is a stranger. */
  readonly isOver: () => boolean;
  readonly middleware: MiddlewareHandler;
}

const secret = () => randomBytes(32).toString('base64url');

const digestOf = (text: string) => createHash('sha256').update(text).digest();

const isSame = (one: string, other: string) => timingSafeEqual(digestOf(one), digestOf(other));

const reads: readonly string[] = ['GET', 'HEAD'];

/**
 * Decides on each request, in this order:
 *
 * | request                                                   | answer |
 * |-----------------------------------------------------------|--------|
 * | a `Host` that is not the console's own (DNS rebinding)    | 403 |
 * | a method other than GET, HEAD and POST                    | 405 |
 * | an `Origin` of another page, or a POST without one        | 403 |
 * | sent by a page of another site or port                    | 403 |
 * | with the token, for the first time                        | sets the cookie, and redirects to the first page without the token |
 * | with the token, again, without the cookie                 | 401, and the session has ended |
 * | without the cookie                                        | 401 |
 *
 * @param host - `127.0.0.1:PORT`, as soon as it is known
 */
export function createAccess(host: () => string): Access {
  const token = secret();
  const session = secret();
  const formToken = createHmac('sha256', session).update('form').digest('base64url');
  let [isUsed, isOver] = [false, false];
  const refused = (c: Context, status: 401 | 403 | 405, text: string) =>
    c.text(`${text}\n`, status);
  // Cookies do not depend on the port, so each console on a machine has its own cookie name.
  const cookie = () => `trueup_console_${host().replace(/^.*:/, '')}`;
  const isKnown = (c: Context) => !isOver && isSame(getCookie(c, cookie()) ?? '', session);

  const middleware: MiddlewareHandler = async (c, next) => {
    const { method } = c.req;
    if (c.req.header('host') !== host()) return refused(c, 403, 'Not the address of this console.');
    const isRead = reads.includes(method);
    if (!isRead && method !== 'POST') return refused(c, 405, 'GET, HEAD and POST only.');
    const origin = c.req.header('origin');
    const isOwn = origin === `http://${host()}`;
    if (origin === undefined ? !isRead : !isOwn) {
      return refused(c, 403, 'This request was sent by a page that is not of this console.');
    }
    const site = c.req.header('sec-fetch-site');
    const isOpened = isRead && (site === undefined || site === 'none');
    if (!isOpened && site !== undefined && site !== 'same-origin') {
      return refused(c, 403, 'This request was sent by a page that is not of this console.');
    }
    const given = c.req.query('token');
    if (isRead && given !== undefined) {
      if (!isKnown(c)) {
        if (!isSame(given, token)) return refused(c, 401, noSession);
        isOver = isUsed;
        if (isOver) return refused(c, 401, openedTwice);
        isUsed = true;
        setCookie(c, cookie(), session, { httpOnly: true, sameSite: 'Strict', path: '/' });
      }
      return c.redirect('/', 303);
    }
    if (!isKnown(c)) return refused(c, 401, noSession);
    await next();
    return undefined;
  };
  return {
    token,
    formToken,
    isFormToken: (one) => one !== undefined && isSame(one, formToken),
    isOver: () => isOver,
    middleware,
  };
}

const restart =
  'In the terminal where the console was started, stop it with Ctrl-C if it still runs, run the same command again, and open the new address that it prints. Each address works once.';

const noSession = 'No session: this one has ended, or was opened in another browser. ' + restart;

const openedTwice =
  'This address was opened before, in another browser or by another user, so its session has ended. ' +
  restart;
