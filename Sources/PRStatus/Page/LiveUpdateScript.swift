// SPDX-License-Identifier: Apache-2.0

/// What keeps an open page fresh. The server writes every part; the script only puts them in their places.
enum LiveUpdateScript {
  static let script: HTML = #"""
    (() => {
      "use strict";
      const live = document.getElementById("live");
      const say = (word, style) => { live.textContent = word; live.className = "pill " + style; };
      let newest = Math.max(0, ...[...document.querySelectorAll("#rows [data-serial]")].map(row => +row.dataset.serial));

      // A selection of text and a focused link stay where they are.
      const isInUse = part => {
        const selection = getSelection();
        return selection && !selection.isCollapsed && selection.anchorNode && part.contains(selection.anchorNode);
      };
      const focusIn = part => {
        const links = [...part.querySelectorAll("a, [tabindex]")];
        return links.indexOf(document.activeElement);
      };
      const put = (name, html) => {
        const part = document.getElementById(name);
        if (!part) return;
        if (isInUse(part)) { waiting.set(name, html); return; }
        waiting.delete(name);
        const place = focusIn(part);
        const scrolled = [...part.querySelectorAll(".scroll")].map(box => [box.scrollLeft, box.scrollTop]);
        part.innerHTML = html;
        part.querySelectorAll(".scroll").forEach((box, index) => {
          [box.scrollLeft, box.scrollTop] = scrolled[index] || [0, 0];
        });
        if (place >= 0) part.querySelectorAll("a, [tabindex]")[place]?.focus({ preventScroll: true });
        if (name === "rows") {
          const rows = [...part.querySelectorAll("[data-serial]")];
          rows.filter(row => +row.dataset.serial > newest).forEach(row => row.classList.add("fresh"));
          newest = Math.max(newest, ...rows.map(row => +row.dataset.serial));
        }
      };
      const waiting = new Map();
      document.addEventListener("selectionchange", () => {
        if (getSelection().isCollapsed) for (const [name, html] of [...waiting]) put(name, html);
      });

      let source = null;
      const listen = () => {
        if (source || document.hidden) return;
        say("connecting", "off");
        source = new EventSource("/events");
        source.onopen = () => say("live", "good");
        source.onmessage = event => {
          say("live", "good");
          for (const [name, html] of Object.entries(JSON.parse(event.data))) put(name, html);
        };
        source.onerror = () => {
          say("connection lost", "warn");
          if (source.readyState === EventSource.CLOSED) { source = null; setTimeout(listen, 3000); }
        };
      };
      // A hidden page asks for nothing.
      document.addEventListener("visibilitychange", () => {
        if (document.hidden && source) { source.close(); source = null; } else { listen(); }
      });
      listen();
    })();
    """#
}
