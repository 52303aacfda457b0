/** Owns how `/docs` looks: light or dark as the reader has it, and on a narrow screen too. */
export const style = `
:root { color-scheme: light dark; --line: light-dark(#d4d4d8, #3f3f46); --soft: light-dark(#f4f4f5, #27272a); --link: light-dark(#1d4ed8, #93c5fd) }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; background: light-dark(#fff, #18181b); color: light-dark(#18181b, #e4e4e7) }
a { color: var(--link) }
code, pre { font: .875rem/1.5 ui-monospace, monospace }
code { background: var(--soft); padding: 0 .2em; overflow-wrap: anywhere }
pre { background: var(--soft); padding: .75rem; overflow-x: auto }
pre code { padding: 0; overflow-wrap: normal }
h2 { border-bottom: 1px solid var(--line); margin-top: 3rem }
section { margin: 2rem 0 }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; vertical-align: top; border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; font-weight: 400 }
thead th { font-weight: 600; border-top: 0 }
td p { margin: 0 }
.scroll { overflow-x: auto }
summary { cursor: pointer; padding: .25rem 0 }
.method { display: inline-block; min-width: 4.5rem; text-transform: uppercase }
`;
