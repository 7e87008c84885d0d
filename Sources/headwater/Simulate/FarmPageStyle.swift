// SPDX-License-Identifier: Apache-2.0

/// The looks of the page, light and dark.
enum FarmPageStyle {
  static let text = """
    <style>
    :root{color-scheme:light dark;--ground:#f6f8fb;--card:#fff;--line:#dbe2ec;--ink:#0f172a;--soft:#526078;--strong:#2563eb;
    --weak:#a9c3f5;--good:#0f766e;--bad:#b91c1c;--c0:#2563eb;--c1:#0f766e;--c2:#b45309;--c3:#7c3aed;--c4:#be185d;--c5:#4d7c0f}
    @media (prefers-color-scheme:dark){:root{--ground:#0b1220;--card:#131d31;--line:#2a3851;--ink:#e8eef8;--soft:#9fb0c9;
    --strong:#6ea3ff;--weak:#2f4a7d;--good:#2dd4bf;--bad:#f87171;--c0:#6ea3ff;--c1:#2dd4bf;--c2:#f59e0b;--c3:#a78bfa;--c4:#f472b6;
    --c5:#a3e635}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
    "DejaVu Sans",sans-serif}
    main{max-width:1180px;margin:0 auto;padding:32px 20px 48px}
    h1{font-size:28px;line-height:1.2;margin:0 0 6px}
    h2{font-size:16px;margin:0 0 10px}
    .kicker{margin:0;color:var(--soft);font-size:13px;letter-spacing:.06em;text-transform:uppercase}
    .facts{margin:0 0 14px;color:var(--soft)}
    code{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:.92em}
    .verdict{margin:0 0 22px;padding:10px 14px;border-radius:8px;border:1px solid var(--line);background:var(--card)}
    .good{border-left:4px solid var(--good)}.bad{border-left:4px solid var(--bad)}
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:16px;margin-bottom:16px}
    .card,figure{margin:0 0 16px;padding:16px 18px;background:var(--card);border:1px solid var(--line);border-radius:10px;min-width:0}
    .charts figure{margin:0}
    figcaption{font-weight:650;margin-bottom:2px}
    figure p{margin:0 0 8px;color:var(--soft);font-size:13px}
    svg{display:block;width:100%;height:auto}
    svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--soft)}
    svg .name{fill:var(--ink)}
    svg .grid{stroke:var(--line);stroke-width:1}
    svg .strong{fill:var(--strong)}svg .weak{fill:var(--weak)}
    svg .span{stroke:var(--weak);stroke-width:6;stroke-linecap:round}
    svg .curve{fill:none;stroke-width:2}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:14px}
    th,td{padding:6px 10px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
    th{color:var(--soft);font-weight:600}
    th:first-child,td:first-child{text-align:left}
    tbody tr:last-child td{border-bottom:0}
    </style>
    """
}
