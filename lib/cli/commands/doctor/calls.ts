import type { Auth, Connection } from '../../../model/desired.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { credentialOf, formatReference } from '../../../model/secret-reference.ts';
import type { Credentials } from '../../../sign-in/credentials.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { VendorSession } from '../../../gateways/provider.ts';
import { isVendorError } from '../../../model/errors/vendor-error.ts';
import { withSession } from '../../targets/with-session.ts';
import type { Check, Verdict } from './check.ts';
import { check, isWell, skipped } from './check.ts';

/** A token, and with it one page of the list. A refresh token is not exchanged: that is for who has the lease. */
export async function callChecks(
  { name, auth }: Connection,
  hosts: readonly Check[],
  deps: Dependencies,
  stop: AbortSignal,
): Promise<readonly Check[]> {
  const [token, list] = [`${name}: token`, `${name}: list call`];
  if (!hosts.every(isWell)) {
    const why = 'its host cannot be used';
    return [skipped(token, why), skipped(list, why)];
  }
  const checks: Check[] = [];
  const opened = await check(token, () =>
    withSession(name, deps, stop, async (session, _desired, credentials) => {
      const had = await check(token, () => tokenOf(credentials, auth), judgeToken(name, auth));
      const answered = isWell(had)
        ? await check(list, () => firstPage(session), judgeList(auth))
        : skipped(list, 'there is no token');
      checks.push(had, answered);
      return '';
    }),
  );
  return opened.ok ? checks : [opened, skipped(list, 'there is no token')];
}

async function tokenOf(credentials: Credentials, auth: Auth): Promise<string> {
  await credentials.token({ renew: false });
  switch (auth.type) {
    case 'bearer':
      return `that of secret ${formatReference(auth.token)}`;
    case 'client-credentials':
      return 'the token endpoint gave one';
    case 'refresh-token':
      return 'the one that was saved still holds';
  }
}

async function firstPage(session: VendorSession): Promise<string> {
  for await (const page of session.list()) {
    return `answered, ${counted(page.length, 'server')} on the first page`;
  }
  return 'answered, no servers';
}

function judgeToken(connection: string, auth: Auth): (error: unknown) => Verdict {
  return (error) => {
    if (!isVendorError(error)) return undefined;
    if (error.context['needsLease'] === true) {
      return { skipped: 'the access token has expired, and the next pass gets a new one' };
    }
    if (error.kind === 'needs-login') return { fix: `\`trueup login ${connection}\`` };
    if (error.kind !== 'token') return undefined;
    return auth.type === 'refresh-token'
      ? { fix: `\`trueup login ${connection}\`, which writes ${secretOf(auth)}` }
      : { fix: `put what the vendor gave you into ${secretOf(auth)}, and look at \`auth\`` };
  };
}

function judgeList(auth: Auth): (error: unknown) => Verdict {
  return (error) => {
    if (!isVendorError(error)) return undefined;
    const fix = listMends[error.status ?? 0];
    if (fix !== undefined) return { fix: fix(secretOf(auth)) };
    return error.kind === 'status'
      ? { fix: 'try again; if it goes on, look at the vendor’s status page' }
      : undefined;
  };
}

const listMends: Readonly<Record<number, (secret: string) => string>> = {
  401: (secret) => `the vendor does not accept this token: look at ${secret}`,
  403: () => 'give this account the right to list and update servers at the vendor',
  404: () => 'check the path in baseUrl: the API is elsewhere',
  429: () => 'wait a minute; if it goes on, lower budget.requestsPerMinute',
};

function secretOf(auth: Auth): string {
  return `secret ${formatReference(credentialOf(auth))}`;
}
