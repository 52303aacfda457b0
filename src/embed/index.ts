/** A coordinator inside a service of one's own: its API as an Express router, its worker beside it (docs/EMBEDDING.md). */
import './needs'; // before anything that imports them

export { createCoordinator } from './coordinator';
export { type CoordinatorOptions, type EmbeddedCoordinator, type Logger, type Settings } from './contract';
export { ConfigError, type SettingProblem } from '../config/configError';
export { dataConverter, payloadCodec } from './encryption';
