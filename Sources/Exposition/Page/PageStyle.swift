/// How the page looks, by day and by night.
enum PageStyle {
    static let text: HTML = """
        :root{color-scheme:light dark;--back:#fbfbfc;--panel:#fff;--line:#d9dce3;--ink:#1a1d24;--soft:#5c6473;--good:#116329;--bad:#b3190f;--busy:#8a5a00;--tint:#e7f4ea;--alarm:#fdeae8}
        @media(prefers-color-scheme:dark){:root{--back:#12141a;--panel:#1a1d25;--line:#343a47;--ink:#e7e9ee;--soft:#a0a8b8;--good:#6cd08a;--bad:#ff8f85;--busy:#e8b85a;--tint:#16281c;--alarm:#331815}}
        *{box-sizing:border-box}
        body{margin:0 auto;padding:1rem 1.25rem 3rem;max-width:84rem;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
        header{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:baseline;justify-content:space-between}
        h1{font-size:1.15rem;margin:.25rem 0}header p{color:var(--soft);margin:.25rem 0}
        h2{font-size:1rem;margin:0 0 .5rem}
        section{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem;margin:.75rem 0;overflow-x:auto}
        .verdict h2{font-size:1.3rem;margin:0;overflow-wrap:anywhere}.verdict p{margin:.25rem 0 0;color:var(--ink)}
        .verdict.good{background:var(--tint)}.verdict.bad{background:var(--alarm)}
        .good,.good h2{color:var(--good)}.bad,.bad h2{color:var(--bad)}.busy{color:var(--busy)}
        td.good,td.bad,td.busy{font-weight:600;white-space:nowrap}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-top:1px solid var(--line)}
        tr:first-child>*{border-top:0}thead th{color:var(--soft);font-weight:600;border-bottom:1px solid var(--line)}tbody tr:first-child>*{border-top:0}
        td{overflow-wrap:anywhere}td:first-child,th{white-space:nowrap;overflow-wrap:normal}
        .code,.time,.fields{font-family:ui-monospace,monospace;font-size:.86rem}.time,.fields{color:var(--soft)}
        form{display:flex;flex-wrap:wrap;gap:.5rem;margin-bottom:.25rem}label{color:var(--soft)}
        input,button{font:inherit;color:inherit;background:var(--back);border:1px solid var(--line);border-radius:6px;padding:.25rem .6rem}
        input{min-width:16rem;font-family:ui-monospace,monospace}a{color:inherit}
        """
}
