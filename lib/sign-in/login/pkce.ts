import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../core/secret.ts';

/** RFC 7636: the verifier stays here until the code is exchanged, its hash goes with the person. */
export interface Pkce {
  readonly verifier: Secret;
  /** Of method S256. */
  readonly challenge: string;
}

/** 43 characters, as RFC 7636 recommends. */
const verifierBytes = 32;

export function newPkce(): Pkce {
  const verifier = randomBytes(verifierBytes).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier: new Secret(verifier), challenge };
}

/** What an answer has to bring back: nobody else can know it. */
export function newState(): string {
  return randomBytes(16).toString('base64url');
}
