import { createConsole } from '../../lib/console/console.ts';
import type { ConsoleTarget, ConsoleWorld } from '../../lib/console/console.types.ts';
import { explain } from '../../lib/cli/errors/explain.ts';
import type { TestWorld } from './world.ts';

export const host = '127.0.0.1:4711';

/** A browser of a console: it keeps the cookie, and says of each request where it comes from. */
export interface Browser {
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  /** The page's text; fails on another status than 200. */
  readonly page: (path: string) => Promise<string>;
  readonly post: (
    fields: Readonly<Record<string, string>>,
    headers?: Record<string, string | undefined>,
  ) => Promise<Response>;
  readonly cookie: string;
}

export interface TestConsole {
  readonly handle: (request: Request) => Promise<Response>;
  readonly token: string;
  readonly isOver: () => boolean;
  readonly open: () => Promise<Browser>;
  /** What acts went on with after their answers. */
  readonly behind: Promise<unknown>[];
}

/** What a console on a world needs, for a person. */
export function worldOf(
  world: Pick<TestWorld, 'deps' | 'clock'>,
  changed: Partial<ConsoleWorld> = {},
): ConsoleWorld {
  const target = async (): Promise<ConsoleTarget> => ({
    deps: world.deps,
    connections: async () => (await Array.fromAsync(world.deps.desired.connections())).toSorted(),
    isRows: true,
  });
  return {
    name: 'stack trueup-test',
    target,
    caller: async () => 'kim@laptop',
    passes: 'on schedule',
    next: (line) => `${line} --stack trueup-test`,
    explain,
    isWriting: true,
    clock: world.clock,
    uuid: () => world.deps.uuid(),
    stop: new AbortController().signal,
    behind: (work) => void work,
    ...changed,
  };
}

/** A console on a world, for a person. */
export function consoleOn(
  world: Pick<TestWorld, 'deps' | 'clock'>,
  changed: Partial<ConsoleWorld> = {},
): TestConsole {
  const behind: Promise<unknown>[] = [];
  const own = { behind: (work: Promise<unknown>) => void behind.push(work), ...changed };
  const made = createConsole(worldOf(world, own), () => host);
  return { ...made, behind, open: () => open(made) };
}

async function open({ handle, token }: Pick<TestConsole, 'handle' | 'token'>): Promise<Browser> {
  const first = await handle(request(`/?token=${token}`));
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  const get: Browser['get'] = (path, headers = {}) => handle(request(path, { cookie, ...headers }));
  return {
    cookie,
    get,
    page: async (path) => {
      const answer = await get(path);
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
      return text;
    },
    post: (fields, headers = {}) =>
      handle(
        request(
          '/act',
          { cookie, origin: `http://${host}`, ...headers },
          new URLSearchParams(fields),
        ),
      ),
  };
}

/** As a browser sends it; headers that are undefined are left out. */
export function request(
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
  form?: URLSearchParams,
): Request {
  const all = { host, 'sec-fetch-site': form ? 'same-origin' : 'none', ...headers };
  return new Request(`http://${host}${path}`, {
    headers: Object.entries(all).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
    ...(form && { method: 'POST', body: form }),
  });
}

/** The fields of the form of a page, as they would be sent. */
export function formIn(page: string): Record<string, string> {
  const found = page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries(Array.from(found, ([, name = '', value = '']) => [name, value]));
}

/** A session at a console that listens: its address is opened. */
export async function sessionAt(address: string) {
  const { origin } = new URL(address);
  const first = await fetch(address, { redirect: 'manual' });
  const [cookie = ''] = (first.headers.get('set-cookie') ?? '').split(';');
  return {
    origin,
    get: (path: string) => fetch(origin + path, { headers: { cookie } }),
    post: (fields: Readonly<Record<string, string>>) =>
      fetch(`${origin}/act`, {
        method: 'POST',
        headers: { cookie, origin },
        body: new URLSearchParams(fields),
      }),
  };
}
