import { html } from 'hono/html';
import type { Html } from '../html/html.types.ts';
import { href, link } from '../html/parts.ts';
import type { PageContext } from '../pages/page-context.types.ts';
import type { ActName, Subject } from './act.types.ts';

const words: Readonly<Record<ActName, string>> = {
  reconcile: 'Reconcile',
  pause: 'Pause',
  resume: 'Resume',
  approve: 'Approve',
  retry: 'Retry',
};

/** What may be done with a connection or server: each leads to a form. */
export function actLinks(
  { connection, id, label }: Subject,
  isPaused: boolean,
  { hasQueue }: Pick<PageContext, 'hasQueue'>,
  isDeclared = true,
): Html {
  const acts: readonly ActName[] = [
    ...(hasQueue && id === undefined ? (['reconcile'] as const) : []),
    ...(isDeclared ? (['retry'] as const) : []),
    isPaused ? 'resume' : 'pause',
  ];
  const name = `${connection}${id === undefined ? '' : `/${label ?? id}`}`;
  return html`<ul class="acts">
    ${acts.map(
      (act) =>
        html`<li>
          <a href="${href('/act', { act, connection, id })}" aria-label="${words[act]} ${name}"
            >${words[act]}</a
          >
        </li>`,
    )}
  </ul>`;
}

export function approveLink(connection: string, digest: string): Html {
  return html`<p>
    ${link(href('/act', { act: 'approve', connection, digest }), `Approve ${digest.slice(0, 12)}`)}
  </p>`;
}
