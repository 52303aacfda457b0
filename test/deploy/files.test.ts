/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-argument -- what YAML holds has the shapes of Docker and Kubernetes; one that is not as expected fails the test */
/**
 * Nobody builds or runs these files here: no engine does. What can be held to the code is: settings, ports, paths and probes that
 * exist, environments that a start accepts, images that are named to the version.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { serviceOperations } from '../../src/api/serviceOperations';
import { readConfig } from '../../src/config/readConfig';
import { settingNames } from '../../src/config/settings';
import {
  type Environment,
  type Yaml,
  compose,
  dockerfile,
  environmentOf,
  filledIn,
  filledOut,
  imageEnvironment,
  instructions,
  manifests,
  ofKind,
  pathOf,
  read,
} from './environments';

const own = JSON.parse(read('package.json')) as {
  version: string;
  name: string;
  scripts: Record<string, string>;
  engines: { node: string };
};
const example = read('deploy/compose.env.example');
const files = [
  ...['Dockerfile', 'deploy/compose.yaml', 'deploy/compose.env.example'],
  ...['settings', 'account', 'api', 'worker', 'secrets.example'].map(
    name => `deploy/kubernetes/${name}.yaml`,
  ),
];

const services = Object.entries(compose.services as Record<string, Yaml>);
const ours = services.filter(([, { image }]) => String(image).startsWith(`${own.name}:`));
const deployments = ofKind('Deployment');
const containers = deployments.map(({ spec }) => spec.template.spec.containers[0]);

const composed = (service: Yaml, env: Environment): Environment => ({
  ...imageEnvironment,
  ...Object.fromEntries(
    Object.entries(service.environment as Environment).map(([name, value]) => [name, filledIn(value, env)]),
  ),
});

it('names no setting that does not exist', () => {
  const temporals =
    /^TEMPORAL_(?:ADDRESS|NAMESPACE|API_KEY|TLS_(?:SERVER_CA_CERT|CLIENT_CERT|CLIENT_KEY)_PATH)$/;
  for (const file of files) {
    const names = [...read(file).matchAll(/\b(?:DTC|TEMPORAL)_[A-Z_]+\b/g)].map(([name]) => name);
    const unknown = names.filter(
      name => name !== 'DTC_' && !(settingNames as readonly string[]).includes(name) && !temporals.test(name),
    );
    expect([file, unknown]).toEqual([file, []]);
  }
});

it('starts an API and two workers by compose, with settings that a start accepts once the example is filled in', () => {
  const roles = ours.map(([, service]) => readConfig(composed(service, filledOut(example))).role);
  expect(roles).toEqual(['api', 'worker', 'worker']);
});

it('starts nothing with an example that was not filled in', () => {
  const asItIs = Object.fromEntries(
    [...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  for (const [, service] of ours)
    expect(() => readConfig(composed(service, asItIs))).toThrow('DTC_API_TOKENS');
});

it('starts an API and workers by the manifests, with settings that a start accepts', () => {
  expect(containers.map(container => readConfig(environmentOf(container)).role)).toEqual(['api', 'worker']);
});

it('listens where the image, compose, the manifests and Prometheus say', () => {
  const { DTC_PORT, DTC_METRICS_PORT } = imageEnvironment;
  expect(dockerfile).toContain(`\nEXPOSE ${DTC_PORT} ${DTC_METRICS_PORT}\n`);
  const api = compose.services.api;
  expect(api.ports).toEqual([`127.0.0.1:8080:${DTC_PORT}`]);
  const [ofApi, ofWorker] = containers.map(({ ports }) =>
    Object.fromEntries((ports as Yaml[]).map(({ name, containerPort }) => [name, String(containerPort)])),
  );
  expect(ofApi).toEqual({ http: DTC_PORT, metrics: DTC_METRICS_PORT });
  expect(ofWorker).toEqual({ metrics: DTC_METRICS_PORT });
  const scraped = parse(read('deploy/prometheus/compose.yml'));
  expect(scraped.scrape_configs[0].job_name).toBe('dtc');
  expect(scraped.scrape_configs[0].static_configs[0].targets).toEqual(
    ours.map(([name]) => `${name}:${DTC_METRICS_PORT}`),
  );
  expect(scraped.scrape_configs[0].authorization.credentials_file).toBe(
    compose.services.prometheus.secrets[0].target,
  );
});

it('probes what is served: life at /healthz, readiness at /readyz, and never life by what Temporal says', () => {
  const served = new Set(serviceOperations.map(({ path }) => path));
  for (const { startupProbe, livenessProbe, readinessProbe } of containers) {
    expect(startupProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'metrics' });
    expect(readinessProbe.httpGet.path).toBe('/readyz');
  }
  // a worker has no other, and of an API that port asks no worker
  expect(containers.map(({ readinessProbe }) => readinessProbe.httpGet.port)).toEqual(['http', 'metrics']);
  expect(dockerfile).toContain('${process.env.DTC_METRICS_PORT}/healthz');
  expect(['/healthz', '/readyz'].filter(path => !served.has(path))).toEqual([]);
});

it('names every image to the version, and its own as package.json does', () => {
  const bases = instructions.filter(line => line.startsWith('FROM ')).map(line => line.split(' ')[1] ?? '');
  const others = services.filter(each => !ours.includes(each)).map(([, { image }]) => String(image));
  for (const image of [...bases, ...others]) expect(image).toMatch(/:v?\d+\.\d+[\w.-]*$/);
  for (const [, { image }] of ours) expect(image).toBe(`${own.name}:${own.version}`);
  const { images } = parse(read('deploy/kubernetes/kustomization.yaml'));
  expect(images).toEqual([{ name: own.name, newTag: own.version }]);
  for (const { image } of containers) expect(image).toBe(own.name);
});

it('copies files that are there and that .dockerignore lets through, and starts what npm start starts', () => {
  const sources = instructions
    .filter(line => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap(line => line.split(' ').slice(1, -1));
  const sent = read('.dockerignore')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1));
  expect([...new Set(sources)].sort()).toEqual([...sent].sort());
  expect(sources.filter(file => !existsSync(pathOf(file)))).toEqual([]);
  expect(read('.dockerignore')).toMatch(/^\*$/m);
  expect(own.scripts['start']).toBe('exec node dist/src/main.js');
  expect(instructions.at(-1)).toBe('CMD ["node", "dist/src/main.js"]');
});

/** What else the build compiles is for those who work on it. */
const notOfTheProgram = ['bench', 'chaos', 'examples'];

it('gives the build all that it reads', () => {
  const [, list = ''] = /\[('src', .*)\]/.exec(read('scripts/setup/build.mjs')) ?? [];
  const sources = [...list.matchAll(/'(\w+)[^']*'/g)].map(([, folder = '']) => folder);
  expect(sources).toEqual(expect.arrayContaining(['workflows', 'activities', 'console']));
  const copied = sources.filter(folder => !notOfTheProgram.includes(folder));
  for (const folder of copied) expect(instructions).toContain(`COPY ${folder} ${folder}`);
});

it('mounts files that are there', () => {
  const mounted = services.flatMap(([, { volumes = [] }]) =>
    (volumes as string[]).filter(each => each.startsWith('.')),
  );
  const sources = mounted.map(each => join('deploy', each.split(':')[0] ?? ''));
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter(file => !existsSync(pathOf(file)))).toEqual([]);
  const [file = ''] =
    /\/scripts\/\S+\.yaml/.exec(compose.services.temporal.environment.DYNAMIC_CONFIG_FILE_PATH) ?? [];
  expect(existsSync(pathOf(join('deploy/temporal', file.slice(dirname(file).length))))).toBe(true);
});

it('runs as nobody of importance, on a file system that it cannot change', () => {
  expect(instructions).toContain('USER 1000:1000');
  for (const [, service] of ours)
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  for (const { spec } of deployments)
    expect(spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
    });
  for (const { securityContext, resources } of containers) {
    expect(securityContext).toMatchObject({
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
    });
    expect(resources).toMatchObject({ requests: { memory: '512Mi' }, limits: { memory: '1Gi' } });
  }
});

/** By the `sleep` of the image, which is Debian's: `preStop.sleep` is not known to Kubernetes before 1.30. */
function secondsBefore({ lifecycle }: Yaml): number {
  if (lifecycle === undefined) return 0;
  expect(lifecycle).toEqual({ preStop: { exec: { command: ['sleep', expect.stringMatching(/^\d+$/)] } } });
  expect(instructions.findLast(line => line.startsWith('FROM '))).toMatch(/-bookworm-slim$/);
  return Number(lifecycle.preStop.exec.command[1]);
}

it('lets each process stop in order: longer than the 15 seconds that it may take', () => {
  for (const [, { stop_grace_period: grace }] of ours)
    expect(parseInt(String(grace), 10)).toBeGreaterThan(15);
  for (const { spec } of deployments) {
    const { terminationGracePeriodSeconds, containers: own } = spec.template.spec;
    expect(terminationGracePeriodSeconds - secondsBefore(own[0])).toBeGreaterThan(15);
  }
});

it('is updated without a gap, and evicted one at a time', () => {
  for (const { spec, metadata } of deployments) {
    expect(spec.replicas).toBeGreaterThan(1);
    expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    const labels = spec.template.metadata.labels as object;
    expect(spec.selector.matchLabels).toEqual(labels);
    const budget = ofKind('PodDisruptionBudget').find(each => each.metadata.name === metadata.name);
    expect(budget?.spec).toEqual({ maxUnavailable: 1, selector: { matchLabels: labels } });
  }
});

/** A Service `dtc` would bring a DTC_PORT of `tcp://10.0.0.1:80`, and one of another name a setting that does not exist. */
it('gets no variables of Services, whose names may be those of settings', () => {
  for (const { spec } of deployments) expect(spec.template.spec.enableServiceLinks).toBe(false);
});

it('keeps secrets out of what is no secret, and the signing key from the API', () => {
  const { data } = ofKind('ConfigMap')[0];
  expect(Object.keys(data as object).filter(name => /TOKEN|KEY|SECRET/.test(name))).toEqual([]);
  for (const name of Object.keys(environmentOf(containers[0]))) expect(name).not.toMatch(/SIGNING/);
  expect(compose.services.api.environment).not.toHaveProperty('DTC_SIGNING_MASTER_KEY');
  const { resources } = parse(read('deploy/kubernetes/kustomization.yaml'));
  expect(resources).not.toContain('secrets.example.yaml');
  expect(manifests.length).toBeGreaterThan(0);
});
