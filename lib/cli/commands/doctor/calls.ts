import type { Auth, Connection } from '../../../model/desired.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { credentialOf, formatReference } from '../../../model/secret-reference.ts';
import type { Credentials } from '../../../sign-in/credentials.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { VendorSession } from '../../../gateways/provider.ts';
import { isVendorError } from '../../../model/errors/vendor-error.ts';
import { withSession } from '../../targets/with-session.ts';
import type { Check, Verdict } from './check.ts';
import { check, isWell, skipped, unwell, well } from './check.ts';

/** A token, and with it one page of the list and a server that is not there. A refresh token is not exchanged: that is for who has the lease. */
export async function callChecks(
  { name, auth }: Connection,
  hosts: readonly Check[],
  deps: Dependencies,
  stop: AbortSignal,
): Promise<readonly Check[]> {
  const [token, list, absent] = [`${name}: token`, `${name}: list call`, `${name}: unknown server`];
  if (!hosts.every(isWell)) {
    const why = 'its host cannot be used';
    return [skipped(token, why), skipped(list, why), skipped(absent, why)];
  }
  const checks: Check[] = [];
  const opened = await check(token, () =>
    withSession(
      name,
      { ...deps, readersRenew: false },
      stop,
      async (session, _desired, credentials) => {
        const had = await check(token, () => tokenOf(credentials, auth), judgeToken(name, auth));
        const answered = isWell(had)
          ? await check(list, () => firstPage(session), judgeList(auth))
          : skipped(list, 'there is no token');
        const lacking = isWell(answered)
          ? await absentCheck(absent, session, deps.uuid())
          : skipped(absent, 'the list call failed');
        checks.push(had, answered, lacking);
        return '';
      },
    ),
  );
  if (opened.ok) return checks;
  const why = 'there is no token';
  return [opened, skipped(list, why), skipped(absent, why)];
}

/** A gateway that answers 403 for what is not there cannot be asked whether a server is missing. */
async function absentCheck(what: string, session: VendorSession, id: string): Promise<Check> {
  try {
    await session.get(id);
    return skipped(what, 'the vendor answered it with a server');
  } catch (error) {
    if (!isVendorError(error)) throw error;
    if (error.status === 404) return well(what, 'answered HTTP 404');
    if (error.status === 403) return unwell(what, `HTTP 403: ${error.message}`, useWiderToken);
    return skipped(what, error.message);
  }
}

const useWiderToken =
  'use a token that may see all servers (an administrator’s, not limited to teams): ' +
  'with this one Trueup cannot know whether a server is missing or hidden, and the list may leave servers out';

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
