/**
 * The verdict, by hand, over a folder that `npm run demo -- --keep <folder>` left:
 *
 *   node dist/examples/demo/verify.js <folder>
 *
 * Exit code 0: both databases agree with what the coordinator reported. 1: they do not.
 */
import { reportText } from './report';
import { verify } from './verdict';

const report = verify(process.argv[2] ?? '.');
console.log(reportText(report));
process.exitCode = report.problems.length === 0 ? 0 : 1;
