import { cliOptions } from '../../src/engine/cliOptions';

it.each([
  ['127.0.0.1:7233', 'default', ''],
  ['localhost:7233', 'default', ''],
  ['127.0.0.1:17233', 'default', ' --address 127.0.0.1:17233'],
  ['localhost:7233', 'shop', ' --namespace shop'],
  ['temporal.example:7233', 'shop.a1b2c', ' --address temporal.example:7233 --namespace shop.a1b2c'],
  ['[::1]:7233', "it's", String.raw` --address '[::1]:7233' --namespace 'it'\''s'`],
])('says what the CLI needs to find %s, %s', (address, namespace, options) => {
  expect(cliOptions({ address, namespace })).toBe(options);
});
