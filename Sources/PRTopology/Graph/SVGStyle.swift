// SPDX-License-Identifier: Apache-2.0

/// The looks of the picture. Colours stand in the classes themselves, as not every program supports variables of CSS.
enum SVGStyle {
  static let text = """
    <style>
    text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;font-size:12px;fill:#475569}
    .title{font-size:22px;font-weight:700;fill:#0f172a}
    .name{font-size:15px;font-weight:650;fill:#0f172a}
    .row{font-size:13px;font-weight:650;fill:#334155}
    .small{font-size:11px;fill:#64748b}
    .mono{font-family:ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;font-size:10px;fill:#64748b}
    .ground{fill:#f8fafc}
    .band{fill:#eaeff5}
    .card{fill:#fff;stroke:#cbd5e1;stroke-width:1.2}
    .edge{fill:#2563eb}
    .badge{fill:#dbeafe}
    .badgetext{font-size:10.5px;font-weight:600;fill:#1e40af}
    .mirror .card{stroke:#a78bfa}
    .mirror .edge{fill:#7c3aed}
    .mirror .badge{fill:#ede9fe}
    .mirror .badgetext{fill:#5b21b6}
    .frozen .card{fill:#ecfeff;stroke:#22d3ee}
    .frozen .edge{fill:#0891b2}
    .frozen .badge{fill:#cffafe}
    .frozen .badgetext{fill:#155e75}
    .frame{fill:none;stroke:#2563eb;stroke-width:1.6}
    .flake{stroke:#0891b2;stroke-width:1.6;stroke-linecap:round;fill:none}
    .outside .card{fill:none;stroke:#94a3b8;stroke-dasharray:4 4}
    .outside .edge{fill:none}
    .wire{fill:none;stroke-width:2}
    .tls{stroke:#0f766e}
    .plain{stroke:#b45309;stroke-dasharray:7 5}
    .socket{stroke:#64748b;stroke-dasharray:2 4}
    .spare{stroke-width:1.2;opacity:.6}
    .tls-tip{fill:#0f766e}
    .plain-tip{fill:#b45309}
    .socket-tip{fill:#64748b}
    @media (prefers-color-scheme:dark){
    text{fill:#a8b5c8}
    .title,.name{fill:#f1f5f9}
    .row{fill:#cbd5e1}
    .small,.mono{fill:#94a3b8}
    .ground{fill:#0b1220}
    .band{fill:#121c30}
    .card{fill:#1a2740;stroke:#3b4b66}
    .edge{fill:#60a5fa}
    .badge{fill:#1e3a6e}
    .badgetext{fill:#bfdbfe}
    .mirror .card{stroke:#8b6fe0}
    .mirror .edge{fill:#a78bfa}
    .mirror .badge{fill:#3b2a75}
    .mirror .badgetext{fill:#ddd6fe}
    .frozen .card{fill:#0f2f3d;stroke:#1794ad}
    .frozen .edge{fill:#22d3ee}
    .frozen .badge{fill:#155063}
    .frozen .badgetext{fill:#cffafe}
    .frame{stroke:#60a5fa}
    .flake{stroke:#67e8f9}
    .outside .card{fill:none;stroke:#64748b}
    .outside .edge{fill:none}
    .tls{stroke:#2dd4bf}
    .plain{stroke:#fbbf24}
    .socket{stroke:#94a3b8}
    .tls-tip{fill:#2dd4bf}
    .plain-tip{fill:#fbbf24}
    .socket-tip{fill:#94a3b8}
    }
    </style>
    """

  /// The heads of the arrows: they point at who is asked.
  static let markers =
    "<defs>"
    + Drawing.Link.Way.allCases.map { way in
      #"<marker id="\#(way.rawValue)-end" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="\#(way.rawValue)-tip" d="M0 0L8 4L0 8Z"/></marker>"#
    }.joined() + "</defs>"

  static func snowflake(x: Int, y: Int) -> String {
    #"<path class="flake" transform="translate(\#(x) \#(y))" d="M0-9V9M-7.8-4.5L7.8 4.5M-7.8 4.5L7.8-4.5M-2.5-7.5L0-5L2.5-7.5M-2.5 7.5L0 5L2.5 7.5"/>"#
  }
}
