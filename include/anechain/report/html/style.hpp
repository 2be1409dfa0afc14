// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace anechain::report::page {

/// The page's style. Colours after Okabe and Ito, darker on white and lighter on black until each stands out by 3 to 1.
inline constexpr std::string_view style = R"css(
:root { color-scheme: light dark;
  --page: #fff; --card: #fff; --ink: #1b1f24; --soft: #59636e; --line: #d1d9e0; --grid: #e6eaef; --lane: #f4f6f8; --band: #d9e2ec;
  --shade: #f3e3c3;
  --on: #fff; --bad: #b3261e; --bad_back: #fdecea;
  --slower: #b84e00; --faster: #007a5a;
  --s0: #4b5563; --s1: #cf5a00; --s2: #0072b2; --s3: #008562; --s4: #b0508a; --s5: #997000; --s6: #3b8ed0; --s7: #6a51c4;
  --t0: #5c6673; --t1: #0067a3; --t2: #b84e00; --t3: #a3467f; --t4: #7d5fc9; --t5: #007a5a;
  --h0: #f7fbff; --h1: #eaf3fa; --h2: #dcebf6; --h3: #cee3f2; --h4: #c0dbee; --h5: #b1d2ea; --h6: #a2c9e6; --h7: #92c0e2; --h8: #82b7de; }
@media screen and (prefers-color-scheme: dark) { :root {
  --page: #0f1317; --card: #161b21; --ink: #e8ecf1; --soft: #a3adb8; --line: #38424d; --grid: #262e37; --lane: #1e252d; --band: #33414f;
  --shade: #4a3c1e;
  --on: #0f1317; --bad: #ffb4ab; --bad_back: #4a1512;
  --slower: #ff8c42; --faster: #2fc79b;
  --s0: #b6c0cb; --s1: #ff8c42; --s2: #5ab4f0; --s3: #2fc79b; --s4: #ec9ccb; --s5: #f0c64a; --s6: #9ccfff; --s7: #b3a2ff;
  --t0: #a5afba; --t1: #5ab4f0; --t2: #ff9c5a; --t3: #ec9ccb; --t4: #c0b2ff; --t5: #2fc79b;
  --h0: #12202b; --h1: #152838; --h2: #183045; --h3: #1b3852; --h4: #1e405f; --h5: #21486c; --h6: #245079; --h7: #275886; --h8: #2a6093; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1240px; padding: 20px; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; } h2 { font-size: 1.25rem; margin: 2.4rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
p { margin: .3rem 0 .8rem; max-width: 78ch; } .about, .headline, .missing { color: var(--soft); } .missing { font-style: italic; }
.banner { background: var(--bad_back); color: var(--bad); border: 2px solid; border-radius: 6px; padding: .6rem .9rem; font-weight: 700;
  max-width: none; }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: 1rem 0; font-size: .9rem; } a { color: var(--s2); }
.answers { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .5rem; }
.answers li { border: 1px solid var(--line); border-left: 5px solid var(--soft); border-radius: 6px; background: var(--card);
  padding: .5rem .8rem; }
.verdict { color: var(--soft); display: inline-block; border: 1px solid; border-radius: 1em; padding: 0 .6em; font-size: .85em;
  font-weight: 600; white-space: nowrap; }
.verdict.slower, .verdict.regression { color: var(--slower); }
.verdict.faster, .verdict.agrees, .verdict.improvement { color: var(--faster); }
.verdict.unreliable, .verdict.contradicts, .verdict.FAILED, .verdict.not_quiet { color: var(--bad); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 350px), 1fr)); gap: 14px; align-items: start; }
.cards figure { max-width: 500px; width: 100%; }
.stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; margin-top: 14px; }
figure { margin: 0; min-width: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card); padding: 10px 12px; }
figcaption { font-weight: 650; margin-bottom: .3rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .1rem .9rem; margin: 0 0 .4rem; padding: 0; font-size: .82rem; }
.legend svg { width: 14px; height: 14px; margin-right: .3em; vertical-align: -2px; }
.scroll { overflow-x: auto; max-width: 100%; }
svg { display: block; } .legend svg { display: inline-block; }
svg.narrow { width: 100%; max-width: 460px; } svg.wide { width: 100%; min-width: 860px; }
text { fill: var(--ink); font-size: 12px; } text.small { font-size: 10px; fill: var(--soft); } text.tight { font-size: 11px; }
text.soft { fill: var(--soft); } text.strong { font-weight: 650; }
text.middle { text-anchor: middle; } text.end { text-anchor: end; } text.inside { fill: var(--on); font-weight: 650; font-size: 11px; }
.wide text { font-size: 11.5px; }
.grid { stroke: var(--grid); stroke-width: 1; }
.lane { fill: var(--lane); } .band { fill: var(--band); } .warm_up { fill: var(--shade); } .zero { stroke: var(--soft); stroke-width: 1.2; }
.cut { stroke: var(--s5); stroke-width: 1.5; } .launch { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
.mark { fill: currentColor; } .outlined { stroke: var(--card); stroke-width: 1; } .faint { fill-opacity: .6; }
.whisker { stroke: currentColor; stroke-width: 2; } .curve { stroke: currentColor; stroke-width: 1.8; fill: none; stroke-linejoin: round; }
.dashed { stroke-dasharray: 6 4; }
.part { stroke: var(--card); stroke-width: 1; } .measured { stroke: var(--ink); stroke-width: 2.5; fill: none; }
.halo { stroke: var(--card); stroke-width: 5; } .light { stroke: var(--s5); stroke-width: 2.5; stroke-dasharray: 4 3; fill: none; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.s4 { color: var(--s4); } .s5 { color: var(--s5); } .s6 { color: var(--s6); } .s7 { color: var(--s7); }
.t0 { fill: var(--t0); } .t1 { fill: var(--t1); } .t2 { fill: var(--t2); } .t3 { fill: var(--t3); } .t4 { fill: var(--t4); }
.t5 { fill: var(--t5); }
table { border-collapse: collapse; font-size: .86rem; margin: .4rem 0; } caption { text-align: left; color: var(--soft); padding: .2rem 0; }
th, td { padding: .25rem .5rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--soft); font-weight: 600; } th:first-child { text-align: left; padding-left: 0; }
th[scope=row] { color: var(--ink); font-weight: 400; }
section[id|=protocol] td, #environment td, #verdicts td { text-align: left; white-space: normal; }
.heat td { text-align: center; } .h0 { background: var(--h0); } .h1 { background: var(--h1); } .h2 { background: var(--h2); }
.h3 { background: var(--h3); } .h4 { background: var(--h4); } .h5 { background: var(--h5); } .h6 { background: var(--h6); }
.h7 { background: var(--h7); } .h8 { background: var(--h8); }
:focus-visible { outline: 2px solid var(--s2); outline-offset: 2px; } g:target { outline: 2px solid var(--s1); outline-offset: 3px; }
ul.remarks { margin: .4rem 0; padding-left: 1.2rem; font-size: .9rem; max-width: 100ch; } ul.remarks li { margin: .2rem 0; }
@media (max-width: 600px) { body { padding: 12px; font-size: 15px; } figure { padding: 8px; } }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; }
  figure, tr, .answers li, .banner { break-inside: avoid; }
  h2, h3, figcaption, p.about { break-after: avoid; } .scroll { overflow: visible; } svg.wide { min-width: 0; } table { font-size: 7.5pt; }
  th, td { padding: .15rem .3rem; white-space: normal; } .verdict { white-space: normal; }
  section[id|=numbers] table { table-layout: fixed; width: 100%; font-size: 5.5pt; overflow-wrap: anywhere; }
  .cards { grid-template-columns: 1fr 1fr; } * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
)css";

}  // namespace anechain::report::page
