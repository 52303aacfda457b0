import fc from 'fast-check';
import { jsonFault } from '../../src/api/jsonFault';

describe('where a text stops being JSON', () => {
  it.each([
    ['x', 'unexpected text at line 1, column 1'],
    ['{"a": x}', 'unexpected text at line 1, column 7'],
    ['{"a": 1,}', 'unexpected text at line 1, column 9'],
    ['{"a" 1}', 'unexpected text at line 1, column 6'],
    ['{a: 1}', 'unexpected text at line 1, column 2'],
    ['[1 2]', 'unexpected text at line 1, column 4'],
    ['[1,]', 'unexpected text at line 1, column 4'],
    ['[1}', 'unexpected text at line 1, column 3'],
    ['{"a":1]', 'unexpected text at line 1, column 7'],
    ['[]\n\n  ]', 'unexpected text at line 3, column 3'],
    ['["a\tb"]', 'unexpected text at line 1, column 2'],
    ['[01]', 'unexpected text at line 1, column 3'],
    ["['a']", 'unexpected text at line 1, column 2'],
    ['{"a": [1, 2', 'it ends too early'],
    ['{"a":', 'it ends too early'],
    ['  ', 'it ends too early'],
  ])('%j: %s', (text, fault) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(jsonFault(text)).toBe(fault);
  });

  it('is never before a mistake was made: JSON followed by text is found at that text', () => {
    fc.assert(
      fc.property(fc.json(), json => {
        expect(jsonFault(`[${json}, !`)).toBe(`unexpected text at line 1, column ${json.length + 4}`);
      }),
    );
  });

  it('is found in long strings', () => {
    expect(jsonFault(`["${'x'.repeat(524_288)}" !`)).toBe('unexpected text at line 1, column 524293');
  });
});
