// SPDX-License-Identifier: Apache-2.0

extension PageStyle {
  static let parts: HTML = """
    h1, h2, h3, p, ol, ul, dl, dd, figure { margin: 0; padding: 0; }
    h1 { font-size: 1.35rem; font-weight: 650; letter-spacing: -0.01em; line-height: 1.2; }
    h2 { font-size: 1rem; font-weight: 620; margin-bottom: 10px; }
    h3 { font-size: 0.95rem; font-weight: 620; }
    code { font: 0.87em/1.4 ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace; }
    a { color: var(--one); text-underline-offset: 0.18em; text-decoration-thickness: 1px; }
    :focus-visible { outline: 2px solid var(--one); outline-offset: 2px; border-radius: 4px; }
    .skip { position: absolute; left: -9999px; }
    .skip:focus { left: 16px; top: 8px; background: var(--card); padding: 8px 12px; z-index: 1; }
    .quiet, .sub, header p, small { color: var(--quiet); }
    .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }

    .brand { display: flex; gap: 14px; align-items: center; }
    .brand h1 { overflow-wrap: anywhere; }
    .mark { width: 40px; height: 40px; flex: none; }
    .mark rect { fill: #0f6b74; }
    .mark path { fill: none; stroke: #fff; stroke-width: 2.4; stroke-linecap: round; }
    .pill { display: inline-block; padding: 2px 12px; border-radius: 99px; font-size: 0.87rem; background: var(--rail); }
    .pill:empty { display: none; }
    .pill.good { background: var(--good-ground); } .pill.warn { background: var(--warn-ground); }
    .pill.bad { background: var(--bad-ground); font-weight: 600; }

    .path { list-style: none; display: flex; flex-wrap: wrap; gap: 8px 30px; }
    .path li { position: relative; display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; padding: 7px 14px;
      border: 1px solid var(--edge); border-radius: 10px; background: var(--card); }
    .path li:not(:last-child)::after { content: ""; position: absolute; left: 100%; top: 50%; width: 30px;
      border-top: 2px solid var(--edge); }
    .path .level { color: var(--quiet); font-size: 0.82rem; }
    .path .here { border-color: var(--one); box-shadow: inset 3px 0 0 var(--one); }
    .path .here .name { font-weight: 620; }

    .alarms ul { list-style: none; background: var(--bad-ground); border-radius: 12px; padding: 14px 18px; display: grid; gap: 6px; }
    .alarms li { overflow-wrap: anywhere; }
    .alarms:empty, #misses:empty, .federation:empty { display: none; }

    .tree { padding: 10px; margin-bottom: 16px; }
    .long { max-height: min(75vh, 680px); overflow: auto; }
    .long thead th { position: sticky; top: 0; background: var(--card); }
    .tree svg { display: block; }
    .tree .wire { fill: none; stroke: var(--quiet); stroke-width: 1.5; opacity: 0.6; }
    .tree rect { fill: var(--card); stroke: var(--edge); }
    .tree text { font-size: 13px; fill: var(--ink); } .tree .name { font-weight: 620; }
    .tree text.sub { font-size: 11px; fill: var(--quiet); }
    .tree .here rect { stroke: var(--one); stroke-width: 2; }
    .tree .good circle { fill: var(--good); } .tree .warn circle { fill: var(--warn); } .tree .bad circle { fill: var(--bad); }
    .tree .quiet circle { fill: none; stroke: var(--quiet); }
    .tree .warn rect { fill: var(--warn-ground); } .tree .bad rect { fill: var(--bad-ground); }
    .tree a { text-decoration: none; } .tree a:hover rect { stroke: var(--one); }
    .members .number, .members td { white-space: nowrap; } .members td[data-label="state"] { white-space: normal; }
    .members tbody th { min-width: 9em; overflow-wrap: anywhere; } .members th small { white-space: nowrap; }
    .members td[data-label="state"] { min-width: 8em; overflow-wrap: anywhere; }
    @media (max-width: 900px) {
      .members { font-size: 0.92rem; }
      .members th, .members td { padding-left: 7px; padding-right: 7px; }
      .members th:first-child { padding-left: 18px; } .members tr > :last-child { padding-right: 18px; }
    }
    @media (max-width: 560px) {
      .tree { display: none; }
      .members thead { display: none; }
      .members tr { display: grid; grid-template-columns: auto 1fr; padding: 8px 0; }
      .members th { grid-column: 1 / -1; font-weight: 620; padding-bottom: 2px; }
      .members td { display: flex; gap: 10px; grid-column: 1 / -1; padding: 1px 18px; text-align: left; }
      .members td.none { display: none; }
      .members td > * { min-width: 0; overflow-wrap: anywhere; }
      .members td::before { content: attr(data-label); color: var(--quiet); flex: 0 0 6.5em; }
      .members td[data-label="state"] { display: grid; grid-template-columns: 6.5em minmax(0, 1fr); gap: 0 10px; }
      .members td[data-label="state"] > * { grid-column: 2; }
    }

    .card { background: var(--card); border: 1px solid var(--edge); border-radius: 14px; padding: 18px 20px 16px; min-width: 0; }
    .card h2 { color: var(--quiet); font-size: 0.87rem; font-weight: 560; margin-bottom: 4px; }
    .big { font-size: 1.9rem; font-weight: 600; letter-spacing: -0.02em; line-height: 1.25; font-variant-numeric: tabular-nums; }
    .big small { font-size: 0.87rem; font-weight: 400; letter-spacing: 0; margin-left: 8px; }
    .card dl, .facts { display: grid; grid-template-columns: auto 1fr; gap: 3px 18px; margin-top: 12px; }
    dt { color: var(--quiet); }
    dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .card .facts { margin-top: 0; }

    .chart { margin-top: 10px; }
    .chart svg { display: block; width: 100%; height: 76px; }
    .chart path { fill: none; vector-effect: non-scaling-stroke; }
    .chart .grid { stroke: var(--edge); stroke-dasharray: 2 4; } .chart .base { stroke: var(--edge); }
    .chart .line { stroke-width: 1.8; stroke-linejoin: round; stroke-linecap: round; }
    .line.one { stroke: var(--one); } .line.two { stroke: var(--two); } .line.bad { stroke: var(--bad); }
    .chart .area { fill: var(--one); opacity: 0.13; }
    figcaption { display: flex; flex-wrap: wrap; gap: 0 14px; font-size: 0.8rem; color: var(--quiet); margin-top: 6px; }
    figcaption .top::before { content: "↑ "; }
    figcaption .span { margin-left: auto; }
    .key { position: relative; padding-left: 16px; }
    .key::before { content: ""; position: absolute; left: 0; top: 0.68em; width: 11px; border-top: 3px solid var(--one); border-radius: 2px; }
    .key.two::before { border-color: var(--two); } .key.bad::before { border-color: var(--bad); }
    .bar { display: block; width: 100%; height: 10px; margin-top: 12px; border-radius: 5px; overflow: hidden; }
    .bar .rail { fill: var(--rail); } .bar .fill { fill: var(--one); }

    .peer + .peer { border-top: 1px solid var(--edge); margin-top: 14px; padding-top: 14px; }
    .headline { font-weight: 560; overflow-wrap: anywhere; }
    .problem { color: var(--bad); overflow-wrap: anywhere; margin-top: 4px; }

    form label { display: block; color: var(--quiet); margin-bottom: 6px; }
    .field { display: flex; gap: 10px; max-width: 620px; }
    input { flex: 1; min-width: 0; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--quiet);
      border-radius: 10px; padding: 9px 14px; }
    input::placeholder { color: var(--quiet); opacity: 1; }
    button { font: inherit; font-weight: 560; color: var(--ground); background: var(--one); border: 0; border-radius: 10px; padding: 9px 20px; cursor: pointer; }
    #find > p { margin-top: 14px; }
    #misses .quiet { margin: -6px 0 10px; } #requests .quiet { margin-top: 10px; }
    .history { margin-top: 16px; padding: 16px 20px; background: var(--card); border: 1px solid var(--edge); border-radius: 14px; overflow-wrap: anywhere; }
    .history ol { list-style: none; margin-top: 6px; }
    .history li { display: grid; grid-template-columns: minmax(3.4em, auto) 1fr; gap: 14px; padding: 10px 0; }
    .history li + li { border-top: 1px solid var(--edge); }
    .arch { color: var(--quiet); font-weight: 400; white-space: nowrap; }
    .value span { display: inline-block; min-width: 2.6em; padding: 1px 9px; border-radius: 8px; background: var(--rail); text-align: center;
      font-weight: 600; font-variant-numeric: tabular-nums; overflow-wrap: break-word; max-width: 100%; }
    .sum { color: var(--quiet); overflow-wrap: anywhere; }

    .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--edge); border-radius: 14px; }
    table { border-collapse: collapse; width: 100%; }
    th, td { text-align: left; vertical-align: top; padding: 9px 18px; font-weight: 400; }
    thead th { color: var(--quiet); font-size: 0.82rem; white-space: nowrap; padding-top: 11px; }
    tbody tr { border-top: 1px solid var(--edge); }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
    .rows .sum { display: block; max-width: 26em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .rows tbody th { max-width: 30em; overflow-wrap: anywhere; }
    .rows td:nth-child(3) { min-width: 13em; }
    @keyframes fresh { from { background: var(--fresh); } }
    .fresh { animation: fresh 4s ease-out; }
    @media (prefers-reduced-motion: reduce) { .fresh { animation: none; box-shadow: inset 3px 0 0 var(--one); } }
    .pair { display: grid; gap: 32px 24px; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); align-items: start; }
    @media (max-width: 900px) { .pair { grid-template-columns: minmax(0, 1fr); } }
    @media (max-width: 560px) {
      .path { flex-direction: column; gap: 14px; }
      .path li:not(:last-child)::after { left: 24px; top: 100%; width: 0; height: 14px; border-top: 0; border-left: 2px solid var(--edge); }
      .rows, .rows tbody { display: block; }
      .rows thead { position: absolute; left: -9999px; }
      .rows tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; padding: 11px 14px; }
      .rows tbody th, .rows td { padding: 0; max-width: none; min-width: 0; }
      .rows .sum { max-width: none; }
      .rows td { color: var(--quiet); font-size: 0.9rem; }
      .rows td.value, .rows td.number { color: inherit; grid-row: 1; grid-column: 2; }
      .rows tbody th { grid-row: 1; grid-column: 1; }
      .rows td:nth-child(3) { grid-column: 1 / -1; }
      th, td { padding: 9px 8px; }
      tbody th code:not(.sum) { white-space: nowrap; }
      thead th { white-space: normal; }
    }
    """
}
