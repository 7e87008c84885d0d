// SPDX-License-Identifier: Apache-2.0

/// How the page looks: colours first, then places, then parts.
enum PageStyle {
  static let icon: HTML =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230f6b74'/%3E%3Cpath d='M6 11q5-4 10 0t10 0M6 17q5-4 10 0t10 0M6 23q5-4 10 0t10 0' fill='none' stroke='%23fff' stroke-width='2.4' stroke-linecap='round'/%3E%3C/svg%3E"

  static let mark: HTML = """
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/>
    <path d="M6 11q5-4 10 0t10 0M6 17q5-4 10 0t10 0M6 23q5-4 10 0t10 0"/></svg>
    """

  static let style: HTML = colours + layout + parts

  private static let colours: HTML = """
    :root {
      color-scheme: light dark;
      --ground: #f4f6f4; --card: #fff; --ink: #17262b; --quiet: #55676d; --edge: #dfe5e2; --rail: #e7ecea;
      --one: #0f6b74; --two: #a1660a; --good: #1d6b3c; --good-ground: #e2f1e7; --warn: #7d5200; --warn-ground: #fbefd4;
      --bad: #a52a21; --bad-ground: #fae5e2; --fresh: #d9eeee;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0e1518; --card: #162024; --ink: #e2eae9; --quiet: #9bacb0; --edge: #26343a;
        --rail: #223035; --one: #69c3c8; --two: #e0ab5c; --good: #84d3a0; --good-ground: #17301f; --warn: #edc277;
        --warn-ground: #33280f; --bad: #f59a90; --bad-ground: #3a1a17; --fresh: #1b3b3f;
      }
    }
    """

  private static let layout: HTML = """
    *, *::before, *::after { box-sizing: border-box; }
    html { font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
    body { margin: 0; background: var(--ground); color: var(--ink); -webkit-text-size-adjust: 100%; }
    header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 24px; }
    header { display: grid; grid-template-columns: 1fr auto; gap: 16px 24px; align-items: center; padding-top: 28px; }
    header nav { grid-column: 1 / -1; }
    main { display: grid; gap: 32px; padding-top: 24px; }
    main > * { min-width: 0; }
    .cards { display: grid; gap: 16px; grid-template-columns: repeat(6, 1fr); }
    .cards > * { grid-column: span 2; }
    .cards > :nth-child(n + 4) { grid-column: span 3; }
    footer { padding-top: 40px; padding-bottom: 40px; }
    footer a { margin-right: 18px; }
    @media (max-width: 900px) {
      .cards { grid-template-columns: 1fr 1fr; }
      .cards > *, .cards > :nth-child(n + 4) { grid-column: span 1; }
      .cards > :first-child { grid-column: 1 / -1; }
    }
    @media (max-width: 560px) {
      header, main, footer { padding-left: 16px; padding-right: 16px; }
      header { grid-template-columns: 1fr; }
      .cards { grid-template-columns: 1fr; }
    }
    """
}
