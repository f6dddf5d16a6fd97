import { serverId, type Scene } from '../scene.ts';
import { check, eventually } from '../steps.ts';
import type { Hearing, Run, WriteFile } from './command.types.ts';

const person = 'person';
const secret = `trueup/${person}/sign-in`;
const saved = `/${secret}`;

/** A person signs in from a laptop; the deployed functions use the token, and renew it when it is no longer accepted. */
export async function signsIn(
  { aws, issuer, signedInVendor }: Scene,
  {
    run,
    hearing,
    write,
  }: { readonly run: Run; readonly hearing: Hearing; readonly write: WriteFile },
): Promise<void> {
  const auth = { type: 'refresh-token', tokenUrl: issuer.tokenUrl, client_id: 'person' };
  const [id, name] = [serverId(0), 'Signed in'];
  write('person.json', {
    connection: person,
    provider: 'barndoor',
    baseUrl: signedInVendor.url,
    auth: { ...auth, refresh_token: { secret } },
    policy: { mode: 'correct' },
    servers: [{ id, spec: { name } }],
  });
  await run(0, 'push', 'person.json');
  let told = '';
  let visit: Promise<Response> | undefined;
  await hearing(
    (text) => {
      told += text;
      // The issuer consents by itself, and redirects to the laptop like a browser.
      const [url] = new RegExp(`${issuer.url}/authorize\\S+`).exec(told) ?? [];
      if (url !== undefined && /\s/.test(told.split(url)[1] ?? '')) visit ??= fetch(url);
    },
    ...([0, 'login', person, '--no-browser'] as const),
  );
  check((await visit)?.ok === true, `the address was printed: ${told}`);
  const isTrue = () => (signedInVendor.find(id).name === name ? true : undefined);
  await run(0, 'reconcile', person);
  await eventually('the declared name at the vendor', isTrue);
  const before = JSON.parse((await aws.parameter(saved)) ?? '{}') as Record<string, string>;
  issuer.revoke(before['access_token']);
  signedInVendor.edit(id, { name: 'Changed by hand' });
  await run(0, 'reconcile', person);
  await eventually('the declared name once more', isTrue);
  const after = JSON.parse((await aws.parameter(saved)) ?? '{}') as Record<string, string>;
  check(after['refresh_token'] !== before['refresh_token'], 'the renewed token was saved');
}
