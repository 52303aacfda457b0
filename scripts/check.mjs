// `npm run check`: what judges the text, in two lanes beside each other; the first one takes about as long as the second. What a step prints
// comes when it has ended, so that it stands together. All are run, also when one finds something.
// Exit code 0: all are content. 1: one is not, and the last line names it.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';

const lanes = [['check:lint'], ['check:lock', 'check:format', 'check:types', 'check:unused', 'check:build']];

const found = (await Promise.all(lanes.map(run))).flat();
if (found.length > 0) {
  console.error(`check: ${found.join(' and ')} found something, see above`);
  process.exitCode = 1;
}

async function run(steps) {
  const discontent = [];
  for (const step of steps) if (!(await isContent(step))) discontent.push(step);
  return discontent;
}

async function isContent(step) {
  const began = Date.now();
  const { code, printed } = await ended(['run', '--silent', step]);
  console.log(`== ${step}, ${((Date.now() - began) / 1000).toFixed(0)} s\n${printed}`);
  return code === 0;
}

function ended(args) {
  return new Promise((resolve, reject) => {
    const [command, ...first] = npm();
    const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', text => (printed += text));
    child.on('error', reject).on('close', code => resolve({ code, printed }));
  });
}

/** The one that runs us, else the one on PATH. */
function npm() {
  const running = process.env.npm_execpath ?? '';
  return basename(running) === 'npm-cli.js' ? [process.execPath, running] : ['npm'];
}
