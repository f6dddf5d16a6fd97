import type { Auth, Connection } from '../../../model/desired.types.ts';
import { counted } from '../../../plan/text/render-guard.ts';
import { credentialOf, formatReference } from '../../../model/secret-reference.ts';
import type { Credentials } from '../../../sign-in/credentials.ts';
import type { Dependencies } from '../../../pass/dependencies.types.ts';
import type { VendorSession } from '../../../gateways/provider.ts';
import { isVendorError } from '../../../model/errors/vendor-error.ts';
import { firstStep } from '../../errors/steps.ts';
import { vendorSteps } from '../../errors/vendor-steps.ts';
import { withSession } from '../../targets/with-session.ts';
import type { Check, Verdict } from './check.ts';
import { check, isWell, skipped, unwell, well } from './check.ts';

/**
 * Checks a token, and with it one page of the list and the answer for an unknown server. A refresh token is not
 * exchanged, because that requires the lease.
 */
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
        const had = await check(token, () => tokenOf(credentials, auth), judge(name, auth));
        const answered = isWell(had)
          ? await check(list, () => firstPage(session), judge(name, auth))
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

/** If a gateway answers 403 for an unknown server, Trueup cannot know whether a server is missing. */
async function absentCheck(what: string, session: VendorSession, id: string): Promise<Check> {
  try {
    await session.get(id);
    return skipped(what, 'the gateway answered with a server');
  } catch (error) {
    if (!isVendorError(error)) throw error;
    if (error.status === 404) return well(what, 'answered HTTP 404');
    if (error.status === 403) return unwell(what, `HTTP 403: ${error.message}`, useWiderToken);
    return skipped(what, error.message);
  }
}

const useWiderToken =
  'use a token with access to all servers (an administrator’s, not limited to teams): ' +
  'with this token, Trueup cannot know whether a server is missing or hidden, and the list may be incomplete';

async function tokenOf(credentials: Credentials, auth: Auth): Promise<string> {
  await credentials.token({ renew: false });
  switch (auth.type) {
    case 'bearer':
      return `that of secret ${formatReference(auth.token)}`;
    case 'client-credentials':
      return 'the token endpoint issued a token';
    case 'refresh-token':
      return 'the saved token is still valid';
  }
}

async function firstPage(session: VendorSession): Promise<string> {
  for await (const page of session.list()) {
    return `answered, ${counted(page.length, 'server')} on the first page`;
  }
  return 'answered, no servers';
}

/** Uses the name of the secret that the connection signs in with. */
function judge(connection: string, auth: Auth): (error: unknown) => Verdict {
  return (error) => {
    if (!isVendorError(error)) return undefined;
    if (error.context['needsLease'] === true) {
      return { skipped: 'the access token has expired, and the next pass gets a new one' };
    }
    const step = firstStep(vendorSteps(error, secretOf(auth)), 'doctor');
    return { fix: step.replaceAll('CONNECTION', connection) };
  };
}

function secretOf(auth: Auth): string {
  return `secret ${formatReference(credentialOf(auth))}`;
}
