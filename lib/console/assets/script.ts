/**
 * Refreshes pages that show tables only: every 15 seconds while the page is seen, and only what changed. Without it
 * the pages work as they are.
 */
export const script = `const everyMs = 15000;
const main = document.querySelector('main[data-live]');
const said = document.querySelector('#said');
let etag;
let isOver = false;

function refresh(page) {
  const now = page.querySelector('main');
  const parts = (root) => [...root.querySelectorAll('[data-part]')];
  const known = new Map(parts(main).map((part) => [part.dataset.part, part]));
  const next = parts(now);
  const isSame = known.size === next.length && next.every((part) => known.has(part.dataset.part));
  if (!isSame) {
    if (!main.contains(document.activeElement)) main.replaceChildren(...now.childNodes);
    return;
  }
  for (const part of next) {
    const old = known.get(part.dataset.part);
    if (old.outerHTML === part.outerHTML || old.contains(document.activeElement)) continue;
    old.replaceWith(part);
  }
}

async function look() {
  if (!main || isOver || document.visibilityState !== 'visible') return;
  try {
    const headers = etag ? { 'if-none-match': etag } : {};
    const answer = await fetch(location.href, { headers, redirect: 'error' });
    if (answer.status === 401) {
      isOver = true;
      said.textContent = 'This session has ended. The page shows what was read before. Start trueup console again.';
    } else if (answer.status === 200) {
      etag = answer.headers.get('etag') ?? undefined;
      refresh(new DOMParser().parseFromString(await answer.text(), 'text/html'));
      said.textContent = '';
    } else if (answer.status === 304) said.textContent = '';
  } catch {
    said.textContent = 'The console does not answer: it may have ended. The page shows what was read before.';
  }
}

setInterval(look, everyMs);
document.addEventListener('visibilitychange', look);
`;
