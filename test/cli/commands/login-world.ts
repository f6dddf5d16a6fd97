import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBarndoor } from '../../../lib/local/gateways/barndoor/simulator.ts';
import type { BarndoorSimulator } from '../../../lib/local/gateways/barndoor/simulator.ts';
import { startTokenEndpoint } from '../../../lib/local/issuer/token-endpoint.ts';
import type { TokenEndpoint } from '../../../lib/local/issuer/token-endpoint.ts';
import { serverIds } from '../../support/world.ts';
import { browser } from './browser.ts';
import type { SeenPage, Visit } from './browser.ts';
import { trueup } from '../run.ts';
import type { Ran, RunOptions } from '../run.ts';

/** The secret that the connection `acme` of a login world declares. */
export const secret = 'trueup/acme/sign-in';
/** Under this name the file of secrets has what a login or an exchange brought. */
export const saved = '/trueup/acme/sign-in';

export const files = ['--file', 'trueup.json', '--secrets', 'secrets.json'];

/** A folder with the connection `acme`, whose auth is a person's, and its issuer and vendor on loopback. */
export interface LoginWorld {
  readonly folder: string;
  readonly issuer: TokenEndpoint;
  readonly vendor: BarndoorSimulator;
  readonly secretsPath: string;
  readonly secrets: () => Promise<Record<string, Record<string, string>>>;
  readonly store: (content: object) => Promise<void>;
  /** Declares the connection with other auth. */
  readonly declare: (auth?: Record<string, unknown>) => Promise<void>;
  /** What its hosts are, for a process of its own. */
  readonly environment: Record<string, string>;
  readonly run: (argv: readonly string[], more?: RunOptions) => Promise<Ran>;
  /** Logs in, with somebody who does `visit` at the printed address. */
  readonly login: (
    visit?: Visit,
    argv?: readonly string[],
    more?: RunOptions,
  ) => Promise<Ran & { readonly url: URL; readonly page: SeenPage; readonly redirectUri: string }>;
  readonly close: () => Promise<void>;
}

export async function startLoginWorld(): Promise<LoginWorld> {
  const [id = ''] = serverIds(1);
  const folder = await mkdtemp(join(tmpdir(), 'trueup-cli-'));
  const issuer = await startTokenEndpoint({ clients: { person: undefined } });
  const vendor = await startBarndoor({ servers: [{ id, name: 'A' }], tokens: issuer.accepts });
  const secretsPath = join(folder, 'secrets.json');
  const hosts = [vendor.url, issuer.url].map((url) => `barndoor=${new URL(url).host}`).join(',');
  const environment = { TRUEUP_ALLOWED_HOSTS: hosts };
  const declare = async (auth: Record<string, unknown> = {}) => {
    const declaration = {
      connection: 'acme',
      provider: 'barndoor',
      baseUrl: vendor.url,
      auth: {
        type: 'refresh-token',
        tokenUrl: issuer.tokenUrl,
        client_id: 'person',
        refresh_token: { secret },
        ...auth,
      },
      servers: [{ id, spec: { name: 'A' } }],
    };
    await writeFile(join(folder, 'trueup.json'), JSON.stringify(declaration));
  };
  await declare();
  const run: LoginWorld['run'] = (argv, more = {}) =>
    trueup(argv, {
      cwd: folder,
      ...more,
      environment: { ...environment, ...more.environment },
    });
  return {
    folder,
    issuer,
    vendor,
    secretsPath,
    secrets: async () => JSON.parse(await readFile(secretsPath, 'utf8')),
    store: (content) => writeFile(secretsPath, JSON.stringify(content), { mode: 0o600 }),
    declare,
    environment,
    run,
    login: async (visit, argv = [], more = {}) => {
      const person = browser(visit);
      const heard = (text: string) => {
        person.hears(text);
        more.heard?.(text);
      };
      const ran = await run(['login', 'acme', '--no-browser', ...files, ...argv], {
        ...more,
        heard,
      });
      const url = person.address();
      const redirectUri = url.searchParams.get('redirect_uri') ?? '';
      return { ...ran, url, redirectUri, page: await person.page() };
    },
    close: async () => {
      await vendor.close();
      await issuer.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Nobody listens there any more. */
export const isGone = (redirectUri: string) =>
  fetch(redirectUri).then(
    () => false,
    () => true,
  );

/** Waits for something to come true. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
