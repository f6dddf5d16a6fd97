/** The whole style sheet: the browser's own look, with light and dark from the system. */
export const style = `:root {
  color-scheme: light dark;
  --text: light-dark(#1b1f24, #e6e8eb);
  --quiet: light-dark(#57606a, #a3abb5);
  --back: light-dark(#ffffff, #14171b);
  --raised: light-dark(#f5f6f8, #1e2228);
  --line: light-dark(#c9ced6, #3d444d);
  --link: light-dark(#0b5cad, #7db7ff);
  --error: light-dark(#a40e26, #ff9492);
  --warn: light-dark(#7a4a00, #f0b72f);
  --change: light-dark(#5a3ea6, #c9b4ff);
  --add: light-dark(#116329, #7ee2a0);
}
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere; }
header, main, #said { max-width: 75rem; margin-inline: auto; padding: .5rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; border-bottom: 1px solid var(--line); }
header p { margin: 0; }
header ul { display: flex; flex-wrap: wrap; gap: 1rem; margin: 0; padding: 0; list-style: none; }
.rights { margin-inline-start: auto; color: var(--quiet); }
a { color: var(--link); }
a[aria-current] { color: var(--text); font-weight: 600; text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: .5rem; padding: .5rem; background: var(--back); }
h1 { font-size: 1.6rem; margin: .75rem 0; }
h2 { font-size: 1.2rem; margin: 1.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
p { margin: .35rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
article, .note, details { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .9rem; background: var(--raised); }
article h2 { margin: 0 0 .25rem; }
.note { margin: .75rem 0; border-inline-start-width: .4rem; }
.note.error { border-color: var(--error); }
.note.warn { border-color: var(--warn); }
details { margin: .5rem 0; }
summary { cursor: pointer; font-weight: 600; }
.counts { padding: 0; margin: .35rem 0; list-style: none; }
.quiet { color: var(--quiet); }
.error { color: var(--error); }
.warn { color: var(--warn); }
.change { color: var(--change); }
.add { color: var(--add); }
.remove { color: var(--error); }
.note { color: var(--text); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
caption { text-align: start; color: var(--quiet); padding-block: .25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
code, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
.command { background: var(--raised); border: 1px solid var(--line); border-radius: .2rem; padding: .05rem .3rem; }
pre.diff { white-space: pre-wrap; margin: .4rem 0; }
form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; margin: .75rem 0; }
form.column { flex-direction: column; align-items: start; }
label { display: flex; flex-direction: column; min-width: 0; max-width: 100%; }
input, select, button, textarea { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet); border-radius: .3rem; padding: .3rem .5rem; max-width: 100%; min-height: 2.2rem; }
select { width: 12rem; }
th[scope=row] { min-width: 9rem; }
button { background: var(--link); border-color: var(--link); color: var(--back); font-weight: 600; cursor: pointer; }
.pager { display: flex; gap: 1rem; margin: .5rem 0; }
.acts { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; margin: .35rem 0; list-style: none; }
@media (max-width: 40rem) {
  table.cards thead { position: absolute; left: -99rem; }
  table.cards tr { display: block; border-bottom: 1px solid var(--line); padding: .4rem 0; }
  table.cards, table.cards tbody, table.cards th, table.cards td { display: block; border: 0; padding: .05rem 0; }
  table.cards td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
  dl { grid-template-columns: 1fr; }
}
`;

/** An equals sign, for the tab. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#0b5cad"/><path d="M4 5.2h8v2H4zm0 3.8h8v2H4z" fill="#fff"/></svg>`;
