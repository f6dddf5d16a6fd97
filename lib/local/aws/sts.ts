import { startLoopbackServer } from '../loopback-server.ts';
import type { LoopbackAnswer, LoopbackServer } from '../loopback-server.ts';

const xml = { 'content-type': 'text/xml' };

/**
 * Starts `GetCallerIdentity`. Signatures are not checked: the identity is a session of the role `operator` with the name of
 * the access key.
 */
export function startSts(): Promise<LoopbackServer> {
  return startLoopbackServer(({ headers, text }): LoopbackAnswer => {
    if (new URLSearchParams(text).get('Action') !== 'GetCallerIdentity') {
      const body =
        '<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code></Error></ErrorResponse>';
      return { status: 400, headers: xml, body };
    }
    const [, key = ''] = /Credential=([\w-]+)\//.exec(headers.authorization ?? '') ?? [];
    const arn = `arn:aws:sts::123456789012:assumed-role/operator/${key}`;
    const result = `<Arn>${arn}</Arn><UserId>AROAEXAMPLE:${key}</UserId><Account>123456789012</Account>`;
    const body = `<GetCallerIdentityResponse><GetCallerIdentityResult>${result}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
    return { status: 200, headers: xml, body };
  });
}
