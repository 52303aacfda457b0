import { runGroup } from './runGroup';

runGroup(__filename);
