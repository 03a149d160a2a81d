/// The page's look: light and dark as the reader's system says, one column on paper, the language by a switch
/// that needs no script.
enum ReportStyle {
    static let css = """
        :root { color-scheme: light dark;
          --page: #f6f6f3; --card: #fcfcfb; --ink: #16160f; --soft: #57564f; --faint: #8b8a80; --rule: #e2e1da;
          --first: #2a6fca; --second: #d95f26; --abuse: #d1403f; --good: #9a9990; --up: #c4531d; --down: #2a6fca; }
        @media (prefers-color-scheme: dark) { :root {
          --page: #121211; --card: #1b1b1a; --ink: #f3f2ec; --soft: #bdbcb2; --faint: #85847b; --rule: #33332f;
          --first: #5b9df0; --second: #ee8350; --abuse: #ee6a66; --good: #77766e; --up: #ee8350; --down: #5b9df0; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--ink);
          font: 15px/1.55 system-ui, "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
        main, .switch { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
        .switch { padding-top: 18px; text-align: right; font-size: 13px; color: var(--soft); }
        .switch label { cursor: pointer; padding: 3px 10px; border-radius: 99px; }
        .pick { position: absolute; opacity: 0; pointer-events: none; }
        #lang-en:checked ~ .switch [for=lang-en], #lang-zh:checked ~ .switch [for=lang-zh] {
          background: var(--ink); color: var(--page); }
        #lang-en:focus-visible ~ .switch [for=lang-en], #lang-zh:focus-visible ~ .switch [for=lang-zh] {
          outline: 2px solid var(--first); outline-offset: 2px; }
        #lang-en:checked ~ main [lang=zh], #lang-zh:checked ~ main [lang=en] { display: none; }
        h1 { font-size: 27px; line-height: 1.25; margin: 6px 0 4px; letter-spacing: -0.01em; text-wrap: balance; }
        h2 { font-size: 20px; margin: 44px 0 12px; }
        h3 { font-size: 15px; margin: 28px 0 10px; }
        p { margin: 0 0 10px; max-width: 75ch; }
        .soft, figcaption span, small { color: var(--soft); }
        code { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 14px 0; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px 14px; }
        .tile b { display: block; font-size: 25px; line-height: 1.2; font-weight: 600; }
        .tile span { font-size: 13px; color: var(--soft); }
        .tile i { font-style: normal; font-size: 12px; color: var(--faint); display: block; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 16px; }
        .curves { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(310px, 100%), 1fr)); gap: 12px; }
        figure { margin: 0; background: var(--card); border: 1px solid var(--rule); border-radius: 10px;
          padding: 14px 16px 8px; break-inside: avoid; }
        figcaption { font-size: 13px; line-height: 1.4; }
        figcaption strong { font-size: 15px; margin-right: 8px; }
        .curve-card { padding: 10px 12px 4px; display: flex; flex-direction: column; justify-content: space-between; }
        .curve-card code { font-weight: 600; }
        .curve-card .range { float: right; margin-left: 8px; font-size: 12.5px; font-variant-numeric: tabular-nums;
          color: var(--soft); }
        .curve-card small { display: block; font-size: 12px; }
        .ylabel { margin: 8px 0 0; font-size: 11.5px; color: var(--soft); }
        svg { display: block; width: 100%; height: auto; }
        svg text { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
        .curve-card svg text { font-size: 10.5px; }
        svg .end { text-anchor: end; } svg .middle { text-anchor: middle; }
        svg .note { fill: var(--ink); font-size: 12px; }
        .grid { stroke: var(--rule); } .axis { stroke: var(--faint); } .mark { stroke: var(--faint); stroke-dasharray: 3 3; }
        .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
        .first { stroke: var(--first); } .second { stroke: var(--second); } .curve.abuse { stroke: var(--abuse); }
        .chance { stroke: var(--faint); stroke-width: 1.2; stroke-dasharray: 4 4; }
        .dot { stroke: var(--card); stroke-width: 1.5; }
        .dot.first { fill: var(--first); } .dot.second { fill: var(--second); } .dot.unknown { fill: var(--faint); }
        rect.good { fill: var(--good); } rect.abuse { fill: var(--abuse); }
        .key { display: inline-block; width: 10px; height: 10px; border-radius: 99px; margin-right: 6px; }
        .key.first { background: var(--first); } .key.second { background: var(--second); }
        .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
        table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
        th, td { padding: 6px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--rule); }
        thead th { border-top: 0; white-space: nowrap; font-weight: 600; color: var(--soft); font-size: 12.5px; }
        tbody th { font-weight: 400; white-space: nowrap; }
        .num { text-align: right; } .num, .short { white-space: nowrap; } .faint { color: var(--faint); } .sure { font-weight: 650; }
        .up { color: var(--up); } .down { color: var(--down); }
        .heat { overflow-x: auto; margin: 8px 0 4px; }
        .heat td, .heat th { text-align: center; padding: 4px 6px; font-size: 11.5px; border-top: 0; white-space: nowrap; }
        details summary { cursor: pointer; margin: 14px 0; color: var(--soft); }
        footer { margin: 48px 0 40px; padding-top: 14px; border-top: 1px solid var(--rule); font-size: 13px; color: var(--soft); }
        @media print { :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --faint: #777;
            --rule: #ddd; --first: #1c5cb0; --second: #c14e18; --abuse: #b93130; --good: #999; }
          .switch { display: none; } main { max-width: none; padding: 0; } body { font-size: 10.5pt; }
          .charts { grid-template-columns: 1fr 1fr; } .curves { grid-template-columns: 1fr 1fr 1fr; }
          h2, h3 { break-after: avoid; } tr { break-inside: avoid; } @page { margin: 14mm; } }
        """
}
