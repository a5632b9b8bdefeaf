/** Shows the path whose button is pressed; there are nine percentiles. */
const PICKED: string = Array.from({ length: 9 }, (_, k) => `#pick${k}:checked ~ .pick${k}`)
  .join(', ')
  .concat(' { display: block; }')

/** Styles of the report; colours are variables, so that light and dark need no second chart. */
export const STYLE: string = `
:root { color-scheme: light dark; --bg: #ffffff; --panel: #f5f6f8; --line: #d9dce1; --text: #1b1f24;
  --soft: #5a6472; --link: #0b5cad; --bad: #b3261e; --c1: #1f6fb4; --c2: #d1590a; --c3: #12836a;
  --c4: #8a55b8; --c5: #a8780b; --c6: #c2356b; --grey: #7d8794; --plot-background: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171b; --panel: #1d2126; --line: #343a42;
  --text: #e4e7eb; --soft: #9aa4b1; --link: #7db7f0; --bad: #f2938c; --c1: #6cb2ee; --c2: #f5994f;
  --c3: #4fc9a7; --c4: #c29be8; --c5: #dcb44e; --c6: #f086ad; --grey: #97a1ad;
  --plot-background: #1d2126; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body { margin: 0 auto; max-width: 1080px; padding: 20px 16px 60px; background: var(--bg);
  color: var(--text); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
h1 { font-size: 25px; line-height: 1.25; margin: 0 0 6px; }
h2 { font-size: 19px; margin: 40px 0 10px; padding-top: 12px; border-top: 1px solid var(--line); }
h3 { font-size: 15px; margin: 22px 0 6px; }
p { margin: 6px 0 10px; max-width: 78ch; }
a { color: var(--link); }
code, .mono { font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.soft, figcaption, .nothing { color: var(--soft); }
.nothing { border-left: 3px solid var(--line); padding-left: 10px; }
.warning { border-left: 3px solid var(--bad); padding-left: 10px; overflow-wrap: anywhere; }
.remark { border-left: 3px solid var(--c2); padding-left: 10px; overflow-wrap: anywhere; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 20px; }
.pair figure { min-width: 0; }
.badge { font-size: 11.5px; border: 1px solid currentColor; border-radius: 8px; padding: 0 6px; white-space: nowrap; }
.event { font-size: 11px; text-decoration: none; white-space: nowrap; }
nav { margin: 14px 0; font-size: 13px; line-height: 1.9; }
nav a { margin-right: 12px; white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 12px 0; font-size: 13.5px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
.replay { background: var(--panel); padding: 8px 10px; border-radius: 6px; display: block; }
.story { margin: 0; padding-left: 22px; max-width: 82ch; }
.story li { margin: 5px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(178px, 1fr)); gap: 10px; margin: 16px 0; }
.tile { background: var(--panel); border-radius: 8px; padding: 9px 12px; }
.tile b { display: block; font-size: 21px; line-height: 1.3; }
.tile span { display: block; font-size: 12px; color: var(--soft); line-height: 1.35; }
.tile .name { font-size: 12.5px; color: var(--text); }
figure { margin: 12px 0; }
figcaption { font-size: 13px; margin-bottom: 2px; }
figcaption b { color: var(--text); }
.chart { position: relative; min-height: 40px; }
.chart svg { display: block; max-width: 100%; overflow: visible; }
.legend { font-size: 12.5px; color: var(--soft); margin: 4px 0; }
.legend span { white-space: nowrap; margin-right: 14px; }
.legend i { display: inline-block; width: 18px; margin-right: 5px; vertical-align: middle; border-top: 2.5px solid; }
.legend i.dot { width: 10px; height: 10px; border: 0; border-radius: 50%; }
.panel { font-size: 12.5px; margin: 10px 0 0; }
.panel b { font-weight: 600; }
.scroll { overflow-x: auto; margin: 8px 0; --edge: rgb(128 128 128 / 0.4);
  background: linear-gradient(to right, var(--bg) 40%, transparent) left / 36px 100% no-repeat local,
    linear-gradient(to left, var(--bg) 40%, transparent) right / 36px 100% no-repeat local,
    linear-gradient(to right, var(--edge), transparent) left / 14px 100% no-repeat,
    linear-gradient(to left, var(--edge), transparent) right / 14px 100% no-repeat; }
.scroll:focus-visible, a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); }
table { border-collapse: collapse; font-size: 13px; min-width: 100%; }
th, td { text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
th[title] { text-decoration: underline dotted; cursor: help; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
:target:not(section) { background: var(--panel); outline: 1px solid var(--link); }
.w { min-width: 130px; max-width: 380px; display: inline-block; overflow-wrap: anywhere; }
.wide { min-width: 230px; }
dl.facts { font-size: 13px; margin: 6px 0; }
td summary { margin: 0; }
summary { cursor: pointer; margin: 10px 0; color: var(--link); }
.tree, .tree ul { list-style: none; margin: 0; padding-left: 0; font-size: 13px; }
.tree ul { padding-left: 14px; border-left: 1px solid var(--line); margin-left: 5px; }
.tree li { padding: 1px 0; }
.tree .row { display: flex; gap: 8px; align-items: baseline; }
.tree summary { margin: 0; color: inherit; list-style-position: outside; }
.tree details > summary { display: block; }
.tree details > summary .dot::after { content: ""; position: absolute; left: 50%; top: 50%; width: 4px; height: 4px;
  margin: -2px; border-radius: 50%; background: var(--bg); }
.tree details[open] > summary .dot::after { display: none; }
.tree .dot { position: relative; flex: none; border-radius: 50%; align-self: center; }
.tree .usd { color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; margin-left: auto; padding-left: 10px; }
.treebox { max-height: 640px; overflow: auto; border: 1px solid var(--line); border-radius: 6px; padding: 8px 10px; }
.news { background: var(--grey); } .answer { background: var(--c2); } .liquidation { background: var(--c1); }
.lender1 { background: var(--c6); } .lender2 { background: var(--c5); } .lender3 { background: var(--c4); }
.crossing { outline: 2px solid var(--text); outline-offset: 1px; }
.swap, .impact { background: var(--c3); } .other { background: var(--c4); }
.picks { display: flex; flex-wrap: wrap; gap: 0 6px; }
.picks input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.picks label { border: 1px solid var(--line); border-radius: 8px; padding: 2px 11px; margin: 3px 0; font-size: 13px; cursor: pointer; }
.picks input:checked + label { background: var(--link); border-color: var(--link); color: var(--bg); }
.picks input:focus-visible + label { outline: 2px solid var(--link); outline-offset: 2px; }
.pick { display: none; flex: 1 0 100%; min-width: 0; order: 1; margin-top: 8px; }
${PICKED}
footer { margin-top: 40px; font-size: 12.5px; color: var(--soft); }
@media (max-width: 560px) { body { padding: 14px 12px 40px; } dl { grid-template-columns: 1fr; gap: 0; }
  dl.facts { grid-template-columns: minmax(0, 1fr) minmax(0, auto); gap: 0 10px; }
  dd { margin-bottom: 6px; } .tree .row { flex-wrap: wrap; } .tree .text { flex: 1 1 70%; } }
@media print { .treebox { max-height: none; } nav { display: none; } }
`
